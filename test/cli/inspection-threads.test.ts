import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { blockAfter, documentOf, exportOf, idOf, memorySource, variedJournal, type Format } from './generated-export';
import { CLI } from './run-cli';
import { InspectionThreads } from '../../src/cli/inspection-threads';
import { threadCount } from '../../src/cli/thread-count';
import { verifyExports, type ExportsVerdict, type ExportVerificationOptions } from '../../src/cli/verify-export';
import { merkleRoot, Unreadable, type Block, type ExportedJournal, type ExportSource } from '../../src/journal';

const WORKER = path.join(path.dirname(CLI), 'inspection-worker.js');

let threads: InspectionThreads;
beforeAll(() => {
  threads = new InspectionThreads(WORKER, 3);
});
afterAll(() => threads.close());

const alone = (source: ExportSource, options: ExportVerificationOptions): Promise<ExportsVerdict> => verifyExports(source, options, () => undefined);
const together = (source: ExportSource, options: ExportVerificationOptions): Promise<ExportsVerdict> => {
  return verifyExports(source, options, () => undefined, () => threads);
};

function journalOf(blockCount: number): Block[] {
  const blocks = variedJournal();
  while (blocks.length < blockCount) blocks.push(blockAfter(blocks.at(-1), [documentOf(40, blocks.length)]));
  return blocks;
}

const dataKeys = (objects: ReadonlyMap<string, Uint8Array>): string[] => [...objects.keys()].filter(key => !key.endsWith('.manifest'));

describe('threads come to the same verdict as one', () => {
  const journal = journalOf(24);
  const objects: Readonly<Record<Format, Map<string, Uint8Array>>> = {
    ION_TEXT: exportOf(journal, 'ION_TEXT', { blocksPerObject: 3 }),
    ION_BINARY: exportOf(journal, 'ION_BINARY', { blocksPerObject: 3 }),
    JSON: exportOf(journal, 'JSON', { blocksPerObject: 3 }),
  };
  const digest = merkleRoot(journal.slice(0, 18).map(({ blockHash }) => blockHash));

  test.each<Format>(['ION_TEXT', 'ION_BINARY', 'JSON'])('on an intact export in %s', async (format) => {
    const options = { strict: true, gapless: true, expected: { digest, sequenceNo: 17 } };
    const verdict = await together(memorySource(objects[format]), options);
    expect(verdict).toEqual(await alone(memorySource(objects[format]), options));
    expect(verdict.exports).toEqual([expect.objectContaining({ blockCount: 24, objectCount: 8, findingCount: 0 })]);
  });

  test('whatever bytes are changed, wherever', async () => {
    const change = fc.record({ object: fc.nat(7), offset: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) });
    const changes = fc.array(change, { minLength: 1, maxLength: 3 });
    await fc.assert(fc.asyncProperty(fc.constantFrom<Format>('ION_TEXT', 'ION_BINARY', 'JSON'), changes, fc.boolean(), async (format, changed, strict) => {
      const tampered = new Map(objects[format]);
      for (const { object, offset, mask } of changed) {
        const key = dataKeys(tampered)[object]!;
        const bytes = new Uint8Array(tampered.get(key)!);
        bytes[offset % bytes.length]! ^= mask;
        tampered.set(key, bytes);
      }
      const options = { strict, expected: { digest, sequenceNo: 17 } };
      expect(await together(memorySource(tampered), options)).toEqual(await alone(memorySource(tampered), options));
    }), { numRuns: 150 });
  });

  test('with the first bad block in journal order, be it in any object', async () => {
    for (let object = 0; object < 8; object++) {
      const bad = [object * 3 + 2, 23];
      const grown = (block: Block): Block => ({ ...block, entriesHashList: [...block.entriesHashList, new Uint8Array(32)] });
      const tampered = journal.map((block, index) => bad.includes(index) ? grown(block) : block);
      const { exports: [verdict] } = await together(memorySource(exportOf(tampered, 'ION_BINARY', { blocksPerObject: 3 })), {});
      expect(verdict!.findings[0]).toMatchObject({ sequenceNo: bad[0], message: expect.stringContaining('entriesHash is not the Merkle root') });
    }
  });

  test('on what is missing between objects, and within them', async () => {
    for (const gone of [0, 4, 9, 23]) {
      const broken = memorySource(exportOf(journal.filter((_, index) => index !== gone), 'ION_TEXT', { blocksPerObject: 3 }));
      expect(await together(broken, { gapless: true })).toEqual(await alone(broken, { gapless: true }));
    }
  });

  test('on an object that cannot be read to its end', async () => {
    const failing: ExportSource = {
      ...memorySource(objects.ION_BINARY),
      async* read(key) {
        let left = key === dataKeys(objects.ION_BINARY)[4] ? 2 : Infinity;
        for await (const chunk of memorySource(objects.ION_BINARY).read(key)) {
          if (left-- === 0) throw new Unreadable('The line is dead');
          yield chunk;
        }
      },
    };
    const verdict = await together(failing, {});
    expect(verdict).toEqual(await alone(failing, {}));
    expect(verdict.exports[0]).toMatchObject({ unreadable: 'The line is dead' });
  });

  test('on several exports, the first of which is cut off', async () => {
    const first = exportOf(journal.slice(0, 12), 'ION_BINARY', { blocksPerObject: 2 });
    const second = exportOf(journal.slice(10), 'ION_TEXT', { blocksPerObject: 2, exportId: idOf(5, 1) });
    const key = dataKeys(first)[1]!;
    const source = memorySource(new Map([...first, [key, first.get(key)!.subarray(0, 700)], ...second]));
    const verdict = await together(source, {});
    expect(verdict).toEqual(await alone(source, {}));
    expect(verdict.exports.map(({ unreadable }) => unreadable === undefined)).toEqual([false, true]);
  });
});

