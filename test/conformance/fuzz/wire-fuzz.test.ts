import { fuzzService } from './fuzz-service';

test.each([1, 2, 3])('a thousand hostile requests get documented answers and leave every ledger well (seed %i)', async (seed) => {
  const tally = await fuzzService(seed, 1_000);
  // A fuzz that only ever meets refusals proves little.
  expect(tally.success).toBeGreaterThan(300);
  expect(Object.keys(tally).length).toBeGreaterThan(6);
});
