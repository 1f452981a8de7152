import { blockAfter, documentOf, exportOf, idOf, memorySource, STRAND_ID, variedJournal, type Format } from './generated-export';
import { verifyExports, type ExportsVerdict, type ExportVerificationOptions } from '../../src/cli/verify-export';
import { merkleRoot, type Block } from '../../src/journal';

const verify = (objects: ReadonlyMap<string, Uint8Array>, options: ExportVerificationOptions = {}): Promise<ExportsVerdict> => {
  return verifyExports(memorySource(objects), options, () => undefined);
};

const merged = (...exports: readonly Map<string, Uint8Array>[]): Map<string, Uint8Array> => new Map(exports.flatMap(objects => [...objects]));
const digestOf = (blocks: readonly Block[]): Uint8Array => merkleRoot(blocks.map(({ blockHash }) => blockHash));
const messagesOf = ({ exports, strands }: ExportsVerdict): string[] => {
  return [...exports, ...strands].flatMap(({ findings }) => findings.map(({ message }) => message));
};

function journalOf(blockCount: number): Block[] {
  const blocks: Block[] = [];
  for (let index = 0; index < blockCount; index++) blocks.push(blockAfter(blocks.at(-1), [documentOf(20, index)]));
  return blocks;
}

const dataKey = (objects: ReadonlyMap<string, Uint8Array>): string => [...objects.keys()].find(key => !key.endsWith('.manifest'))!;

describe('an export', () => {
  test.each<Format>(['ION_TEXT', 'ION_BINARY', 'JSON'])('in %s is verified, object after object', async (format) => {
    const blocks = variedJournal();
    const verdict = await verify(exportOf(blocks, format, { blocksPerObject: 2 }), { strict: true, expected: { digest: digestOf(blocks) } });
    expect(messagesOf(verdict)).toEqual([]);
    expect(verdict.exports).toEqual([expect.objectContaining({
      objectCount: 3, blockCount: 5, revisionCount: 5, firstSequenceNo: 0, lastSequenceNo: 4, isJson: format === 'JSON', unknownEntryCount: 0,
    })]);
    expect(verdict.strands).toEqual([expect.objectContaining({ strandId: STRAND_ID, digest: digestOf(blocks), digestSequenceNo: 4, notes: [] })]);
  });

  test('in JSON has documents that cannot be judged, but those of plain types can, and so can what was redacted or deleted', async () => {
    const { exports: [verdict] } = await verify(exportOf(variedJournal(), 'JSON'));
    expect(verdict).toMatchObject({ revisionCount: 5, unjudgedRevisionCount: 1, findingCount: 0 });
  });

  test.each<Format>(['ION_TEXT', 'JSON'])('in %s shows the first bad block, and why', async (format) => {
    const objects = exportOf(variedJournal(), format);
    const key = dataKey(objects);
    const text = Buffer.from(objects.get(key)!).toString().split('\n');
    objects.set(key, Buffer.from(text.map((line, index) => index === 3 ? line.replace('CREATE TABLE', 'CREATE TABLA') : line).join('\n')));
    const { exports: [verdict] } = await verify(objects);
    expect(verdict.findings).toEqual([{ sequenceNo: 3, message: `${key}: Block 3: the hash of transactionInfo is not in entriesHashList.` }]);
  });

  test('keeps the first findings and counts the rest', async () => {
    const blocks = journalOf(300).map(block => ({ ...block, previousBlockHash: new Uint8Array(32) }));
    const { exports: [verdict] } = await verify(exportOf(blocks, 'ION_BINARY'));
    expect(verdict.findings).toHaveLength(100);
    expect(verdict.findingCount).toBe(299 * 2);
  });

  test('of another journal under this one\'s name is found', async () => {
    const blocks = journalOf(3);
    const verdict = await verify(exportOf(blocks, 'ION_TEXT', { strandId: idOf(9, 9) }));
    expect(messagesOf(verdict)[0]).toContain(`block 0 is of strand ${STRAND_ID}, but the export of ${idOf(9, 9)}.`);
  });

  test('whose objects leave blocks out is found', async () => {
    const blocks = journalOf(6);
    const objects = exportOf(blocks, 'ION_TEXT', { blocksPerObject: 2 });
    const [first, , third] = [...objects.keys()];
    objects.set(`journal/${idOf(5, 0)}.${STRAND_ID}.completed.manifest`, Buffer.from(`{keys:["${first}","${third}"]}`));
    expect(messagesOf(await verify(objects))).toEqual(expect.arrayContaining([
      expect.stringContaining('starts with block 4 by its name, though 2 was due'), expect.stringContaining('Block 4: follows block 1, though 2 was due'),
    ]));
  });

  test('that is damaged tells where, and what was found before', async () => {
    const objects = exportOf(journalOf(5), 'ION_BINARY');
    const key = dataKey(objects);
    objects.set(key, objects.get(key)!.subarray(0, -10));
    const { exports: [verdict] } = await verify(objects, { expected: { digest: new Uint8Array(32) } });
    expect(verdict).toMatchObject({ blockCount: 4, findingCount: 0, unreadable: expect.stringContaining('what follows block 3 is not a block') });
  });

  test('whose parts are all explained is held to that where asked', async () => {
    const { transactionInfo: _, ...tampered } = blockAfter(undefined, []);
    const objects = exportOf([tampered], 'ION_TEXT');
    expect((await verify(objects)).exports).toEqual([expect.objectContaining({ findingCount: 0, unknownEntryCount: 1 })]);
    expect(messagesOf(await verify(objects, { strict: true }))).toEqual([expect.stringContaining('entriesHashList holds 1 of something')]);
  });
});

