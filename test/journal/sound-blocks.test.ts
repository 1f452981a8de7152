import * as fc from 'fast-check';
import { arbitraryBlockContent } from './arbitrary-block';
import {
  decodeIon, encodeIon, encodeIonStream, hashIon, InvalidIon, ionBlob, ionInt, ionList, ionString, ionStruct, parseIon, readIonPart, readIonStream,
  type IonStruct, type IonValue,
} from '../../src/ion';
import {
  Block, blockFromIon, blockToIon, buildBlock, dot, GENESIS_PREVIOUS_HASH, inspectBlock, InvalidBlock, merkleRoot, outlineOf, redactBlock,
  soundBlocks, type BlockRevision, type Revision, type SoundBlock,
} from '../../src/journal';
import { loosely } from '../ion/loose-encoding';

/** What a closer look says; `undefined` for what is no block. */
function inspected(value: IonValue): { sound: boolean; outline: SoundBlock } | undefined {
  try {
    const block = blockFromIon(value);
    const { findings, unknownEntryCount } = inspectBlock(block);
    return { sound: findings.length === 0, outline: { ...outlineOf(block), unknownEntryCount } };
  } catch (error) {
    if (error instanceof InvalidBlock || error instanceof InvalidIon) return undefined;
    throw error;
  }
}

/** Holds what is judged from bytes to the closer look; answers how many were sound. */
function compareJudgements(values: readonly IonValue[]): number {
  const sound = soundBlocks(values);
  expect(sound).toHaveLength(values.length);
  for (const [index, block] of sound.entries()) {
    if (block !== undefined) expect({ sound: true, outline: block }).toEqual(inspected(values[index]!));
  }
  return sound.filter(block => block !== undefined).length;
}

const read = (values: readonly IonValue[]): IonValue[] => [...readIonStream(encodeIonStream(values))];
const blocksOf = (count: number): fc.Arbitrary<Block[]> => fc.array(arbitraryBlockContent(), { minLength: count, maxLength: count })
  .map(contents => contents.map(content => buildBlock({ ...content, sequenceNo: content.sequenceNo + 1 })));

/** Redactions are left to the closer look, and so is the day that not every year has. */
const isUsual = ({ redactionInfo, blockTimestampMillis, revisions = [] }: Block): boolean => {
  const times = [blockTimestampMillis, ...revisions.map(revision => revision.kind === 'document' ? revision.metadata.txTimeMillis : 0)];
  return redactionInfo === undefined && times.every(time => !new Date(time).toISOString().includes('-02-29'));
};

/** The fields of a block, changed. */
const changed = (block: IonStruct, change: (fields: [string, IonValue][]) => readonly [string, IonValue][]): IonStruct => {
  return { kind: 'struct', fields: change(block.fields.map(([name, value]): [string, IonValue] => [name, value])) };
};
const replaced = (block: IonStruct, name: string, replace: (value: IonValue) => IonValue): IonStruct => {
  return changed(block, fields => fields.map(([field, value]) => [field, field === name ? replace(value) : value]));
};
const inRevision = (replace: (revision: IonStruct) => IonValue) => (value: IonValue): IonValue => {
  return value.kind === 'list' ? ionList(value.items.map((item, index) => index === 0 ? replace(item as IonStruct) : item)) : value;
};

