import type { Case, Section, Verdict } from './construct';
import type { Outcome } from './reference-ledger';

/** A case and what came of it. */
export interface Result {
  readonly tested: Case;
  readonly outcome: Outcome;
}

const CELL_CHARACTERS_MAX = 240;
const SHOWN_PARAMETERS_MAX = 5;

/** The page as Markdown. */
export function partiqlPage(sections: readonly Section[], resultOf: (tested: Case) => Outcome): string {
  const cases = sections.flatMap(({ constructs }) => constructs.flatMap(({ cases: ofConstruct }) => ofConstruct));
  const constructs = sections.reduce((sum, section) => sum + section.constructs.length, 0);
  return `${[
    '# PartiQL of QLDB',
    'Generated from the results of `test/conformance/partiql`; do not edit. After a change there:',
    '```sh\nUPDATE_PARTIQL=1 npx jest test/conformance/partiql\n```',
    `The suite sends ${cases.length} statements about ${constructs} constructs to the embedded service through @aws-sdk/client-qldb-session, each in a transaction of its own. `
    + 'A test fails if a statement answers otherwise than this page says, or if a construct of QLDB\'s reference has no statement here.',
    'The comparison is with what is left of QLDB: its guide, its drivers\' tests, statements of public programs; the original can no longer be asked. Where it differs:',
    bullets(cases, 'differs'),
    'Where nothing says what QLDB did, and so the service had to choose:',
    bullets(cases, 'unknown'),
    'Tables of the examples: `Person` with an index on `GovId`, `Vehicle` with one on `VIN`, `Log` without, `Empty` without documents, and `Gone`, which was dropped. '
    + '`<id>`, `<hash>` and `<time>` stand for what differs from run to run; other names in angle brackets for ids of the ledger.',
    ...sections.map(section => sectionText(section, resultOf)),
  ].join('\n\n')}\n`;
}

function bullets(cases: readonly Case[], kind: 'differs' | 'unknown'): string {
  const reasons = cases.flatMap(({ verdict }) => verdict.kind === kind ? [verdict.because] : []);
  return [...new Set(reasons)].sort().map(reason => `* ${reason}`).join('\n');
}

function sectionText({ title, about, constructs }: Section, resultOf: (tested: Case) => Outcome): string {
  return [
    `## ${title}\n`,
    ...about ? [`${about}\n`] : [],
    '| Construct | Statement | Answer | State |\n|---|---|---|---|',
    ...constructs.flatMap(({ name, cases }) => cases.map((tested, index) => {
      const outcome = resultOf(tested);
      return `| ${index === 0 ? cell(name) : ''} | ${statementCell(tested)} | ${answerCell(tested, outcome)} | ${stateOf(tested.verdict, outcome)} |`;
    })),
  ].join('\n');
}

function statementCell({ statement, parameters, before }: Case): string {
  return [
    ...before.map(earlier => `after ${code(earlier)}:`),
    code(statement),
    ...parameters.length === 0 ? [] : [`with ${(parameters.length > SHOWN_PARAMETERS_MAX ? [...new Set(parameters)] : parameters).map(text => code(text)).join(', ')}`],
  ].join(' ');
}

function answerCell({ readIOs }: Case, outcome: Outcome): string {
  if (outcome.kind === 'error') return `${outcome.name === 'BadRequestException' ? '' : `${outcome.name}: `}${code(outcome.message, Infinity)}`;
  const rows = outcome.rows.length === 0 ? 'no rows' : outcome.rows.map(row => code(row)).join(' ');
  return readIOs === undefined ? rows : `${rows}; ${readIOs} ${readIOs === 1 ? 'read' : 'reads'}`;
}

function stateOf(verdict: Verdict, outcome: Outcome): string {
  switch (verdict.kind) {
    case 'same': return outcome.kind === 'rows' ? 'works' : 'refused, as by QLDB';
    case 'differs': return `differs: ${cell(verdict.because)}`;
    case 'unknown': return `${outcome.kind === 'rows' ? 'works' : 'refused'}; QLDB unknown: ${cell(verdict.because)}`;
  }
}

/** Code that may itself hold backticks. */
function code(text: string, charactersMax = CELL_CHARACTERS_MAX): string {
  const plain = withoutRuns(text);
  const short = plain.length > charactersMax ? `${plain.slice(0, charactersMax)}…` : plain;
  const ticks = '`'.repeat(1 + Math.max(0, ...(short.match(/`+/g) ?? []).map(run => run.length)));
  const padding = ticks.length > 1 ? ' ' : '';
  return cell(`${ticks}${padding}${short}${padding}${ticks}`);
}

/** What is repeated many times is shown three times. */
const withoutRuns = (text: string): string => text.replace(/(.{1,3}?)\1{30,}/g, '$1$1$1…');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
