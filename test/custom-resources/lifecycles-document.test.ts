import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { LIFECYCLE_CASES } from './lifecycle-cases';
import { LIFECYCLE_MATRIX, matrixSection, RESOURCES } from './lifecycle-matrix';
import { LIFECYCLE_SUBJECTS } from './lifecycle-subjects';

const PATH = join(__dirname, '../../docs/lifecycles.md');

const SUITES = [
  'ledger-lifecycle', 'ledger-restore-lifecycle', 'ledger-final-export', 'ledger-grant-lifecycle', 'journal-export-lifecycle', 'journal-stream-lifecycle',
  'mailbox-export-lifecycle',
  'batch-operations-lifecycle', 'mailbox-organization-lifecycle', 'ledger-digest-lifecycle', 'export-schedule-run', 'archive-bundles',
];

/** Titles of numbered tests, with what differs between runs of one title left open. */
function provenCases(): string[] {
  return SUITES.flatMap(suite => {
    const source = readFileSync(join(__dirname, `${suite}.test.ts`), 'utf8');
    return [...source.matchAll(/'([LFGESMBODR]\d+) ((?:[^'\\]|\\.)+)'/g)].map(([, number, title]) =>
      `| ${number} | ${title.replaceAll("\\'", "'").replace(/%[sj]/g, '…')} |`);
  });
}

test('docs/lifecycles.md lists every numbered case, word for word and in order, and no other', () => {
  const document = readFileSync(PATH, 'utf8');
  expect(document.split('\n').filter(line => /^\| [LFGESMBODR]\d/.test(line))).toEqual(provenCases());
});

test('every case has a cell for every resource, and the bundles of custom resources prove each that applies', () => {
  expect(LIFECYCLE_CASES.map(({ name }) => name)).toEqual(Object.keys(LIFECYCLE_MATRIX));
  expect([...LIFECYCLE_SUBJECTS.map(({ resourceType }) => resourceType), 'JournalExportSchedule']).toEqual(RESOURCES);
  for (const cells of Object.values(LIFECYCLE_MATRIX)) {
    expect(Object.keys(cells)).toEqual(RESOURCES);
  }
  // A schedule is no custom resource: its runs have rows of their own.
  expect(Object.values(LIFECYCLE_MATRIX).filter(({ JournalExportSchedule: cell }) => 'rows' in cell && cell.rows === '')).toEqual([]);
});

test('the table names rows that are there, of the resource that it is about', () => {
  const letters = ['LF', 'G', 'E', 'S', 'D', 'M', 'O', 'B', 'R'];
  const numbers = provenCases().map(row => row.split(' ')[1]);
  const named = Object.values(LIFECYCLE_MATRIX).flatMap(cells => RESOURCES.flatMap((resource, index) => {
    const cell = cells[resource];
    return 'rows' in cell && cell.rows !== '' ? cell.rows.split(' ').map(number => ({ number, letters: letters[index] })) : [];
  }));
  expect(named.filter(entry => !numbers.includes(entry.number) || !entry.letters.includes(entry.number[0]))).toEqual([]);
});

test('docs/lifecycles.md has the table', () => {
  const document = readFileSync(PATH, 'utf8');
  const section = /(?<=<!-- table -->\n)[\s\S]*(?=\n<!-- \/table -->)/;
  if (process.env.UPDATE_LIFECYCLES) {
    writeFileSync(PATH, document.replace(section, () => matrixSection()));
  }
  expect(section.exec(readFileSync(PATH, 'utf8'))?.[0]).toBe(matrixSection());
});
