import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { SECTIONS } from './cases';
import type { Case } from './construct';
import { partiqlPage } from './partiql-page';
import { constructsWithoutCase } from './reference-constructs';
import { openReferenceLedger, type Outcome, type ReferenceLedger } from './reference-ledger';

const PAGE = path.join(__dirname, '..', '..', '..', 'docs', 'partiql.md');
const NAME_CHARACTERS_MAX = 120;
const outcomes = new Map<Case, Outcome>();
let ledger: ReferenceLedger;
beforeAll(async () => { ledger = await openReferenceLedger(); });
afterAll(async () => ledger.stop());

describe.each(SECTIONS.map(section => [section.title, section] as const))('%s', (_title, { constructs }) => {
  const named = constructs.flatMap(({ name, cases }) => cases.map(tested => [name, tested.statement.slice(0, NAME_CHARACTERS_MAX), tested] as const));
  test.each(named)('%s: %s', async (_name, _statement, tested) => {
    const outcome = await ledger.outcomeOf(tested);
    outcomes.set(tested, outcome);
    const { expected, readIOs } = tested;
    if (expected.kind === 'error') {
      expect(outcome).toEqual(expected);
    } else {
      expect(outcome).toMatchObject({ kind: 'rows', rows: [...expected.rows].sort(), ...readIOs === undefined ? {} : { readIOs } });
    }
  });
});

describe('what the results say', () => {
  test('every construct of the reference has a statement', () => {
    expect(constructsWithoutCase(SECTIONS)).toEqual([]);
  });

  test('docs/partiql.md is what the results say', () => {
    const page = partiqlPage(SECTIONS, tested => outcomes.get(tested)!);
    if (process.env.UPDATE_PARTIQL) writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
