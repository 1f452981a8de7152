import {
  encodeIon, encodeIonLines, encodeIonStream, encodeJsonLines, ionToJson, peekField, printIon, readIonStream, type IonStruct, type IonValue,
} from '../ion';
import type { OutputFormat } from './job-record';

export const CONTENT_TYPES: Readonly<Record<OutputFormat, string>> = {
  ION_TEXT: 'text/vnd.amazon.ion',
  ION_BINARY: 'application/vnd.amazon.ion',
  JSON: 'application/jsonlines',
};

export function encodeManifest(format: OutputFormat, manifest: IonStruct): Uint8Array {
  switch (format) {
    case 'ION_BINARY': return encodeIon(manifest);
    case 'ION_TEXT': return Buffer.from(printIon(manifest));
    case 'JSON': return Buffer.from(ionToJson(manifest));
  }
}

/**
 * The content of a data object: blocks that follow each other, from their Ion binary documents. One block at a time is more than its bytes.
 *
 * @throws Error if a block is not the one that the object's name promises
 */
export function encodeBlocks(format: OutputFormat, documents: readonly Uint8Array[], strandId: string, firstSequenceNo: number): Uint8Array {
  const blocks = contiguous(documents, strandId, firstSequenceNo);
  switch (format) {
    case 'ION_BINARY': return encodeIonStream(blocks);
    case 'ION_TEXT': return encodeIonLines(blocks);
    case 'JSON': return encodeJsonLines(blocks);
  }
}

function* contiguous(documents: readonly Uint8Array[], strandId: string, firstSequenceNo: number): Generator<IonValue, void, undefined> {
  for (const [index, document] of documents.entries()) {
    const block = onlyValue(document);
    if (sequenceNoOf(block) !== BigInt(firstSequenceNo + index)) throw blockIsMissing(strandId, firstSequenceNo + index);
    yield block;
  }
}

export const blockIsMissing = (strandId: string, sequenceNo: number): Error =>
  new Error(`Block ${sequenceNo} of journal ${strandId} is missing: its ledger is being deleted, or the store is damaged.`);

function onlyValue(document: Uint8Array): IonValue {
  for (const value of readIonStream(document)) return value;
  throw new Error('A block without bytes: the store is damaged.');
}

function sequenceNoOf(block: IonValue): bigint | undefined {
  const address = block.kind === 'struct' ? peekField(block, 'blockAddress') : undefined;
  const sequenceNo = address?.kind === 'struct' ? peekField(address, 'sequenceNo') : undefined;
  return sequenceNo?.kind === 'int' ? sequenceNo.value : undefined;
}
