import { simulate } from './simulation';

/** Other seeds than the daily ones: SIMULATION_SEED=1234 starts there, SIMULATION_SECONDS=3600 goes on for an hour. */
const FIRST_SEED = Number(process.env.SIMULATION_SEED ?? 1_000);
const SECONDS = Number(process.env.SIMULATION_SECONDS ?? 120);
const TURNS_MAX = [0, 12, 60];
const FAULTS = { writeFailsBefore: 0.02, writeFailsAfter: 0.02, headConditionFails: 0.05 };

test('journals of many engines stay serializable, verifiable and rebuildable, seed after seed', async () => {
  const untilMillis = Date.now() + SECONDS * 1_000;
  const broken: string[] = [];
  for (let seed = FIRST_SEED; Date.now() < untilMillis && broken.length < 5; seed++) {
    const report = await simulate({
      seed,
      engines: 3 + seed % 2,
      clients: [2, 6, 10][seed % 3],
      transactionsPerClient: 25,
      storedSessions: seed % 2 === 0,
      definitionsAmongWrites: seed % 3 === 0,
      faults: { ...FAULTS, turnsMax: TURNS_MAX[seed % 3], readFails: seed % 5 === 0 ? 0 : 0.001 },
    });
    if (report.violations.length > 0) broken.push(`Seed ${seed}: ${report.violations.join('; ')}`);
  }
  expect(broken).toEqual([]);
}, (SECONDS + 60) * 1_000);
