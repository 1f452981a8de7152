import { BLOCK_LENGTH, compression, INITIAL_STATE, swapped } from './sha256-rounds';
import {
  add, and, anyTrue, below, bitmask, Code, constant, defineFunction, eachByteEquals, FunctionSource, get, instantiate, load, load128, or, or128,
  repeated, set, shiftLeft, shiftRight, splatByte, store, store128, storeByte, storeZeros64, subtract, tee, trailingZeros, when, whilst,
} from './wasm-assembler';

/**
 * SHA-256 as a WebAssembly module, assembled here. Hashing Ion takes a digest for every field of every struct, of some 50 bytes each; for
 * such, a call into the runtime's own SHA-256 costs more than the hashing.
 */
export interface Sha256Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /**
   * Replaces the `length` bytes at `start` by their SHA-256 of 32 bytes. Up to `SHA256_SCRATCH` bytes behind the message are overwritten.
   */
  readonly digest: (start: number, length: number) => void;
  /**
   * Copies the 32 bytes at `from` to `to`, an escape byte before every marker byte of Ion Hash's serialization.
   * Up to 96 bytes at `to` are overwritten. Answers where the copy ends.
   */
  readonly copyEscaped: (from: number, to: number) => number;
}

/** Bytes that Ion Hash's serialization gives a meaning of their own, and the one that takes it away from the byte behind it. */
const MARKERS = [0x0b, 0x0c, 0x0e];
const ESCAPE = 0x0c;

/** Bytes behind a message that `digest` needs for its padding. */
export const SHA256_SCRATCH = 128;

const STATE_NAMES = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7'] as const;
const WORKING_NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const WORD_NAMES = Array.from({ length: 16 }, (_, index) => `word${index}` as const);

function digestFunction(): FunctionSource {
  return defineFunction({
    parameters: ['start', 'length'],
    words: ['end', 'block', 'pair', 'scratch', ...STATE_NAMES, ...WORKING_NAMES, ...WORD_NAMES],
  }, ({ start, length, end, block, pair, scratch, ...local }) => {
    const state = STATE_NAMES.map((name) => local[name]);
    const working = WORKING_NAMES.map((name) => local[name]);
    const words = WORD_NAMES.map((name) => local[name]);
    return [
      padding(start, length, end, scratch),
      INITIAL_STATE.map((word, index) => set(state[index]!, constant(word))),
      set(block, get(start)),
      repeated(
        compression(get(block), { state, working, words, pair, scratch }),
        below(tee(block, add(get(block), constant(BLOCK_LENGTH))), get(end)),
      ),
      state.map((word, index) => store(get(start), index * 4, swapped(get(word), scratch))),
    ];
  });
}

/**
 * Appends the padding and sets `end` behind it. It is written in words that the rounds will read as such: a load that spans two recent stores
 * would wait for both.
 */
function padding(start: number, length: number, end: number, scratch: number): Code {
  const lastWord = add(get(start), and(get(length), constant(-4)));
  const bits = shiftLeft(and(get(length), constant(3)), constant(3));
  const kept = and(load(get(end)), subtract(shiftLeft(constant(1), bits), constant(1)));
  return [
    set(end, lastWord),
    store(get(end), 0, or(kept, shiftLeft(constant(0x80), bits))),
    Array.from({ length: 9 }, (_, index) => storeZeros64(get(end), 4 + index * 8)),
    set(end, add(get(start), and(add(get(length), constant(9 + 63)), constant(-BLOCK_LENGTH)))),
    // The length in bits, as a big-endian number of 64 bits.
    store(subtract(get(end), constant(8)), 0, swapped(shiftRight(get(length), constant(29)), scratch)),
    store(subtract(get(end), constant(8)), 4, swapped(shiftLeft(get(length), constant(3)), scratch)),
  ];
}

/** Which bytes of a vector are markers. */
export const markersIn = (vector: Code): Code => or128(...MARKERS.map((marker) => eachByteEquals(vector, splatByte(marker))) as [Code]);

/**
 * Where bytes were copied from one address to another, of which the marked ones are markers: sets the escapes before them and moves what follows up,
 * and `to` with it. Up to as many bytes are moved as `vectors` hold, whether they belong to the copy or not.
 */
export function escapeMarked(from: number, to: number, marked: number, place: number, vectors: number): Code {
  return whilst(get(marked), [
    set(place, trailingZeros(get(marked))),
    storeByte(add(get(to), get(place)), 0, constant(ESCAPE)),
    Array.from({ length: vectors }, (_, index) => {
      return store128(add(get(to), get(place)), 1 + index * 16, load128(add(get(from), get(place)), index * 16));
    }),
    set(to, add(get(to), constant(1))),
    set(marked, and(get(marked), subtract(get(marked), constant(1)))),
  ]);
}

/** Most digests hold no marker byte, and are copied as two vectors. */
export function copyDigestEscaped(): FunctionSource {
  return defineFunction({
    parameters: ['from', 'to'],
    result: true,
    words: ['marked', 'place'],
    vectors: ['first', 'second'],
  }, ({ from, to, marked, place, first, second }) => [
    set(first, load128(get(from))),
    set(second, load128(get(from), 16)),
    store128(get(to), 0, get(first)),
    store128(get(to), 16, get(second)),
    set(first, markersIn(get(first))),
    set(second, markersIn(get(second))),
    when(anyTrue(or128(get(first), get(second))), [
      set(marked, or(bitmask(get(first)), shiftLeft(bitmask(get(second)), constant(16)))),
      escapeMarked(from, to, marked, place, 2),
    ]),
    add(get(to), constant(32)),
  ]);
}

/** A fresh instance with a memory of its own, of one page. */
export function instantiateSha256(): Sha256Exports {
  return instantiate<Sha256Exports>({
    functions: { digest: digestFunction(), copyEscaped: copyDigestEscaped() },
    exported: ['digest', 'copyEscaped'],
    memoryPages: 1,
  });
}
