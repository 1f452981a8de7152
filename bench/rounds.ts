import Table from 'cli-table3';

/** Something to measure. `run` does one portion of work and answers how many units that was. */
export interface Contestant {
  readonly name: string;
  readonly run: () => number | Promise<number>;
  /** What has to be ready before each round; not measured. */
  readonly prepare?: () => void;
}

/** Units a second over the rounds. */
export interface Measured {
  readonly name: string;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** How many times the rate of the first contestant in the same round, by the median over the rounds. */
  readonly ratio: number;
}

const ROUNDS = 7;
const ROUND_MILLIS = 600;

/**
 * Lets all contestants run in turns, round after round, so that whatever else the machine does hits them alike. The first round warms up and
 * does not count.
 */
export async function inRounds(
  contestants: readonly Contestant[], rounds = ROUNDS, roundMillis = ROUND_MILLIS, clock: Clock = wallClock,
): Promise<Measured[]> {
  const rates = contestants.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { run, prepare }] of contestants.entries()) {
      prepare?.();
      const rate = await unitsASecond(run, roundMillis, clock);
      if (round > 0) rates[index]!.push(rate);
    }
  }
  return contestants.map(({ name }, index) => {
    const { median: ratio } = spread(rates[index]!.map((rate, round) => rate / rates[0]![round]!));
    return { name, ...spread(rates[index]!), ratio };
  });
}

/** Tells milliseconds. */
type Clock = () => number;

const wallClock: Clock = () => performance.now();

/** Of this process, all of its threads. */
const processorClock: Clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The same by processor time, which other work on the machine takes nothing of: for contestants that run in this thread alone. */
export const inRoundsOfProcessor = (contestants: readonly Contestant[]): Promise<Measured[]> => {
  return inRounds(contestants, ROUNDS, ROUND_MILLIS, processorClock);
};

async function unitsASecond(run: Contestant['run'], roundMillis: number, clock: Clock): Promise<number> {
  const start = performance.now();
  const clockStart = clock();
  let units = 0;
  let elapsedMillis = 0;
  while (elapsedMillis < roundMillis) {
    const done = run();
    units += typeof done === 'number' ? done : await done;
    elapsedMillis = performance.now() - start;
  }
  return units / (clock() - clockStart) * 1000;
}

function spread(rates: readonly number[]): { min: number; median: number; max: number } {
  const sorted = [...rates].sort((one, other) => one - other);
  return { min: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]!, max: sorted[sorted.length - 1]! };
}

/** Prints the rates; the first one is the peer's. */
export function printComparison(title: string, unit: string, measured: readonly Measured[]): void {
  const table = new Table({
    head: [title, `${unit}/s min`, 'median', 'max', 'ratio'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const { name, min, median, max, ratio } of measured) table.push([name, shown(min), shown(median), shown(max), `${ratio.toFixed(2)}x`]);
  console.log(table.toString());
}

const shown = (rate: number): string => rate.toLocaleString('en', { maximumSignificantDigits: 3 });
