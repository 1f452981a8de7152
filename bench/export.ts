import { hash } from 'node:crypto';
import { dumpText, load } from 'ion-js';
import { inRoundsOfProcessor, printComparison } from './rounds';
import { sampleBlocks } from './sample-journal';
import { encodeBlocks } from '../src/engine/export-encoding';
import { decodeIonStream, encodeIon, encodeIonStream, ionToJson, printIon } from '../src/ion';
import { blockToIon } from '../src/journal';

const BLOCK_COUNT = 1000;
const BYTES_PER_MEGABYTE = 1e6;

/** The content of an export's object, from blocks as they are stored, before encryption and network. */
export async function benchExport(): Promise<void> {
  const blocks = [...sampleBlocks(BLOCK_COUNT, 1)];
  const { strandId } = blocks[0]!.blockAddress;
  const values = blocks.map(blockToIon);
  const documents = values.map(encodeIon);
  const objectOf = (format: 'ION_TEXT' | 'ION_BINARY' | 'JSON'): Uint8Array => encodeBlocks(format, documents, strandId, 0);
  const text = values.map((value) => `${printIon(value)}\n`).join('');
  const json = values.map((value) => `${ionToJson(value)}\n`).join('');
  if (Buffer.from(objectOf('ION_TEXT')).toString() !== text || Buffer.from(objectOf('JSON')).toString() !== json) throw new Error('Wrong text');
  const binary = encodeIonStream(values);
  if (hash('sha256', encodeIonStream(decodeIonStream(objectOf('ION_BINARY')))) !== hash('sha256', binary)) throw new Error('Wrong binary');
  const plain = json.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
  const megabytes = {
    text: Buffer.byteLength(text) / BYTES_PER_MEGABYTE,
    json: Buffer.byteLength(json) / BYTES_PER_MEGABYTE,
    stored: documents.reduce((sum, { length }) => sum + length, 0) / BYTES_PER_MEGABYTE,
  };
  const portion = (work: () => unknown, size: number) => (): number => {
    work();
    return size;
  };
  printComparison('Text of an export, by what is written', 'MB', await inRoundsOfProcessor([
    { name: 'JSON.stringify of plain objects, in UTF-8', run: portion(() => plain.map((value) => Buffer.from(JSON.stringify(value))), megabytes.json) },
    { name: 'ion-js, binary to text', run: portion(() => documents.slice(0, 50).map((bytes) => dumpText(load(bytes)!)), megabytes.text / 20) },
    { name: 'ION_TEXT', run: portion(() => objectOf('ION_TEXT'), megabytes.text) },
    { name: 'JSON', run: portion(() => objectOf('JSON'), megabytes.json) },
  ]));
  printComparison('Binary of an export, by what is stored', 'MB', await inRoundsOfProcessor([
    { name: 'copy', run: portion(() => Buffer.concat(documents), megabytes.stored) },
    { name: 'ION_BINARY, under one symbol table', run: portion(() => objectOf('ION_BINARY'), megabytes.stored) },
  ]));
}
