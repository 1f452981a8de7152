import { fuzzService } from './fuzz-service';

const ROUNDS = 20;
const REQUESTS_PER_ROUND = 5_000;
const ROUND_MILLIS = 600_000;
/** Another one tries other requests. */
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1_000);

test.each(Array.from({ length: ROUNDS }, (_, round) => FIRST_SEED + round))('five thousand of a hundred thousand hostile requests (seed %i)', async (seed) => {
  const tally = await fuzzService(seed, REQUESTS_PER_ROUND);
  expect(Object.values(tally).reduce((sum, count) => sum + count, 0)).toBe(REQUESTS_PER_ROUND);
  expect(tally.success).toBeGreaterThan(1_000);
}, ROUND_MILLIS);
