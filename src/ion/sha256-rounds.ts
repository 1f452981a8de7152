import {
  add, addWords, and, and128, Code, constant, defineFunction, FunctionSource, get, load, load128, loadSplat, or, repeated, rotateLeft,
  rotateRight, set, shiftRight, shiftWordsLeft, shiftWordsRight, shuffle, store128, below, tee, xor, xor128,
} from './wasm-assembler';

/** The rounds of SHA-256 as WebAssembly: over one block in words, and over one block each of four messages in the lanes of vectors. */

const SMALL_DIVISORS = Array.from({ length: 16 }, (_, index) => index + 2);
const isPrime = (candidate: number): boolean => {
  return candidate > 1 && SMALL_DIVISORS.every((divisor) => candidate === divisor || candidate % divisor > 0);
};
/** The first 64 primes. */
const PRIMES = Array.from({ length: 312 }, (_, candidate) => candidate).filter(isPrime);

/** The first 32 bits of what stands behind the point; doubles hold more than that of these roots. */
const fraction = (root: number): number => Math.floor((root % 1) * 2 ** 32);

/** The state before the first block. */
export const INITIAL_STATE: readonly number[] = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
export const ROUND_CONSTANTS: readonly number[] = PRIMES.map((prime) => fraction(Math.cbrt(prime)));

export const BLOCK_LENGTH = 64;

/** The word of a big-endian number; `scratch` is a local. */
export function swapped(value: Code, scratch: number): Code {
  return or(
    and(rotateLeft(tee(scratch, value), 8), constant(0x00ff00ff)),
    and(rotateRight(get(scratch), 8), constant(0xff00ff00)),
  );
}

/** The locals of a compression. */
export interface CompressionLocals {
  readonly state: readonly number[];
  readonly working: readonly number[];
  readonly words: readonly number[];
  /** What two rounds share. */
  readonly pair: number;
  readonly scratch: number;
}

/** What differs between rounds in words and in vectors. */
interface Arithmetic {
  readonly add: (first: Code, ...others: readonly Code[]) => Code;
  readonly and: (one: Code, other: Code) => Code;
  readonly xor: (first: Code, ...others: readonly Code[]) => Code;
  /** The exclusive or of a value rotated by three numbers of bits. */
  readonly sum: (value: Code, first: number, second: number, third: number) => Code;
  /** As `sum`, but the third time the value is shifted. */
  readonly sigma: (value: Code, first: number, second: number, third: number) => Code;
}

const IN_WORDS: Arithmetic = {
  add,
  and,
  xor,
  sum: (value, first, second, third) => xor(rotateRight(value, first), rotateRight(value, second), rotateRight(value, third)),
  sigma: (value, first, second, third) => xor(rotateRight(value, first), rotateRight(value, second), shiftRight(value, constant(third))),
};

/** Vectors have no rotation. */
const bothWays = (value: Code, bits: number): readonly Code[] => [shiftWordsRight(value, bits), shiftWordsLeft(value, 32 - bits)];
const IN_VECTORS: Arithmetic = {
  add: addWords,
  and: and128,
  xor: xor128,
  sum: (value, ...bits) => xor128(...bits.flatMap((count) => bothWays(value, count)) as [Code]),
  sigma: (value, first, second, third) => xor128(...bothWays(value, first) as [Code], ...bothWays(value, second), shiftWordsRight(value, third)),
};

/** Where the word of a round comes from: the message, the words before it, or it is in the round's constant already. */
type WordOrigin = 'message' | 'expansion' | 'constant';

