import { restoredSimulation } from './restored-simulation';

// restored-simulation.heavy.test.ts runs many more.
test.each(Array.from({ length: 6 }, (_, index) => index + 1))('a random ledger is restored item by item through faults and interruptions (seed %i)', async (seed) => {
  const { status, interruptions, old, restored } = await restoredSimulation(seed, 12);
  expect(status).toBe('COMPLETED');
  expect(restored).toEqual(old);
  expect(interruptions).toBeGreaterThan(1);
});
