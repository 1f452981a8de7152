import { directoryWithJournal, line, measureExport } from './large-export';

/** EXPORT_BLOCKS tries another size. */
const BLOCK_COUNT = Number(process.env.EXPORT_BLOCKS ?? 1_000_000);
/** A step holds the blocks of one object and what it makes of them, whatever the length of the journal. */
const HEAP_GROWTH_MEGABYTES_MAX = 512;

test('a million blocks are exported on the embedded service in every format, a step at a time in bounded memory', async () => {
  const { directory, remove } = await directoryWithJournal({ blockCount: BLOCK_COUNT, documentBytes: 200 });
  try {
    for (const format of ['ION_BINARY', 'ION_TEXT', 'JSON'] as const) {
      const measured = await measureExport(directory, format);
      process.stdout.write(`${line(measured)}\n`);
      expect(measured).toMatchObject({ blocks: BLOCK_COUNT + 1, problems: [], isDigestEqual: true });
      expect(measured.heapGrowthMegabytes).toBeLessThan(HEAP_GROWTH_MEGABYTES_MAX);
    }
  } finally {
    await remove();
  }
}, 3_600_000);