describe('an expected digest', () => {
  const blocks = journalOf(8);
  const objects = exportOf(blocks, 'ION_BINARY');
  const other = new Uint8Array(32).fill(7);

  test('is compared at the block that it was taken at, be it the last one or not', async () => {
    for (let tip = 0; tip < blocks.length; tip++) {
      const digest = digestOf(blocks.slice(0, tip + 1));
      expect(messagesOf(await verify(objects, { expected: { digest, sequenceNo: tip } }))).toEqual([]);
      expect(messagesOf(await verify(objects, { expected: { digest: other, sequenceNo: tip } }))).toEqual([expect.stringContaining(`The blocks up to ${tip} lead to the digest`)]);
    }
  });

  test('of a newer block shows that the newest blocks are gone', async () => {
    expect(messagesOf(await verify(objects, { expected: { digest: other, sequenceNo: 8 } }))).toEqual([
      'The digest was taken at block 8, but the last block is 7: what came after it is gone, or was not exported.',
    ]);
  });

  test('cannot be computed without the first blocks', async () => {
    expect(messagesOf(await verify(exportOf(blocks.slice(3), 'ION_TEXT'), { expected: { digest: digestOf(blocks) } }))).toEqual([
      'The digest of the ledger cannot be computed: block 0 is missing, and it takes all from block 0 on.',
    ]);
  });

  test('is of one ledger alone', async () => {
    const foreign = exportOf([], 'ION_TEXT', { strandId: idOf(9, 9), exportId: idOf(5, 1) });
    await expect(verify(merged(objects, foreign), { expected: { digest: other } })).rejects.toThrow('memory holds exports of 2');
    expect((await verify(merged(objects, foreign))).strands).toHaveLength(2);
  });
});

