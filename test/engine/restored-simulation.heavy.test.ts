import { restoredSimulation } from './restored-simulation';

// The bounded slice is restored-simulation.test.ts.
test.each(Array.from({ length: 200 }, (_, index) => index + 100))('a random ledger is restored item by item through faults and interruptions (seed %i)', async (seed) => {
  const { status, old, restored } = await restoredSimulation(seed, 40);
  expect(status).toBe('COMPLETED');
  expect(restored).toEqual(old);
}, 120_000);
