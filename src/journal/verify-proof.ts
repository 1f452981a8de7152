import { ionBlob, IonList, ionList, IonValue } from '../ion';
import { InvalidBlock } from './block-ion';
import { dot, HASH_LENGTH, sameHash } from './dot';

/** Whether a proof leads from a hash, of a block or a revision, to a digest. Malformed hashes prove nothing. */
export function verifyProof(startHash: Uint8Array, proof: readonly Uint8Array[], digest: Uint8Array): boolean {
  if ([startHash, digest, ...proof].some((hash) => hash.length !== HASH_LENGTH)) return false;
  return sameHash(proof.reduce<Uint8Array>(dot, startHash), digest);
}

/** The proof as the service sends it: a list of blobs. */
export function proofToIon(proof: readonly Uint8Array[]): IonList {
  return ionList(proof.map(ionBlob));
}

/** @throws InvalidBlock if this is no list of 32-byte blobs. */
export function proofFromIon(value: IonValue): Uint8Array[] {
  if (value.kind !== 'list') throw new InvalidBlock('proof', `must be a list, not ${value.kind}`);
  return value.items.map((item, index) => {
    if (item.kind !== 'blob' || item.value.length !== HASH_LENGTH) throw new InvalidBlock(`proof[${index}]`, `must be a blob of ${HASH_LENGTH} bytes`);
    return item.value;
  });
}
