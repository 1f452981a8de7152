import { generatedStatement, type Origin } from './generated-statement';
import { parseIon } from '../../../src/ion';
import { limits, parseStatement, runStatement, StatementError, WorkBudget } from '../../../src/partiql';
import { ledgerWith } from '../ledger-fixture';
import type { MemoryDatabase } from '../memory-database';

/** A ledger serves that many statements before it is made anew, so that what they insert stays little. */
const STATEMENTS_PER_LEDGER = 40;
const TABLES = { T: ['{a: 1, b: [1, {c: 2}], c: "x"}', '{a: "x", b: [], t: {a: 2}}', '{a: null, b: {a: [1, 2, 3]}}'], U: ['{a: 1, id: "doc3"}'] };
/** What documents of the fuzz can earn a statement beyond what any has: see WorkBudget. */
const DOCUMENT_BYTES_MAX = 100_000;

export interface FuzzReport {
  readonly answered: Record<Origin, number>;
  readonly refused: Record<Origin, number>;
  readonly categories: Record<string, number>;
  /** The most steps of work that one statement took, and that one took which read no document. */
  stepsMax: number;
  stepsMaxWithoutReading: number;
  slowestMillis: number;
  slowest: string;
  readonly violations: string[];
}

/** Runs the statements of so many seeds. Each must give rows or fail with a StatementError, within its budget of work. */
export async function fuzzStatements(firstSeed: number, count: number, clock: () => number): Promise<FuzzReport> {
  const perOrigin = (): Record<Origin, number> => ({ 'grammar': 0, 'broken grammar': 0, 'words in any order': 0, 'noise': 0, 'repetition': 0 });
  const report: FuzzReport = {
    answered: perOrigin(), refused: perOrigin(), categories: {}, stepsMax: 0, stepsMaxWithoutReading: 0, slowestMillis: 0, slowest: '', violations: [],
  };
  let database: MemoryDatabase | undefined;
  for (let index = 0; index < count; index++) {
    if (index % STATEMENTS_PER_LEDGER === 0) database = await ledgerWith(TABLES, { T: ['a'] });
    await fuzzOne(firstSeed + index, database!, report, clock);
  }
  return report;
}

async function fuzzOne(seed: number, database: MemoryDatabase, report: FuzzReport, clock: () => number): Promise<void> {
  const { origin, text, parameters } = generatedStatement(seed);
  const budget = new WorkBudget();
  const readBefore = database.documentsRead;
  const startMillis = clock();
  const violated = (what: string): void => void report.violations.push(`Seed ${seed}: ${what} for ${JSON.stringify(text.slice(0, 300))}`);
  try {
    for await (const row of runStatement(parseStatement(text), parameters.map(parseIon), database, budget)) void row;
    report.answered[origin]++;
  } catch (error) {
    if (!(error instanceof StatementError)) {
      violated(String(error));
    } else {
      report.refused[origin]++;
      report.categories[error.category] = (report.categories[error.category] ?? 0) + 1;
      const needsPlace = error.category === 'Lexer' || error.category === 'Parser' || error.category === 'Semantic';
      if (needsPlace && error.position === undefined) violated(`no place in '${error.message}'`);
    }
  }
  const millis = clock() - startMillis;
  const documents = database.documentsRead - readBefore;
  if (budget.spent > limits.workMax + documents * (limits.workPerDocument + limits.workPerDocumentByte * DOCUMENT_BYTES_MAX)) violated(`${budget.spent} steps`);
  report.stepsMax = Math.max(report.stepsMax, budget.spent);
  if (documents === 0) report.stepsMaxWithoutReading = Math.max(report.stepsMaxWithoutReading, budget.spent);
  if (millis > report.slowestMillis) Object.assign(report, { slowestMillis: millis, slowest: `${text.slice(0, 120)} (${text.length} characters, seed ${seed})` });
}
