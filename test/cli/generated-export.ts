import {
  encodeIon, encodeIonStream, ionInt, ionList, ionString, ionStruct, ionToJson, parseIon, printIon, type IonStruct, type IonValue,
} from '../../src/ion';
import {
  blockToIon, buildBlock, GENESIS_PREVIOUS_HASH, redactBlock, statementDigest, uniqueId, Unreadable, type Block, type BlockContent,
  type ExportSource,
} from '../../src/journal';

export type Format = 'ION_TEXT' | 'ION_BINARY' | 'JSON';

export const STRAND_ID = idOf(1, 0);

/** A unique id that is the same in every run. */
export function idOf(kind: number, index: number): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(4, kind);
  new DataView(bytes.buffer).setUint32(12, index);
  return uniqueId(bytes);
}

/** A block with one statement and the given documents; `undefined` deletes one. */
export function blockAfter(previous: Block | undefined, documents: readonly (IonStruct | undefined)[], more: Partial<BlockContent> = {}): Block {
  const sequenceNo = previous === undefined ? 0 : previous.blockAddress.sequenceNo + 1;
  const millis = Date.parse('2026-03-01T12:00:00Z') + sequenceNo;
  const statement = documents.length === 0 ? 'CREATE TABLE People' : 'INSERT INTO People ?';
  return buildBlock({
    strandId: STRAND_ID,
    sequenceNo,
    previousBlockHash: previous?.blockHash ?? GENESIS_PREVIOUS_HASH,
    transactionId: idOf(2, sequenceNo),
    blockTimestampMillis: millis,
    txTimeMillis: millis,
    statements: [{ statement, startTimeMillis: millis, statementDigest: statementDigest(statement) }],
    documents: documents.map((data, index) => ({
      documentId: idOf(3, sequenceNo * 100 + index), tableName: 'People', tableId: idOf(4, 0), statementIndexes: [0], version: 0, data,
    })),
    ...more,
  });
}

/** A journal with every kind of block: of no document, of one, of several of all types, a deletion, a redaction and what it redacted. */
export function variedJournal(): Block[] {
  const every = parseIon(
    '{text:"a \\"quoted\\" text",sym:symbol,int:-12,dec:1.50,flt:2.5e0,time:2020-01-01T10:00:00.5+01:00,flag:true,nothing:null.int,'
    + 'bytes:{{AQID/w==}},clob:{{"abc"}},list:[1,[2],(a + b)],note:annotated::{x:{y:"z"}}}',
  ) as IonStruct;
  const plain = parseIon('{name:"Ada",born:1815}') as IonStruct;
  const blocks: Block[] = [];
  const append = (documents: readonly (IonStruct | undefined)[], more?: Partial<BlockContent>): void => {
    blocks.push(blockAfter(blocks.at(-1), documents, more));
  };
  append([]);
  append([plain]);
  append([every, plain, undefined]);
  append([], { redactions: [{ blockAddress: blocks[1]!.blockAddress, tableId: idOf(4, 0), documentId: idOf(3, 100), version: 0 }] });
  append([plain]);
  return blocks.map(block => block.blockAddress.sequenceNo === 1 ? redactBlock(block, idOf(3, 100)) : block);
}

/** Objects by key, as an export would have put them. */
export function exportOf(
  blocks: readonly Block[], format: Format, { exportId = idOf(5, 0), strandId = STRAND_ID, blocksPerObject = 1000 } = {},
): Map<string, Uint8Array> {
  const objects = new Map<string, Uint8Array>();
  for (let start = 0; start < blocks.length; start += blocksPerObject) {
    const part = blocks.slice(start, start + blocksPerObject);
    const range = `${part[0]!.blockAddress.sequenceNo}-${part.at(-1)!.blockAddress.sequenceNo}`;
    objects.set(`journal/2026/03/01/12/${exportId}/${strandId}.${range}.${format === 'JSON' ? 'json' : 'ion'}`, encoded(part.map(blockToIon), format));
  }
  const manifest = ionStruct({ keys: ionList([...objects.keys()].map(ionString)) });
  objects.set(`journal/${exportId}.${strandId}.completed.manifest`, format === 'ION_BINARY' ? encodeIon(manifest) : encoded([manifest], format));
  return objects;
}

function encoded(values: readonly IonValue[], format: Format): Uint8Array {
  if (format === 'ION_BINARY') return encodeIonStream(values);
  return Buffer.from(values.map(value => `${format === 'JSON' ? ionToJson(value) : printIon(value)}\n`).join(''));
}

/** Objects in memory, read in chunks. */
export function memorySource(objects: ReadonlyMap<string, Uint8Array>, chunkBytes = 1000): ExportSource {
  return {
    name: 'memory',
    async* keys() {
      yield* objects.keys();
    },
    async* read(key) {
      const bytes = objects.get(key);
      if (bytes === undefined) throw new Unreadable(`There is no ${key}`);
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
  };
}

/** A document of about that many bytes. */
export function documentOf(byteCount: number, seed: number): IonStruct {
  return ionStruct({ seed: ionInt(seed), text: ionString(`${seed} `.padEnd(byteCount, 'x')) });
}