describe('blocks judged from their bytes', () => {
  test('are sound where a closer look finds nothing, and say the same of themselves', () => {
    fc.assert(fc.property(blocksOf(6), (blocks) => {
      const usual = blocks.filter(isUsual);
      expect(compareJudgements(read(blocks.map(blockToIon)))).toBe(usual.length);
    }), { numRuns: 100 });
  });

  test('are sound when redacted, deleted or in any order of fields', () => {
    fc.assert(fc.property(blocksOf(3), fc.array(fc.nat(), { minLength: 10, maxLength: 10 }), (blocks, order) => {
      const usual = blocks.filter(isUsual);
      const redacted = usual.map(block => block.revisions === undefined ? block : redactBlock(block, (block.revisions[0] as Revision).metadata.id));
      const shuffled = redacted.map(block => changed(blockToIon(block), fields => {
        return fields.map((field, index) => [order[index % 10]!, field] as const).sort(([one], [other]) => one - other).map(([, field]) => field);
      }));
      expect(compareJudgements(read(shuffled))).toBe(usual.length);
    }), { numRuns: 50 });
  });

  test('are never sound where a closer look finds something, whatever was done to the values', () => {
    const tamperings: ((block: IonStruct) => IonValue)[] = [
      block => replaced(block, 'blockHash', () => ionBlob(new Uint8Array(32))),
      block => replaced(block, 'entriesHash', () => ionBlob(new Uint8Array(32))),
      block => replaced(block, 'previousBlockHash', () => ionBlob(new Uint8Array(32))),
      block => replaced(block, 'entriesHashList', value => value.kind === 'list' ? ionList([...value.items].reverse()) : value),
      block => replaced(block, 'entriesHashList', value => value.kind === 'list' ? ionList(value.items.slice(1)) : value),
      block => replaced(block, 'entriesHashList', () => ionList([])),
      block => replaced(block, 'transactionInfo', () => parseIon('{statements:[],documents:{}}')),
      block => replaced(block, 'transactionInfo', () => parseIon('{statements:null.list,documents:{}}')),
      block => replaced(block, 'transactionInfo', info => ({ ...info, annotations: ['a'] })),
      block => replaced(block, 'blockAddress', () => parseIon('{strandId:"another",sequenceNo:7}')),
      block => replaced(block, 'blockAddress', () => parseIon('{strandId:"another",sequenceNo:0}')),
      block => replaced(block, 'blockAddress', () => parseIon('{strandId:"another",sequenceNo:-7}')),
      block => replaced(block, 'transactionId', () => ionString('another')),
      block => replaced(block, 'transactionId', () => ionInt(1)),
      block => replaced(block, 'blockTimestamp', () => parseIon('2026T')),
      block => replaced(block, 'blockTimestamp', () => ionInt(1)),
      block => changed(block, fields => fields.filter(([name]) => name !== 'revisions')),
      block => changed(block, fields => fields.filter(([name]) => name !== 'transactionInfo')),
      block => changed(block, fields => [...fields, fields[0]!]),
      block => changed(block, fields => [...fields, ['other', ionInt(1)]]),
      block => replaced(block, 'revisions', () => ionList([])),
      block => replaced(block, 'revisions', inRevision(revision => ionStruct({ hash: revision.fields.find(([name]) => name === 'hash')![1] }))),
      block => replaced(block, 'revisions', inRevision(revision => replaced(revision, 'hash', () => ionBlob(new Uint8Array(32))))),
      block => replaced(block, 'revisions', inRevision(revision => replaced(revision, 'data', () => ionStruct({ a: ionInt(1) })))),
      block => replaced(block, 'revisions', inRevision(revision => replaced(revision, 'data', () => parseIon('null.struct')))),
      block => replaced(block, 'revisions', inRevision(revision => replaced(revision, 'blockAddress', () => parseIon('{strandId:"b",sequenceNo:7}')))),
      block => replaced(block, 'revisions', inRevision(revision => changed(revision, fields => [...fields, ['dataHash', ionBlob(new Uint8Array(32))]]))),
      block => replaced(block, 'revisions', inRevision(revision => changed(revision, fields => fields.filter(([name]) => name !== 'data')))),
      block => replaced(block, 'revisions', inRevision(revision => changed(revision, fields => fields.filter(([name]) => name !== 'metadata')))),
      block => replaced(block, 'revisions', inRevision(revision => replaced(revision, 'metadata', metadata => {
        return changed(metadata as IonStruct, fields => [...fields, ['note', ionInt(1)], ['note', ionInt(2)]]);
      }))),
      block => ({ ...block, annotations: ['a'] }),
      block => ionList([block]),
      () => ionInt(1),
    ];
    fc.assert(fc.property(blocksOf(4), fc.constantFrom(...tamperings), fc.nat(3), (blocks, tamper, at) => {
      compareJudgements(read(blocks.map((block, index) => index === at ? tamper(blockToIon(block)) : blockToIon(block))));
    }), { numRuns: 400 });
  });

  test('are never sound where a closer look finds something, whatever was done to the bytes', () => {
    let soundCount = 0;
    const someFlips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 60, maxLength: 60 });
    fc.assert(fc.property(blocksOf(2), someFlips, (blocks, flips) => {
      const bytes = encodeIonStream(blocks.map(blockToIon));
      for (const [at, mask] of flips) {
        const flipped = Uint8Array.from(bytes);
        flipped[at % bytes.length]! ^= mask;
        const values: IonValue[] = [];
        try {
          for (const value of readIonPart(flipped, {}, 'refused')) values.push(value);
        } catch (error) {
          if (!(error instanceof InvalidIon)) throw error;
        }
        soundCount += compareJudgements(values);
      }
    }), { numRuns: 100 });
    expect(soundCount).toBeGreaterThan(1000);
  });

  test('may be written loosely', () => {
    fc.assert(fc.property(blocksOf(1), fc.array(fc.nat(7), { minLength: 1 }), ([block], choices) => {
      let turn = 0;
      compareJudgements([...readIonStream(loosely(blockToIon(block!), () => choices[turn++ % choices.length]!))]);
    }), { numRuns: 300 });
  });

  test('are told apart by all of their symbols', () => {
    const [block] = fc.sample(blocksOf(1), { numRuns: 1, seed: 3 })[0]!;
    // Each in a document of its own, by ids that mean something else in the one before.
    const padded = (names: number): IonValue => {
      const first = ionStruct(Object.fromEntries(Array.from({ length: names }, (_, index) => [`name ${index}`, ionInt(index)])));
      return [...readIonStream(encodeIonStream([first, blockToIon(block!)]))][1]!;
    };
    expect(compareJudgements([0, 1, 5000, 1, 20].map(padded))).toBe(isUsual(block!) ? 5 : 0);
  });

  test('may be more, and larger, than are judged together', () => {
    const large = ionStruct({ text: ionString('long '.repeat(20_000)) });
    const blocks: Block[] = [];
    for (let sequenceNo = 1; sequenceNo <= 40; sequenceNo++) {
      blocks.push(buildBlock({
        strandId: 'strand',
        sequenceNo,
        previousBlockHash: blocks.at(-1)?.blockHash ?? GENESIS_PREVIOUS_HASH,
        transactionId: `transaction ${sequenceNo}`,
        blockTimestampMillis: 1576048851261,
        txTimeMillis: 1576048851245,
        statements: [{ statement: 'INSERT', startTimeMillis: 1576048851223, statementDigest: new Uint8Array(32) }],
        documents: Array.from({ length: sequenceNo % 3 }, (_, index) => ({
          documentId: `document ${index}`,
          tableName: 'T',
          tableId: 'T1',
          statementIndexes: [0],
          version: 0,
          data: sequenceNo % 2 === 0 ? large : ionStruct({ a: ionInt(sequenceNo) }),
        })),
      }));
    }
    const isLarge = (revision: BlockRevision): boolean => revision.kind === 'document' && encodeIon(revision.data!).length > 1000;
    // Blocks of two large documents are more than is placed for hashing.
    const judged = blocks.filter(({ revisions = [] }) => revisions.filter(isLarge).length < 2);
    expect(compareJudgements(read(blocks.map(blockToIon)))).toBe(judged.length);
  });

  test('with entries that nothing accounts for are sound, but tell their number', () => {
    const [block] = fc.sample(blocksOf(1), { numRuns: 1, seed: 5 })[0]!;
    const { redactionInfo: _, ...rest } = block!;
    const explained = [hashIon(rest.transactionInfo!), ...rest.entriesHashList.slice(1, rest.revisions === undefined ? 1 : 2)];
    const entriesHashList = [...explained, new Uint8Array(32), new Uint8Array(32).fill(1)];
    const entriesHash = merkleRoot(entriesHashList);
    const values = read([blockToIon({ ...rest, entriesHashList, entriesHash, blockHash: dot(entriesHash, rest.previousBlockHash) })]);
    expect(compareJudgements(values)).toBe(1);
    expect(soundBlocks(values)[0]!.unknownEntryCount).toBe(2);
  });

  test('are none among values that were not read from bytes', () => {
    const [block] = fc.sample(blocksOf(1), { numRuns: 1, seed: 5 })[0]!;
    expect(soundBlocks([blockToIon(block!), decodeIon(encodeIon(blockToIon(block!)))])).toEqual([undefined, undefined]);
    expect(soundBlocks([])).toEqual([]);
  });
});