test('an error that is nobody\'s data ends the verification', async () => {
  const source: ExportSource = {
    ...memorySource(exportOf(journalOf(6), 'ION_BINARY', { blocksPerObject: 2 })),
    async* read(key) {
      if (key.includes('.2-3.')) throw new TypeError('A fault of the program');
      yield* memorySource(exportOf(journalOf(6), 'ION_BINARY', { blocksPerObject: 2 })).read(key);
    },
  };
  const own = new InspectionThreads(WORKER, 2);
  await expect(verifyExports(source, {}, () => undefined, () => own)).rejects.toThrow('A fault of the program');
  await own.close();
});

test.each([
  ['throws', 'throw new Error("thrown in the thread")', 'thrown in the thread'],
  ['ends without a word', 'process.exit(0)', 'A thread ended while it verified'],
])('a thread that %s ends the verification: nobody is told that the rest is sound', async (_, deed, message) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'dying-thread-'));
  const script = path.join(directory, 'worker.js');
  writeFileSync(script, `require('node:worker_threads').parentPort.on('message', () => { ${deed}; });`);
  const own = new InspectionThreads(script, 2);
  const source = memorySource(exportOf(journalOf(6), 'ION_BINARY', { blocksPerObject: 2 }));
  try {
    await expect(verifyExports(source, {}, () => undefined, () => own)).rejects.toThrow(message);
  } finally {
    await own.close();
    rmSync(directory, { recursive: true });
  }
});

describe('the number of threads', () => {
  const exportsOf = (objectCount: number, blocksPerObject: number): ExportedJournal[] => [{
    exportId: idOf(5, 0),
    strandId: idOf(1, 0),
    manifestKey: '',
    objects: Array.from({ length: objectCount }, (_, index) => {
      return { key: '', format: 'ION', firstSequenceNo: index * blocksPerObject, lastSequenceNo: (index + 1) * blocksPerObject - 1 } as const;
    }),
  }];

  test('is one for little, and never more than there are objects, cores or four', () => {
    expect(threadCount([], undefined, 8)).toBe(1);
    expect(threadCount(exportsOf(10, 500), undefined, 8)).toBe(1);
    expect(threadCount(exportsOf(1, 1_000_000), undefined, 8)).toBe(1);
    expect(threadCount(exportsOf(3, 1_000_000), undefined, 8)).toBe(3);
    expect(threadCount(exportsOf(1000, 500), undefined, 8)).toBe(4);
    expect(threadCount(exportsOf(1000, 500), undefined, 2)).toBe(2);
  });

  test('is what was asked for, where there is an object for each', () => {
    expect(threadCount(exportsOf(10, 1), 6, 1)).toBe(6);
    expect(threadCount(exportsOf(3, 1), 6, 1)).toBe(3);
    expect(threadCount(exportsOf(1000, 5000), 1, 8)).toBe(1);
  });
});