/** One round. Instead of moving eight variables a round, the rounds take turns in their names. */
function round(number: number, arithmetic: Arithmetic, locals: CompressionLocals, roundConstant: Code, origin: WordOrigin): Code {
  const { add: sumOf, and: both, xor: either, sum, sigma } = arithmetic;
  const [a, b, , d, e, f, g, h] = locals.working.map((_, index) => locals.working[(index - number + 64) % 8]!) as
    [number, number, number, number, number, number, number, number];
  const word = (back: number): number => locals.words[(number + back) % 16]!;
  const expanded = (): Code => sumOf(get(word(0)), get(word(9)), sigma(get(word(1)), 7, 18, 3), sigma(get(word(14)), 17, 19, 10));
  const addend = origin === 'constant' ? roundConstant : sumOf(roundConstant, get(word(0)));
  const chosen = either(get(g), both(get(e), either(get(f), get(g))));
  // The majority of a, b and c is b, unless a differs from both; b ^ c is left over from the round before as its a ^ b.
  const majority = either(both(get(locals.pair), tee(locals.scratch, either(get(a), get(b)))), get(b));
  return [
    origin === 'expansion' ? set(word(0), expanded()) : [],
    set(h, sumOf(get(h), addend, chosen, sum(get(e), 6, 11, 25))),
    set(d, sumOf(get(d), get(h))),
    set(h, sumOf(get(h), majority, sum(get(a), 2, 13, 22))),
    set(locals.pair, get(locals.scratch)),
  ];
}

/** The 64 rounds over the block at an address, all spelled out, because words and state then live in registers. */
export function compression(block: Code, locals: CompressionLocals): Code {
  const { state, working, words, pair, scratch } = locals;
  return [
    working.map((local, index) => set(local, get(state[index]!))),
    set(pair, xor(get(working[1]!), get(working[2]!))),
    ROUND_CONSTANTS.map((roundConstant, number) => [
      number < 16 ? set(words[number]!, swapped(load(block, number * 4), scratch)) : [],
      round(number, IN_WORDS, locals, constant(roundConstant), number < 16 ? 'message' : 'expansion'),
    ]),
    state.map((local, index) => set(local, add(get(local), get(working[index]!)))),
  ];
}

const SWAPPED_WORDS = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
const LOW_WORDS = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const HIGH_WORDS = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const HIGH_HALVES = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

const swappedWords = (value: Code): Code => shuffle(value, value, SWAPPED_WORDS);

/** Turns four vectors of four words each around their diagonal. */
function transposed([first, second, third, fourth]: readonly [number, number, number, number], scratches: readonly [number, number]): Code {
  const [one, other] = scratches;
  return [
    set(one, shuffle(get(first), get(second), LOW_WORDS)),
    set(other, shuffle(get(third), get(fourth), LOW_WORDS)),
    set(second, shuffle(get(first), get(second), HIGH_WORDS)),
    set(fourth, shuffle(get(third), get(fourth), HIGH_WORDS)),
    set(third, shuffle(get(second), get(fourth), LOW_HALVES)),
    set(fourth, shuffle(get(second), get(fourth), HIGH_HALVES)),
    set(first, shuffle(get(one), get(other), LOW_HALVES)),
    set(second, shuffle(get(one), get(other), HIGH_HALVES)),
  ];
}

const STATE_NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const WORD_NAMES = Array.from({ length: 16 }, (_, index) => `word${index}` as const);

/**
 * A function of four addresses: takes the next block of four messages at once. Their states are eight vectors at `stateAt`, one lane a message;
 * the round constants are words at `constantsAt`.
 */
export function compressFour(stateAt: number, constantsAt: number): FunctionSource {
  return defineFunction({
    parameters: ['first', 'second', 'third', 'fourth'],
    words: ['constants'],
    vectors: [...STATE_NAMES, ...WORD_NAMES, 'pair', 'scratch', 'spare'],
  }, (local) => {
    const working = STATE_NAMES.map((name) => local[name]);
    const words = WORD_NAMES.map((name) => local[name]);
    const { pair, scratch, constants } = local;
    const messages = [local.first, local.second, local.third, local.fourth];
    const locals = { state: [], working, words, pair, scratch };
    const rounds = (origin: WordOrigin): Code => words.map((_, number) => {
      return round(number, IN_VECTORS, locals, loadSplat(get(constants), number * 4), origin);
    });
    return [
      [0, 4, 8, 12].map((start) => {
        const four = words.slice(start, start + 4) as unknown as readonly [number, number, number, number];
        return [
          four.map((word, lane) => set(word, swappedWords(load128(get(messages[lane]!), start * 4)))),
          transposed(four, [scratch, local.spare]),
        ];
      }),
      working.map((one, index) => set(one, load128(constant(stateAt), index * 16))),
      set(pair, xor128(get(local.b), get(local.c))),
      set(constants, constant(constantsAt)),
      rounds('message'),
      // Sixteen rounds a turn are enough to keep the names in place, and compile faster than all of them spelled out.
      set(constants, constant(constantsAt + BLOCK_LENGTH)),
      repeated(rounds('expansion'), below(tee(constants, add(get(constants), constant(BLOCK_LENGTH))), constant(constantsAt + 4 * BLOCK_LENGTH))),
      working.map((one, index) => store128(constant(stateAt), index * 16, addWords(get(one), load128(constant(stateAt), index * 16)))),
    ];
  });
}

