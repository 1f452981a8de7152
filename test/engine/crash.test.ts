import { bundledWriter, killRepeatedly } from './crash';
import { seededRandom } from './faulty-store';

const KILLS = 5;

test(`after each of ${KILLS} kills under load all that was acknowledged is there, no block by half, and tables as the journal tells`, async () => {
  const report = await killRepeatedly(bundledWriter(), KILLS, seededRandom(1));
  expect(report.violations).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(KILLS);
}, 120_000);
