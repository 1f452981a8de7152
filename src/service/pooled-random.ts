import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;

/** The system's secure random numbers, drawn many at a time: a call for the 16 bytes of one id costs as much as one for thousands. None is given twice. */
export function pooledRandom(): (byteCount: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let used = 0;
  return (byteCount) => {
    if (used + byteCount > pool.length) {
      // What was given out stays as it is: the next ones come in memory of their own.
      pool = randomFillSync(new Uint8Array(Math.max(POOL_BYTES, byteCount)));
      used = 0;
    }
    used += byteCount;
    return pool.subarray(used - byteCount, used);
  };
}
