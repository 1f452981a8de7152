import { outcomeOf } from './attack-outcome';
import { ATTACKS } from './attacks';
import { fuzzStatements } from './statement-fuzz';

const STATEMENTS = Number(process.env.FUZZ_STATEMENTS ?? 1_000_000);
/** Another one tries other statements. */
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1_000_000);

test('any of a million statements, sound, broken or noise, gives rows or a StatementError within its work', async () => {
  const { violations, ...report } = await fuzzStatements(FIRST_SEED, STATEMENTS, () => performance.now());
  process.stdout.write(`${JSON.stringify({ statements: STATEMENTS, ...report }, undefined, 2)}\n`);
  expect(violations).toEqual([]);
}, 3_600_000);

test('what each statement made to cost much does cost', async () => {
  const lines: string[] = [];
  // The first round warms up.
  for (const round of [0, 1]) {
    for (const attack of ATTACKS) {
      const [cpu, heap] = [process.cpuUsage(), process.memoryUsage().heapUsed];
      const { steps, error = 'answered' } = await outcomeOf(attack);
      const { user, system } = process.cpuUsage(cpu);
      const megabytes = (process.memoryUsage().heapUsed - heap) / 1e6;
      if (round === 1) lines.push(`${((user + system) / 1_000).toFixed(1)} ms of CPU, ${megabytes.toFixed(1)} MB, ${steps} steps: ${attack.name}: ${error.slice(0, 80)}`);
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`);
});