/** What the words of a block that is nothing but the padding of a message of one block add to the round constants. */
export const PADDED_ROUND_CONSTANTS: readonly number[] = paddedRoundConstants();

function paddedRoundConstants(): number[] {
  const words: number[] = [0x8000_0000, ...Array.from({ length: 14 }, () => 0), BLOCK_LENGTH * 8];
  const rotated = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));
  const sigma = (word: number, first: number, second: number, third: number): number => {
    return rotated(word, first) ^ rotated(word, second) ^ (word >>> third);
  };
  for (let number = 16; number < ROUND_CONSTANTS.length; number++) {
    const [a, b, c, d] = [words[number - 16]!, words[number - 15]!, words[number - 7]!, words[number - 2]!];
    words.push((a + sigma(b, 7, 18, 3) + c + sigma(d, 17, 19, 10)) | 0);
  }
  return words.map((word, number) => (word + ROUND_CONSTANTS[number]!) | 0);
}

/**
 * A function that takes the padding of four messages of one block each, as `compressFour` would. The words of that block are the same for all, so
 * they are in `PADDED_ROUND_CONSTANTS`, which lie at `constantsAt`.
 */
export function compressFourPaddings(stateAt: number, constantsAt: number): FunctionSource {
  return defineFunction({
    parameters: [],
    words: ['constants'],
    vectors: [...STATE_NAMES, 'pair', 'scratch'],
  }, ({ constants, pair, scratch, ...local }) => {
    const working = STATE_NAMES.map((name) => local[name]);
    const locals = { state: [], working, words: [], pair, scratch };
    return [
      working.map((one, index) => set(one, load128(constant(stateAt), index * 16))),
      set(pair, xor128(get(local.b), get(local.c))),
      set(constants, constant(constantsAt)),
      repeated(
        WORD_NAMES.map((_, number) => round(number, IN_VECTORS, locals, loadSplat(get(constants), number * 4), 'constant')),
        below(tee(constants, add(get(constants), constant(BLOCK_LENGTH))), constant(constantsAt + 4 * BLOCK_LENGTH)),
      ),
      working.map((one, index) => store128(constant(stateAt), index * 16, addWords(get(one), load128(constant(stateAt), index * 16)))),
    ];
  });
}

/** A function that sets the states of four messages at `stateAt` to what they are before the first block: words at `initialAt`. */
export function beginFour(stateAt: number, initialAt: number): FunctionSource {
  return defineFunction({ parameters: [] }, () => {
    return STATE_NAMES.map((_, word) => store128(constant(stateAt), word * 16, loadSplat(constant(initialAt), word * 4)));
  });
}

/** A function of an address: writes the digests of four messages there, one behind the other, from their states at `stateAt`. */
export function emitFour(stateAt: number): FunctionSource {
  return defineFunction({
    parameters: ['to'],
    vectors: ['first', 'second', 'third', 'fourth', 'one', 'other'],
  }, ({ to, first, second, third, fourth, one, other }) => {
    const four = [first, second, third, fourth] as const;
    return [0, 16].map((half) => [
      four.map((word, index) => set(word, load128(constant(stateAt + half * 4), index * 16))),
      transposed(four, [one, other]),
      four.map((lane, index) => store128(get(to), half + index * 32, swappedWords(get(lane)))),
    ]);
  });
}
