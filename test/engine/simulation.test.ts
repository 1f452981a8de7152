import type { Faults } from './faulty-store';
import type { SimulationOptions } from './simulated-ledger';
import { simulate } from './simulation';

const FAULTS: Faults = { turnsMax: 12, readFails: 0.001, writeFailsBefore: 0.02, writeFailsAfter: 0.02, headConditionFails: 0.05 };

const options = (seed: number, change: Partial<SimulationOptions> = {}): SimulationOptions => ({
  seed, engines: 3, clients: 6, transactionsPerClient: 12, faults: FAULTS, storedSessions: seed % 2 === 0, definitionsAmongWrites: false, ...change,
});

describe('several engines over one store with delays and faults', () => {
  test.each(Array.from({ length: 12 }, (_, index) => index + 1))('keep a serializable, verifiable, rebuildable journal (seed %i)', async (seed) => {
    const report = await simulate(options(seed));
    expect(report.violations).toEqual([]);
    expect(report.committed).toBeGreaterThan(10);
  });

  test('meet in the simulation what it is for: conflicts and transactions that only read', async () => {
    const reports = await Promise.all([1, 2, 3, 4].map(seed => simulate(options(seed))));
    const sum = (key: 'conflicts' | 'unknownButDurable' | 'readOnly'): number => reports.reduce((total, report) => total + report[key], 0);
    expect(sum('conflicts')).toBeGreaterThan(10);
    expect(sum('readOnly')).toBeGreaterThan(10);
    // The store loses answers, but no client is left in doubt about what became durable.
    expect(sum('unknownButDurable')).toBe(0);
  });

  test('run the same way twice for the same seed', async () => {
    expect(await simulate(options(3))).toEqual(await simulate(options(3)));
  });

  test('keep it with definitions among changes of documents in one transaction, too', async () => {
    const faults = { ...FAULTS, turnsMax: 0 };
    const report = await simulate(options(129, { definitionsAmongWrites: true, engines: 4, clients: 2, transactionsPerClient: 25, faults }));
    expect(report.violations).toEqual([]);
  });
});
