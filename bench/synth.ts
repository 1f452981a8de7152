import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Table from 'cli-table3';
import { discard, runConstructs, runL1, type Contender, type Phases, type SynthRun } from './synth-run';

const ROUNDS = 9;
const WARM_ROUNDS = 15;
const RATIO_MAX = 1.3;

/** Synthesis of a service, a ledger, an archive, an export, a stream and a grant, against the same template written down in L1. */
export async function benchSynth(): Promise<void> {
  if (!existsSync('lib/index.js') || !existsSync('assets')) throw new Error('Compile and bundle the library first: npx projen compile');
  process.env.CDK_VALIDATION = 'false'; // newer releases of CDK validate templates: seconds of either contender
  const example = runConstructs();
  const peer = runL1(example);
  if (!isDeepStrictEqual(sorted(peer.template), sorted(example.template))) throw new Error(`The two templates differ: compare ${example.outdir} and ${peer.outdir}`);
  const assets = readdirSync(example.outdir).filter(name => name.startsWith('asset.')).length;
  console.log(`${Object.keys(example.template.Resources).length} resources, ${assets} assets; both templates are equal, and nothing is bundled.\n`);

  print(`A process each, ${ROUNDS} rounds`, rounds(ROUNDS, contender => inProcessOfItsOwn(contender, example)));
  const warm = rounds(WARM_ROUNDS, contender => {
    const run = contender === 'l1' ? runL1(example) : runConstructs();
    discard(run);
    return run.phases;
  });
  print(`One warm process, ${WARM_ROUNDS} rounds`, warm);
  [example, peer].forEach(discard);
}

type Rounds = Readonly<Record<Contender, Phases[]>>;

/** Both in turns, so that whatever else the machine does hits them alike; the first round does not count. */
function rounds(count: number, run: (contender: Contender) => Phases): Rounds {
  const measured: Rounds = { constructs: [], l1: [] };
  for (let round = 0; round <= count; round++) {
    for (const contender of round % 2 ? ['l1', 'constructs'] as const : ['constructs', 'l1'] as const) {
      const phases = run(contender);
      if (round > 0) measured[contender].push(phases);
    }
  }
  return measured;
}

function inProcessOfItsOwn(contender: Contender, example: SynthRun): Phases {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'synth-once.js'), contender, example.outdir], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Phases;
}

const total = ({ load, construct, synth }: Phases): number => load + construct + synth;
const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;

function print(title: string, { constructs, l1 }: Rounds): void {
  const table = new Table({
    head: [title, 'load ms', 'construct', 'synth', 'total min', 'median', 'max', 'ratio'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  const row = (name: string, phases: readonly Phases[], ratio: string) => {
    const totals = phases.map(total);
    const shown = [
      ...(['load', 'construct', 'synth'] as const).map(phase => median(phases.map(each => each[phase]))), Math.min(...totals), median(totals), Math.max(...totals),
    ].map(millis => millis.toFixed(0));
    table.push([name, ...shown, ratio]);
  };
  const ratio = median(constructs.map((phases, round) => total(phases) / total(l1[round]!)));
  row('the same in L1', l1, '1');
  row('constructs', constructs, `${ratio.toFixed(2)}x ${ratio <= RATIO_MAX ? '' : `(over ${RATIO_MAX})`}`.trim());
  console.log(table.toString());
}

/** Keys of objects have no order, nor have lists of dependencies. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) =>
    [key, key === 'DependsOn' ? [...member as string[]].sort() : sorted(member)]));
}
