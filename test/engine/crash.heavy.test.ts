import { bundledWriter, killRepeatedly } from './crash';
import { seededRandom } from './faulty-store';

/** In ledgers of their own, so that no journal grows beyond what can be judged after each kill. */
const LEDGERS = 20;
const KILLS_PER_LEDGER = 10;

test(`after each of ${LEDGERS * KILLS_PER_LEDGER} kills under load all that was acknowledged is there, no block by half, and tables as the journal tells`, async () => {
  const writer = bundledWriter();
  let acknowledged = 0;
  for (let ledger = 0; ledger < LEDGERS; ledger++) {
    const report = await killRepeatedly(writer, KILLS_PER_LEDGER, seededRandom(1_000 + ledger));
    expect(report.violations).toEqual([]);
    acknowledged += report.acknowledged;
  }
  expect(acknowledged).toBeGreaterThan(LEDGERS * KILLS_PER_LEDGER);
}, 3_600_000);
