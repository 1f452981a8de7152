import { readFileSync } from 'fs';
import { join } from 'path';

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
  const document = readFileSync(join(__dirname, '../../docs/lifecycles.md'), 'utf8');
  expect(document.split('\n').filter(line => /^\| [LFGESMBODR]\d/.test(line))).toEqual(provenCases());
});
