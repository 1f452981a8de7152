/** A range of sort keys, checked and reduced to what a store scans. */
import { RequestRefused, SORT_BYTES_MAX, checkWellFormed } from './limits';
import { Range } from './store';

/** The half-open interval `[lower, upper)` of sort keys as UTF-8 bytes. */
export interface ByteBounds { readonly lower: Buffer; readonly upper: Buffer }

/** @throws RequestRefused when bounds contradict each other, are too long, or `limit` is not a count */
export function checkRange(range: Range): void {
  if (range.prefix !== undefined && (range.from !== undefined || range.to !== undefined)) {
    throw new RequestRefused(`A range has the prefix ${JSON.stringify(range.prefix)} and also from or to. Give one or the other.`);
  }
  if (range.limit !== undefined && !(Number.isSafeInteger(range.limit) && range.limit >= 0)) {
    throw new RequestRefused(`The limit ${range.limit} of a range is not a whole number of items.`);
  }
  for (const [name, bound] of [['prefix', range.prefix], ['from', range.from], ['to', range.to]] as const) {
    if (bound !== undefined) {
      checkWellFormed(name, bound);
      if (Buffer.byteLength(bound) > SORT_BYTES_MAX) {
        throw new RequestRefused(`The ${name} of a range has ${Buffer.byteLength(bound)} bytes; a sort key has at most ${SORT_BYTES_MAX}.`);
      }
    }
  }
}

/** The bytes between which the sort keys of a checked range lie. */
export function byteBounds(range: Range): ByteBounds {
  if (range.prefix) {
    const lower = Buffer.from(range.prefix);
    const upper = Buffer.from(lower);
    // No byte of UTF-8 is 0xff, so the last one can always be raised.
    upper[upper.length - 1] += 1;
    return { lower, upper };
  }
  return {
    lower: Buffer.from(range.from ?? ''),
    upper: upperBound(range.to),
  };
}

function upperBound(to: string | undefined): Buffer {
  if (to === undefined) {
    return Buffer.of(0xff);
  }
  // Sort keys are never empty, so nothing lies up to the empty text.
  return to === '' ? Buffer.alloc(0) : justAfter(Buffer.from(to));
}

/** True when no sort key can lie between the bounds. */
export function isEmpty(bounds: ByteBounds): boolean {
  return Buffer.compare(bounds.lower, bounds.upper) >= 0;
}

/** What remains of `bounds` once the item with the sort key `lastSort` was returned. */
export function boundsAfter(bounds: ByteBounds, lastSort: string, reverse: boolean): ByteBounds {
  const last = Buffer.from(lastSort);
  return reverse ? { lower: bounds.lower, upper: last } : { lower: justAfter(last), upper: bounds.upper };
}

function justAfter(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.of(0)]);
}
