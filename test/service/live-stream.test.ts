import { measureLiveStream } from './live-stream';

// live-stream.heavy.test.ts does the same for longer, and prints how long it takes.
test('commits reach Kinesis although an export keeps the worker busy', async () => {
  const { latencyMillis, besideExport } = await measureLiveStream({ blockCount: 6_000, commits: 5 });
  expect(latencyMillis).toHaveLength(5);
  expect(besideExport).toBeGreaterThan(0);
}, 60_000);
