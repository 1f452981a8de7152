import { directoryWithJournal, measureExport } from './large-export';

// large-export.heavy.test.ts does the same with a million blocks.
test('a journal of several objects is exported whole on the embedded service, and its chain ends in the ledger\'s digest', async () => {
  const { directory, remove } = await directoryWithJournal({ blockCount: 3_000, documentBytes: 200 });
  try {
    for (const format of ['ION_BINARY', 'ION_TEXT', 'JSON'] as const) {
      expect(await measureExport(directory, format)).toMatchObject({ blocks: 3_001, objects: 4, problems: [], isDigestEqual: true });
    }
  } finally {
    await remove();
  }
}, 60_000);
