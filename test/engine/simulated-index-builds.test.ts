import type { Faults } from './faulty-store';
import type { SimulationOptions } from './simulated-ledger';
import { simulate } from './simulation';

// So that a handful of documents are many.
jest.mock('../../src/engine/limits', () => ({
  ...jest.requireActual<object>('../../src/engine/limits'), INDEX_AT_ONCE_MAX: 2, INDEX_STEP_DOCUMENTS_MAX: 2,
}));

const FAULTS: Faults = { turnsMax: 12, readFails: 0.001, writeFailsBefore: 0.02, writeFailsAfter: 0.02, headConditionFails: 0.05 };

const options = (seed: number): SimulationOptions => ({
  seed,
  engines: 3,
  clients: 6,
  transactionsPerClient: 12,
  faults: FAULTS,
  storedSessions: seed % 2 === 0,
  definitionsAmongWrites: seed % 3 === 0,
  workerShare: 0.3,
});

describe('indexes that workers build and remove while documents change', () => {
  test.each(Array.from({ length: 12 }, (_, index) => index + 1))('are what the journal makes of them, and read as no index would be (seed %i)', async (seed) => {
    const report = await simulate(options(seed));
    expect(report.violations).toEqual([]);
    expect(report.committed).toBeGreaterThan(10);
  });
});
