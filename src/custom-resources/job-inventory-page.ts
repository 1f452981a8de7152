import { countOf, JOB_STATES, kindsOf, visibleText, type Job, type JobInventory, type JobKind } from '../client/jobs';

/** A browser shows that many at once; the JSON Lines next to the page have all. */
const ROWS_MAX = 2_000;

const KIND_NAMES: Readonly<Record<JobKind, string>> = {
  JournalExport: 'Journal exports', MailboxExport: 'Mailbox exports', BatchOperation: 'Batch operations',
};

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }
td { overflow-wrap: anywhere; } .number { text-align: right; font-variant-numeric: tabular-nums; } .id { font-family: ui-monospace, monospace; font-size: .85em; }
.good { color: #187a33; } .bad { color: #c0262d; font-weight: 600; } .muted { opacity: .7; }
@media (prefers-color-scheme: dark) { .good { color: #5fd382; } .bad { color: #ff8087; } }
`;

/** The inventory as a page for people: one file, no script, nothing loaded from elsewhere. */
export function inventoryPage(inventory: JobInventory, inventoryName: string, jsonLinesName: string): string {
  const { takenAt, jobs, failed, stuck, gaps } = inventory;
  const shown = jobs.slice(0, ROWS_MAX);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(`Jobs of ${inventoryName}, ${moment(takenAt)}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Jobs of ${escaped(inventoryName)}</h1>
<p class="muted">Taken ${moment(takenAt)}. All times are UTC.</p>
<p>${verdict(inventory)}</p>
${gaps.length === 0 ? '' : `<h2>Not listed</h2>
<p>Jobs of these may be missing from this page, and their numbers are too small.</p>
${table(['Source', 'Why'], gaps.map(({ source, gap }) => [escaped(source), `<span class="bad">${escaped(gap!)}</span>`]))}`}
${section('Failed', failed)}
${section('Stuck', stuck)}
<h2>Numbers</h2>
${table(['Kind', ...JOB_STATES.map(state => state.toLowerCase())], kindsOf(inventory).map(kind =>
  [KIND_NAMES[kind], ...JOB_STATES.map(state => number(countOf(jobs, kind, state)))]))}
<h2>All jobs</h2>
${shown.length < jobs.length ? `<p>The newest ${shown.length} of ${jobs.length}; ${escaped(jsonLinesName)} has all of them.</p>` : ''}
${shown.length === 0 ? '<p>There are none.</p>' : jobTable(shown)}
</body>
</html>
`;
}

function verdict({ jobs, failed, stuck, gaps }: JobInventory): string {
  const problems = [
    failed.length > 0 ? `${failed.length} failed lately` : '',
    stuck.length > 0 ? `${stuck.length} stuck` : '',
    gaps.length > 0 ? `${gaps.length} ${gaps.length === 1 ? 'listing' : 'listings'} incomplete` : '',
  ].filter(Boolean);
  return `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}: ${problems.length === 0 ? '<span class="good">nothing to look at</span>' : `<span class="bad">${problems.join(', ')}</span>`}.`;
}

function section(title: string, jobs: readonly Job[]): string {
  return jobs.length === 0 ? '' : `<h2>${title}</h2>\n${jobTable(jobs.slice(0, ROWS_MAX))}`;
}

function jobTable(jobs: readonly Job[]): string {
  return table(['Kind', 'About', 'State', 'Created', 'Ended', 'Progress', 'Objects', 'Id'], jobs.map(job => [
    KIND_NAMES[job.kind],
    escaped(job.subject),
    `<span class="${job.state === 'FAILED' ? 'bad' : job.state === 'COMPLETED' ? 'good' : ''}">${escaped(job.status)}</span>`,
    moment(job.createdAt),
    moment(job.endedAt),
    escaped(job.progress ?? ''),
    escaped(job.target ?? ''),
    `<span class="id">${escaped(job.jobId)}</span>`,
  ]));
}

/** Cells are HTML already. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (name: 'th' | 'td', contents: readonly string[]) => contents.map(content =>
    content.startsWith(NUMBER) ? `<${name} class="number">${content.slice(NUMBER.length)}</${name}>` : `<${name}>${content}</${name}>`).join('');
  return `<table>\n<thead><tr>${cells('th', headings)}</tr></thead>\n<tbody>\n${rows.map(row => `<tr>${cells('td', row)}</tr>\n`).join('')}</tbody>\n</table>`;
}

/** Marks a cell that is aligned as a number. */
const NUMBER = '\u0000';

function number(value: number): string {
  return `${NUMBER}${value}`;
}

function moment(date: Date | undefined): string {
  return date === undefined ? '' : date.toISOString().replace('T', ' ').replace(/\.\d+Z$/, '');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

/** Names of mailboxes, buckets and errors are other people's text. */
function escaped(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, character => ENTITIES[character]);
}
