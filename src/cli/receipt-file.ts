import { decodeIon, fieldOf, InvalidIon, ionList, parseIon, parseIonStream, type IonStruct, type IonValue } from '../ion';
import {
  blockAddressFromIon, blockFromIon, HASH_LENGTH, InvalidBlock, proofFromIon, revisionFromIon, sameHash, Unreadable,
  type BlockAddress, type Receipt, type ReceiptSubject,
} from '../journal';

/** A digest as `GetDigest` and the console give it. */
interface TakenDigest {
  readonly digest: Uint8Array;
  readonly tip?: BlockAddress;
}

/** What the structs around a proof say about it; the innermost one wins. */
interface Surroundings {
  readonly blockAddress?: BlockAddress;
  readonly documentId?: string;
  readonly proofTip?: BlockAddress;
  readonly digest?: TakenDigest;
}

interface Claim extends Surroundings {
  readonly subject: ReceiptSubject;
  readonly proof: readonly Uint8Array[];
}

/** Names, in lower case, of what is looked into for proofs and digests; documents are not. */
const OPAQUE = new Set(['revision', 'block', 'proof', 'revisionhash', 'blockhash', 'hash']);

const ION_BINARY_START = 0xe0;

/**
 * The receipts in the contents of one or several files together: structs with a proof and what it proves, in any nesting, as QLDB's
 * API answers are printed in JSON or as Ion. A digest is the proof's own, or else the only one in all files, or `expected`.
 * @throws Unreadable when there is no receipt, or one is incomplete or malformed
 */
export function receiptsIn(files: readonly Uint8Array[], expected?: Uint8Array): Receipt[] {
  const claims: Claim[] = [];
  const digests: TakenDigest[] = [];
  try {
    for (const value of files.flatMap(valuesOf)) collect(value, {}, claims, digests);
  } catch (error) {
    if (error instanceof InvalidIon || error instanceof InvalidBlock) throw new Unreadable(`This is no receipt: ${error.message}`);
    throw error;
  }
  if (claims.length === 0) {
    throw new Unreadable('There is no receipt: it takes a struct with a proof, and a revision, a block or the hash of one. '
      + 'Ask for a proof by naming the digest\'s tip address with GetRevision or GetBlock.');
  }
  return claims.map(claim => receiptOf(claim, digests, expected));
}

function receiptOf({ digest: own, ...claim }: Claim, digests: readonly TakenDigest[], expected: Uint8Array | undefined): Receipt {
  const candidates = digests.filter((digest, index) => digests.findIndex(other => sameHash(other.digest, digest.digest)) === index);
  const taken = own ?? (candidates.length === 1 ? candidates[0] : undefined) ?? (expected && { digest: expected });
  if (taken === undefined) {
    throw new Unreadable(candidates.length === 0
      ? 'There is no digest: name the file with GetDigest\'s answer too, or pass --digest.'
      : `There are ${candidates.length} digests and nothing tells which the proof is for: put each beside its proof.`);
  }
  const digestTip = taken.tip ?? claim.proofTip;
  return { ...claim, digest: taken.digest, ...(digestTip && { digestTip }) };
}

/** JSON is read as the Ion text that it also is. */
function valuesOf(bytes: Uint8Array): IonValue[] {
  if (bytes[0] === ION_BINARY_START) return [decodeIon(bytes)];
  return [...parseIonStream(Buffer.from(bytes).toString('utf8'))];
}

function collect(value: IonValue, outer: Surroundings, claims: Claim[], digests: TakenDigest[]): void {
  if (value.kind === 'list') value.items.forEach(item => collect(item, outer, claims, digests));
  if (value.kind !== 'struct') return;
  const members = membersOf(value);
  const own = takenDigest(members);
  if (own) digests.push(own);
  const inner = { ...outer, ...surroundings(members), ...(own && { digest: own }) };
  const subject = subjectOf(members);
  const proof = members.get('proof');
  if (proof !== undefined && subject !== undefined) claims.push({ ...inner, subject, proof: proofOf(proof) });
  for (const [name, member] of members) if (!OPAQUE.has(name)) collect(member, inner, claims, digests);
}

/** Members by lower-case name, without the wrapping of Ion in JSON. */
function membersOf(struct: IonStruct): Map<string, IonValue> {
  return new Map(struct.fields.map(([name, value]) => [name.toLowerCase(), unwrapped(value)]));
}

function unwrapped(value: IonValue): IonValue {
  const text = value.kind === 'struct' && value.fields.length === 1 ? fieldOf(value, 'IonText') : undefined;
  return text?.kind === 'string' ? parseIon(text.value) : value;
}

/** What a struct says of a proof in it: by itself, in the request that it records, or in the digest that it holds. */
function surroundings(members: ReadonlyMap<string, IonValue>): Surroundings {
  const request = members.get('request');
  const asked = request?.kind === 'struct' ? surroundings(membersOf(request)) : {};
  const held = ['ledgerdigest', 'getdigest'].map(name => members.get(name)).find(value => value?.kind === 'struct');
  const digest = held?.kind === 'struct' ? takenDigest(membersOf(held)) : undefined;
  const blockAddress = members.get('blockaddress');
  const documentId = members.get('documentid');
  const proofTip = members.get('digesttipaddress');
  return {
    ...asked,
    ...(blockAddress && { blockAddress: addressOf(blockAddress) }),
    ...(documentId?.kind === 'string' && { documentId: documentId.value }),
    ...(proofTip && { proofTip: addressOf(proofTip) }),
    ...(digest && { digest }),
  };
}

function takenDigest(members: ReadonlyMap<string, IonValue>): TakenDigest | undefined {
  const digest = members.get('digest');
  const tip = members.get('digesttipaddress');
  if (digest === undefined || digest.kind === 'struct' || digest.kind === 'null') return undefined;
  return { digest: hashOf(digest, 'digest'), ...(tip && { tip: addressOf(tip) }) };
}

function subjectOf(members: ReadonlyMap<string, IonValue>): ReceiptSubject | undefined {
  const revision = members.get('revision');
  if (revision !== undefined) return { kind: 'revision', revision: revisionFromIon(revision) };
  const block = members.get('block');
  if (block !== undefined) return { kind: 'block', block: blockFromIon(block) };
  const kinds = { revisionhash: 'revisionHash', blockhash: 'blockHash', hash: 'hash' } as const;
  for (const [name, kind] of Object.entries(kinds)) {
    const hash = members.get(name);
    if (hash !== undefined) return { kind, hash: hashOf(hash, name) };
  }
  return undefined;
}

const addressOf = (value: IonValue): BlockAddress => blockAddressFromIon(value.kind === 'string' ? parseIon(value.value) : value);

function proofOf(value: IonValue): Uint8Array[] {
  const list = value.kind === 'string' ? parseIon(value.value) : value;
  if (list.kind !== 'list') return proofFromIon(list);
  return proofFromIon(ionList(list.items.map(item => item.kind === 'string' ? { kind: 'blob', value: hashOf(item, 'proof') } : item)));
}

function hashOf(value: IonValue, name: string): Uint8Array {
  const bytes = value.kind === 'blob' ? value.value : value.kind === 'string' ? new Uint8Array(Buffer.from(value.value, 'base64')) : undefined;
  if (bytes?.length !== HASH_LENGTH) throw new InvalidBlock(name, `must be ${HASH_LENGTH} bytes, as a blob or in base64`);
  return bytes;
}
