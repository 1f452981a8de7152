import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { LATE_REFUSALS } from './fuzz/late-refusals';
import type { RefusalCost } from './fuzz/refusal-cost';

const BYTES_MAX = 1_000_000;

/** In a process of its own, without the instruments of a test run. */
function measured(): readonly RefusalCost[] {
  const outfile = join(__dirname, '..', '..', 'node_modules', '.cache', 'cdk-ledger-refusals', 'refusal-cost.js');
  buildSync({ entryPoints: [join(__dirname, 'fuzz', 'refusal-cost.ts')], outfile, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' });
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=128'];
  return JSON.parse(execFileSync(process.execPath, [...flags, outfile], { encoding: 'utf8' })) as RefusalCost[];
}

test('a text of any kind that turns out to be no statement has taken less than a megabyte by then', () => {
  const costs = measured();
  const refused = costs.filter(({ error }) => error !== undefined);
  const shown = ({ name, bytes, characters, error }: RefusalCost): string => `${name}: ${bytes} bytes for ${characters} characters, ${error}`;
  expect(refused.filter(({ bytes }) => bytes >= BYTES_MAX).map(shown)).toEqual([]);
  // Each was read to its end, or nearly so.
  const late = refused.filter(({ name }) => LATE_REFUSALS.some(refusal => refusal.name === name));
  expect(late).toHaveLength(LATE_REFUSALS.length);
  expect(late.filter(({ error }) => /more than|at most 100000/.test(error!)).map(shown)).toEqual([]);
}, 120_000);
