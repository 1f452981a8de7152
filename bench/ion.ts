import { cryptoHasherProvider, makeHashReader } from 'ion-hash-js';
import { dumpBinary, dumpText, load, loadAll, makeReader } from 'ion-js';
import { inRoundsOfProcessor, printComparison } from './rounds';
import { sampleBlocks, sampleDocument } from './sample-journal';
import {
  decodeIon, decodeIonStream, encodeIon, encodeIonLines, encodeIonStream, hashIon, hashIonAll, ionToJson, parseIonStream, printIon,
  readIonStream,
} from '../src/ion';
import { blockToIon } from '../src/journal';

/** More than any cache of hashes holds. */
const DOCUMENT_COUNT = 4000;
const PEER_DOCUMENT_COUNT = 200;
const BLOCK_COUNT = 100;
const BYTES_PER_MEGABYTE = 1e6;

/** Hashing, writing and reading Ion, against ion-js, ion-hash-js and the runtime's JSON. */
export async function benchIon(): Promise<void> {
  const documents = Array.from({ length: DOCUMENT_COUNT }, (_, index) => sampleDocument(index));
  const encodedDocuments = documents.map(encodeIon);
  const documentStream = encodeIonStream(documents);
  for (const [index, bytes] of encodedDocuments.slice(0, PEER_DOCUMENT_COUNT).entries()) {
    if (Buffer.compare(hashByIonHashJs(bytes), hashIon(documents[index]!)) !== 0) throw new Error(`ion-hash-js disagrees about document ${index}`);
  }
  const blocks = [...sampleBlocks(BLOCK_COUNT, 1)].map(blockToIon);
  const binary = encodeIonStream(blocks);
  const texts = blocks.map((block) => printIon(block));
  const text = texts.join('\n');
  const dom = loadAll(binary);
  const plain = blocks.map((block) => JSON.parse(ionToJson(block)));
  const jsonMegabytes = plain.reduce((sum, block) => sum + Buffer.byteLength(JSON.stringify(block)), 0) / BYTES_PER_MEGABYTE;
  const textMegabytes = Buffer.byteLength(text) / BYTES_PER_MEGABYTE;
  const binaryMegabytes = binary.length / BYTES_PER_MEGABYTE;
  console.log(`documents of ${printIon(documents[0]!).length} characters; blocks of ${texts[0]!.length} characters, ${Math.round(binary.length / BLOCK_COUNT)} bytes of binary`);

  printComparison('Ion hash of a document', 'documents', await inRoundsOfProcessor([
    { name: 'ion-hash-js over binary', run: () => counted(encodedDocuments.slice(0, PEER_DOCUMENT_COUNT), hashByIonHashJs) },
    { name: 'hashIon of a value', run: () => counted(documents, hashIon) },
    { name: 'hashIonAll of a stream', run: () => hashIonAll([...readIonStream(documentStream)]).length },
    { name: 'hashIon from bytes', run: () => counted(encodedDocuments, (bytes) => hashIon(readIonStream(bytes).next().value!)) },
  ]));
  printComparison('write binary, a call a block', 'MB', await inRoundsOfProcessor([
    { name: 'ion-js dumpBinary', run: () => portion(dom, dumpBinary, binaryMegabytes) },
    { name: 'encodeIon', run: () => portion(blocks, encodeIon, binaryMegabytes) },
  ]));
  printComparison('write text', 'MB', await inRoundsOfProcessor([
    { name: 'JSON.stringify of the same as plain objects', run: () => portion(plain, JSON.stringify, jsonMegabytes) },
    { name: 'encodeIonLines', run: () => portion([blocks], encodeIonLines, textMegabytes) },
    { name: 'printIon', run: () => portion(blocks, (block) => printIon(block), textMegabytes) },
    { name: 'ion-js dumpText', run: () => portion(dom, (value) => dumpText(value), textMegabytes) },
  ]));
  printComparison('read binary', 'MB', await inRoundsOfProcessor([
    { name: 'ion-js loadAll', run: () => portion([binary], (bytes) => loadAll(bytes), binaryMegabytes) },
    { name: 'decodeIonStream', run: () => portion([binary], (bytes) => [...decodeIonStream(bytes)], binaryMegabytes) },
  ]));
  printComparison('read text', 'MB', await inRoundsOfProcessor([
    { name: 'ion-js loadAll', run: () => portion([text], (whole) => loadAll(whole), textMegabytes) },
    { name: 'parseIonStream', run: () => portion([text], (whole) => [...parseIonStream(whole)], textMegabytes) },
  ]));
  printComparison('read binary, a document at a time', 'documents', await inRoundsOfProcessor([
    { name: 'ion-js load', run: () => counted(encodedDocuments, (bytes) => load(bytes)) },
    { name: 'decodeIon', run: () => counted(encodedDocuments, decodeIon) },
  ]));
}

function hashByIonHashJs(bytes: Uint8Array): Uint8Array {
  const reader = makeHashReader(makeReader(bytes), cryptoHasherProvider('sha256'));
  reader.next();
  reader.next();
  return reader.digest();
}

function counted<T>(inputs: readonly T[], work: (input: T) => unknown): number {
  for (const input of inputs) work(input);
  return inputs.length;
}

function portion<T>(inputs: readonly T[], work: (input: T) => unknown, megabytes: number): number {
  for (const input of inputs) work(input);
  return megabytes;
}
