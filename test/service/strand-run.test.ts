import type { Worker } from '../../src/engine';
import { runStrand } from '../../src/service/strand-run';

const START = 1_000_000;

/** Time passes only while something sleeps. `run` answers when the lane is due again. */
function world(run: (lane: string, nowMillis: number) => number | undefined) {
  let nowMillis = START;
  const runs: { lane: string; atMillis: number }[] = [];
  const worker: Pick<Worker, 'run'> = {
    async run(_, __, lane) {
      runs.push({ lane: lane!, atMillis: nowMillis - START });
      return run(lane!, nowMillis);
    },
  };
  const sleepers: { untilMillis: number; wake: () => void }[] = [];
  const sleep = async (millis: number) => {
    await new Promise<void>(wake => sleepers.push({ untilMillis: nowMillis + millis, wake }));
  };
  const started = runStrand({ worker, strandId: 'strand', deadlineMillis: START + 15_000, patienceEndMillis: START + 10_000, clock: () => nowMillis, sleep });
  let isOver = false;
  const over = started.then(() => { isOver = true; }, () => { isOver = true; });
  const finish = async (): Promise<void> => {
    while (!isOver) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      const next = sleepers.sort((one, other) => one.untilMillis - other.untilMillis).shift();
      if (!next) break;
      nowMillis = next.untilMillis;
      next.wake();
    }
    await over;
  };
  return { runs, started, finish, at: (lane: string) => runs.filter(run_ => run_.lane === lane).map(({ atMillis }) => atMillis) };
}

test('a journal with nothing to do is looked at once', async () => {
  const { runs, finish } = world(() => undefined);
  await finish();
  expect(runs.map(({ lane }) => lane).sort()).toEqual(['rest', 'streams']);
});

test('a retry that is due in a second is not left to the schedule', async () => {
  let attempts = 0;
  const { at, finish } = world((lane, now) => lane === 'streams' && ++attempts < 3 ? now + 1_000 : undefined);
  await finish();
  expect(at('streams')).toEqual([0, 1_000, 2_000]);
});

test('one that is due later is', async () => {
  const { at, finish } = world((lane, now) => lane === 'rest' ? now + 6_000 : undefined);
  await finish();
  expect(at('rest')).toEqual([0, 6_000]);
});

test('streams are looked at again and again while an export has work, and never in a tight loop', async () => {
  let steps = 0;
  const { at, finish } = world((lane, now) => lane === 'rest' && ++steps <= 5 ? now + 1_000 : undefined);
  await finish();
  const looks = at('streams');
  expect(looks.length).toBeGreaterThanOrEqual(20);
  for (const [index, look] of looks.slice(1).entries()) expect(look - looks[index]!).toBeLessThanOrEqual(250);
});

test('work that is due at once is gone on with until the deadline, with a breath between', async () => {
  const { at, finish } = world((lane, now) => lane === 'rest' ? now : undefined);
  await finish();
  const times = at('rest');
  expect(times.at(-1)).toBeLessThan(15_000);
  expect(times.length).toBeLessThanOrEqual(15_000 / 20);
});

test('what a run throws reaches the caller once the other lane has come to its end', async () => {
  const { started, finish } = world((lane) => {
    if (lane === 'rest') throw new Error('disk full');
    return undefined;
  });
  const caught = started.catch((error: unknown) => error);
  await finish();
  expect(await caught).toMatchObject({ message: 'disk full' });
});
