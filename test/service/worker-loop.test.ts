import type { Worker } from '../../src/engine';
import { REST_MILLIS, WorkerLoop } from '../../src/service/worker-loop';

jest.useFakeTimers();

/** `run` is asked about one lane; there is nothing to do in the other, unless `streams` says so. */
function newLoop(
  run: (strandId: string, deadlineMillis: number) => Promise<number | undefined>, streams = async (): Promise<number | undefined> => undefined,
) {
  const log: Readonly<Record<string, unknown>>[] = [];
  const worker: Pick<Worker, 'run'> = { run: async (strandId, deadlineMillis, lane) => lane === 'streams' ? streams() : run(strandId, deadlineMillis) };
  return { loop: new WorkerLoop({ worker, clock: () => Date.now(), log: event => log.push(event) }), log };
}
/** Lets promises that are settled go on, and a lane rest between two runs. */
const settle = async () => jest.advanceTimersByTimeAsync(REST_MILLIS);

test('a journal is run when it is woken, and again if it was woken meanwhile, once', async () => {
  const finish: (() => void)[] = [];
  const run = jest.fn(async () => new Promise<undefined>(resolve => finish.push(() => resolve(undefined))));
  const { loop } = newLoop(run);
  loop.wake('a');
  loop.wake('a');
  loop.wake('a');
  expect(run).toHaveBeenCalledTimes(1);
  finish.shift()!();
  await settle();
  expect(run).toHaveBeenCalledTimes(2);
  finish.shift()!();
  await settle();
  expect(run).toHaveBeenCalledTimes(2);
});

test('journals run side by side', async () => {
  const run = jest.fn(async (_strandId: string) => new Promise<undefined>(() => {}));
  const { loop } = newLoop(run);
  loop.wake('a');
  loop.wake('b');
  expect(run.mock.calls).toEqual([['a', expect.any(Number)], ['b', expect.any(Number)]]);
});

test('streams of a journal are run while an export of it takes its time', async () => {
  const streams = jest.fn(async () => undefined);
  const { loop } = newLoop(async () => new Promise<undefined>(() => {}), streams);
  loop.wake('a');
  await settle();
  loop.wake('a');
  await settle();
  expect(streams).toHaveBeenCalledTimes(2);
});

test('a journal is run again when its next job is due', async () => {
  const dueMillis = Date.now() + 60_000;
  const run = jest.fn<Promise<number | undefined>, [string]>().mockResolvedValueOnce(dueMillis).mockResolvedValue(undefined);
  const { loop } = newLoop(run);
  loop.wake('a');
  await jest.advanceTimersByTimeAsync(59_999);
  expect(run).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(run).toHaveBeenCalledTimes(2);
});

test('a job that is due in months does not overflow the timer', async () => {
  const run = jest.fn(async () => Date.now() + 200 * 24 * 3_600_000);
  const { loop } = newLoop(run);
  loop.wake('a');
  await jest.advanceTimersByTimeAsync(30 * 60_000);
  expect(run).toHaveBeenCalledTimes(1);
  await loop.stop();
});

test('a failed run is logged and tried again', async () => {
  const run = jest.fn<Promise<number | undefined>, [string]>().mockRejectedValueOnce(new Error('disk full')).mockResolvedValue(undefined);
  const { loop, log } = newLoop(run);
  loop.wake('a');
  await settle();
  expect(log).toEqual([{ event: 'worker-failed', strandId: 'a', lane: 'rest', cause: expect.stringContaining('disk full') }]);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(run).toHaveBeenCalledTimes(2);
});

test('stopping waits for the runs in flight and starts no others', async () => {
  let finish!: (dueMillis: number) => void;
  const run = jest.fn(async () => new Promise<number>(resolve => { finish = resolve; }));
  const { loop } = newLoop(run);
  loop.wake('a');
  let stopped = false;
  const stopping = loop.stop().then(() => { stopped = true; });
  await settle();
  expect(stopped).toBe(false);
  finish(Date.now());
  await stopping;
  loop.wake('a');
  await jest.advanceTimersByTimeAsync(60_000);
  expect(run).toHaveBeenCalledTimes(1);
});

test('wake-ups that follow each other closely, as commits do, share a run', async () => {
  const run = jest.fn(async () => undefined);
  const { loop } = newLoop(run);
  for (let wakeUp = 0; wakeUp < 10 * REST_MILLIS; wakeUp++) {
    loop.wake('a');
    await jest.advanceTimersByTimeAsync(1);
  }
  expect(run.mock.calls.length).toBeGreaterThanOrEqual(9);
  expect(run.mock.calls.length).toBeLessThanOrEqual(11);
});
