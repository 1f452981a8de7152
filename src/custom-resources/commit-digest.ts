import { createHash } from 'crypto';

/**
 * The digest that CommitTransaction carries for a transaction whose statements have no parameters: the Ion hashes of the transaction id and
 * of each statement, folded in the order of sending.
 */
export function commitDigest(transactionId: string, statements: readonly string[]): Uint8Array {
  return statements.reduce((digest, statement) => dot(digest, ionStringHash(statement)), ionStringHash(transactionId));
}

const BEGIN = 0x0b;
const END = 0x0e;
const ESCAPE = 0x0c;
const STRING_TYPE = 0x80;

/** Ion hash (SHA-256) of a string: its UTF-8 bytes between markers, bytes that look like a marker escaped. */
export function ionStringHash(value: string): Uint8Array {
  const bytes = [...Buffer.from(value, 'utf8')].flatMap(byte => (byte === BEGIN || byte === END || byte === ESCAPE ? [ESCAPE, byte] : [byte]));
  return createHash('sha256').update(Uint8Array.from([BEGIN, STRING_TYPE, ...bytes, END])).digest();
}

/** SHA-256 of two hashes, the smaller first; smaller is decided by the last differing byte, as a signed number. */
export function dot(left: Uint8Array, right: Uint8Array): Uint8Array {
  const [first, second] = isSmaller(right, left) ? [right, left] : [left, right];
  return createHash('sha256').update(first).update(second).digest();
}

function isSmaller(left: Uint8Array, right: Uint8Array): boolean {
  for (let index = left.length - 1; index >= 0; index--) {
    const difference = (left[index] << 24 >> 24) - (right[index] << 24 >> 24);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return false;
}