describe('several exports of one ledger', () => {
  const blocks = journalOf(12);
  const part = (index: number, first: number, end: number, of: readonly Block[] = blocks): Map<string, Uint8Array> => {
    return exportOf(of.slice(first, end), 'ION_TEXT', { exportId: idOf(5, index), blocksPerObject: 3 });
  };

  test('that continue each other lead to one digest', async () => {
    const verdict = await verify(merged(part(3, 0, 4), part(2, 4, 8), part(1, 8, 12)), { gapless: true, expected: { digest: digestOf(blocks) } });
    expect(messagesOf(verdict)).toEqual([]);
    expect(verdict.strands).toEqual([expect.objectContaining({ digest: digestOf(blocks), digestSequenceNo: 11, notes: [] })]);
  });

  test('may overlap and lie within each other, which is noted', async () => {
    const objects = merged(part(0, 0, 6), part(1, 4, 12), part(2, 5, 9), part(3, 0, 12), part(4, 11, 12));
    const verdict = await verify(objects, { expected: { digest: digestOf(blocks) } });
    expect(messagesOf(verdict)).toEqual([]);
    expect(verdict.strands[0].notes).toEqual([
      `Blocks 0 to 5 are both in ${idOf(5, 0)} and in ${idOf(5, 3)}.`,
      `Blocks 4 to 11 are both in ${idOf(5, 3)} and in ${idOf(5, 1)}.`,
      `Blocks 5 to 8 are both in ${idOf(5, 3)} and in ${idOf(5, 2)}.`,
      `Block 11 is both in ${idOf(5, 3)} and in ${idOf(5, 4)}.`,
    ]);
  });

  test('may leave blocks out, which is noted, or found where that must not be', async () => {
    const objects = merged(part(0, 0, 4), part(1, 6, 9), part(2, 10, 12));
    const notes = [
      `Blocks 4 to 5 are in none of the exports: between ${idOf(5, 0)} and ${idOf(5, 1)}.`,
      `Block 9 is in none of the exports: between ${idOf(5, 1)} and ${idOf(5, 2)}.`,
    ];
    const lenient = await verify(objects);
    expect(messagesOf(lenient)).toEqual([]);
    expect(lenient.strands).toEqual([expect.objectContaining({ notes, digestSequenceNo: 3 })]);
    expect(messagesOf(await verify(objects, { gapless: true }))).toEqual(notes);
  });

  test('that do not link to each other are found', async () => {
    const forged: Block[] = [];
    for (let index = 0; index < 12; index++) forged.push(blockAfter(forged.at(-1), [documentOf(20, index + 1000)]));
    expect(messagesOf(await verify(merged(part(0, 0, 4), part(1, 4, 12, forged))))).toEqual([
      `Export ${idOf(5, 1)} does not continue export ${idOf(5, 0)}: its block 4 links to another block 3.`,
    ]);
    expect(messagesOf(await verify(merged(part(0, 0, 6), part(1, 2, 12, forged))))).toEqual([
      `Exports ${idOf(5, 0)} and ${idOf(5, 1)} hold different journals: their blocks 5 differ.`,
      `Export ${idOf(5, 1)} does not continue export ${idOf(5, 0)}: its block 2 links to another block 1.`,
    ]);
  });

  test('of which one holds nothing are fine', async () => {
    const verdict = await verify(merged(part(0, 0, 12), part(1, 0, 0)));
    expect(messagesOf(verdict)).toEqual([]);
    expect(verdict.exports.map(({ blockCount }) => blockCount)).toEqual([0, 12]);
  });
});

describe('a place', () => {
  test('without a finished export, or with an object missing, is unreadable', async () => {
    await expect(verify(new Map([['a', new Uint8Array()]]))).rejects.toThrow('No finished export in memory');
    const objects = exportOf(journalOf(2), 'ION_TEXT');
    objects.delete(dataKey(objects));
    await expect(verify(objects)).rejects.toThrow('is missing, though the manifest');
  });

  test.each([['{keys:1}', 'has no list of keys'], ['{keys:[]} {keys:[]}', 'holds 2 values'], ['{keys:[', 'is not Ion']])('with the manifest %s is unreadable', async (manifest, problem) => {
    await expect(verify(new Map([[`${idOf(5, 0)}.${STRAND_ID}.completed.manifest`, Buffer.from(manifest)]]))).rejects.toThrow(problem);
  });
});
