import { decodeIon, encodeIon } from '../ion';
import { HASH_LENGTH, isPlainMetadata, PlainMetadata, revisionFromIon, revisionToIon, type Revision } from '../journal';
import { documentBytes, documentFrom } from './document-encoding';

/** What the first byte of a revision at rest says. */
const FORM = { ion: 0, plain: 1, plainWithDataHash: 2 } as const;

/** In the plain forms: three numbers of 8 bytes, hashes, two unique ids. */
const NUMBER_BYTES = 8;
const ID_BYTES = 22;
const HASH_AT = 1 + 3 * NUMBER_BYTES;
const WORD = 2 ** 32;
/** In the form of Ion: tells how long what stands before the data is. */
const LENGTH_BYTES = 4;

/**
 * A revision at rest: all of it but the strand and the data, and then the data as an Ion binary document. What ledgers write themselves takes a
 * fixed form, because every read of a document begins with it; metadata of others stays the Ion that it was. See docs/storage-format.md.
 */
export function encodeRevision(revision: Revision): Uint8Array {
  const document = revision.data && documentBytes(revision.data);
  if (!isPlainMetadata(revision.metadata)) return inIon(revision, document);
  const { blockAddress, metadata, hash, dataHash } = revision;
  const idsAt = HASH_AT + (dataHash ? 2 : 1) * HASH_LENGTH;
  const dataStart = idsAt + 2 * ID_BYTES;
  const bytes = Buffer.allocUnsafe(dataStart + (document?.length ?? 0));
  bytes[0] = dataHash ? FORM.plainWithDataHash : FORM.plain;
  writeNumber(bytes, blockAddress.sequenceNo, 1);
  writeNumber(bytes, metadata.version, 1 + NUMBER_BYTES);
  writeNumber(bytes, metadata.txTimeMillis, 1 + 2 * NUMBER_BYTES);
  bytes.set(hash, HASH_AT);
  if (dataHash) bytes.set(dataHash, HASH_AT + HASH_LENGTH);
  bytes.write(metadata.id, idsAt, 'latin1');
  bytes.write(metadata.txId, idsAt + ID_BYTES, 'latin1');
  if (document) bytes.set(document, dataStart);
  return bytes;
}

function inIon({ data, ...rest }: Revision, document: Uint8Array | undefined): Uint8Array {
  const frame = encodeIon(revisionToIon(rest));
  const dataStart = 1 + LENGTH_BYTES + frame.length;
  const bytes = Buffer.allocUnsafe(dataStart + (document?.length ?? 0));
  bytes[0] = FORM.ion;
  bytes.writeUInt32BE(frame.length, 1);
  bytes.set(frame, 1 + LENGTH_BYTES);
  if (document) bytes.set(document, dataStart);
  return bytes;
}

/** @param strandId of the journal whose tables the bytes come from */
export function decodeRevision(strandId: string, value: Uint8Array): Revision {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  const dataAt = (dataStart: number): Pick<Revision, 'data'> => dataStart === bytes.length ? {} : { data: documentFrom(bytes.subarray(dataStart)) };
  if (bytes[0] === FORM.ion) {
    const frameEnd = 1 + LENGTH_BYTES + bytes.readUInt32BE(1);
    return { ...revisionFromIon(decodeIon(bytes.subarray(1 + LENGTH_BYTES, frameEnd))), ...dataAt(frameEnd) };
  }
  if (bytes[0] !== FORM.plain && bytes[0] !== FORM.plainWithDataHash) {
    throw new Error(`A stored revision has the form ${bytes[0]}, which this version does not know. Open the ledger with the version that wrote it.`);
  }
  const hashAfter = (at: number): Uint8Array => bytes.subarray(at, at + HASH_LENGTH);
  const isRedacted = bytes[0] === FORM.plainWithDataHash;
  const idsAt = HASH_AT + (isRedacted ? 2 : 1) * HASH_LENGTH;
  const idAt = (at: number): string => bytes.toString('latin1', at, at + ID_BYTES);
  return {
    kind: 'document',
    blockAddress: { strandId, sequenceNo: numberAt(bytes, 1) },
    hash: hashAfter(HASH_AT),
    ...(isRedacted && { dataHash: hashAfter(HASH_AT + HASH_LENGTH) }),
    ...dataAt(idsAt + 2 * ID_BYTES),
    metadata: new PlainMetadata(
      idAt(idsAt), numberAt(bytes, 1 + NUMBER_BYTES), numberAt(bytes, 1 + 2 * NUMBER_BYTES), idAt(idsAt + ID_BYTES),
    ),
  };
}

function writeNumber(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / WORD), at);
  bytes.writeUInt32BE(value % WORD, at + 4);
}

const numberAt = (bytes: Buffer, at: number): number => bytes.readUInt32BE(at) * WORD + bytes.readUInt32BE(at + 4);
