import { PADDED_ROUND_CONSTANTS_AT, PAIR_BYTES, SLOT_BYTES, STATE_AT } from './hash-memory';
import { BLOCK_LENGTH, compressFourPaddings } from './sha256-rounds';
import {
  add, anyTrue, below, call, constant, defineFunction, FunctionSource, get, isZero, load128, or128, set, whilst, xor128,
} from './wasm-assembler';

/** The SHA-256 of many pairs of digests, one behind the other: four at a time, and a block of padding that is the same for all. */
export function pairFunctions(): Readonly<Record<string, FunctionSource>> {
  return {
    compressFourPaddings: compressFourPaddings(STATE_AT, PADDED_ROUND_CONSTANTS_AT),
    placePair: placePairFunction(),
    digestPairs: digestPairsFunction(),
    isSameDigest: isSameDigestFunction(),
  };
}

function placePairFunction(): FunctionSource {
  return defineFunction({ parameters: ['first', 'second', 'to'] }, ({ first, second, to }) => [
    call('copyDigest', get(first), get(to)),
    call('copyDigest', get(second), add(get(to), constant(SLOT_BYTES))),
  ]);
}

/** Replaces pairs by their digests, which take half the room; up to three pairs behind the last one are overwritten. */
function digestPairsFunction(): FunctionSource {
  return defineFunction({ parameters: ['start', 'end'], words: ['digest'] }, ({ start: pair, end, digest }) => [
    set(digest, get(pair)),
    whilst(below(get(pair), get(end)), [
      call('begin'),
      call('compressFour', ...[0, 1, 2, 3].map((lane) => add(get(pair), constant(lane * BLOCK_LENGTH)))),
      call('compressFourPaddings'),
      call('emitDigests', get(digest)),
      set(pair, add(get(pair), constant(4 * PAIR_BYTES))),
      set(digest, add(get(digest), constant(4 * SLOT_BYTES))),
    ]),
  ]);
}

function isSameDigestFunction(): FunctionSource {
  return defineFunction({ parameters: ['one', 'other'], result: true }, ({ one, other }) => {
    const difference = (offset: number) => xor128(load128(get(one), offset), load128(get(other), offset));
    return isZero(anyTrue(or128(difference(0), difference(16))));
  });
}
