/**
 * SHA-256 as a WebAssembly module, assembled here instruction by instruction. Hashing Ion takes a digest for every field of every struct, of
 * some 50 bytes each; for such, a call into the runtime's own SHA-256 costs more than the hashing. All 64 rounds are spelled out, because
 * words and state then live in registers.
 */
export interface Sha256Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /**
   * Replaces the `length` bytes at `start` by their SHA-256 of 32 bytes. Up to `SHA256_SCRATCH` bytes behind the message are overwritten.
   */
  readonly digest: (start: number, length: number) => void;
  /**
   * Copies the 32 bytes at `from` to `to`, an escape byte before every marker byte of Ion Hash's serialization.
   * Up to 64 bytes at `to` are overwritten. Answers where the copy ends.
   */
  readonly copyEscaped: (from: number, to: number) => number;
}

/** The part of the runtime's WebAssembly that is used here; its types otherwise come only with those of a browser. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** Bytes that Ion Hash's serialization gives a meaning of their own, and the one that takes it away from the byte behind it. */
const MARKERS = [0x0b, 0x0c, 0x0e];
const ESCAPE = 0x0c;

/** Bytes behind a message that `digest` needs for its padding. */
export const SHA256_SCRATCH = 128;

/** Size of a page of WebAssembly memory, in bytes. */
export const MEMORY_PAGE = 65_536;

/** Instructions, nested as they were put together; flattened once at the end. */
type Code = number | readonly Code[];

const SMALL_DIVISORS = Array.from({ length: 16 }, (_, index) => index + 2);
const isPrime = (candidate: number): boolean => {
  return candidate > 1 && SMALL_DIVISORS.every((divisor) => candidate === divisor || candidate % divisor > 0);
};
/** The first 64 primes. */
const PRIMES = Array.from({ length: 312 }, (_, candidate) => candidate).filter(isPrime);

/** The first 32 bits of what stands behind the point; doubles hold more than that of these roots. */
const fraction = (root: number): number => Math.floor((root % 1) * 2 ** 32);

// The instructions that SHA-256 takes, each with its operands before it.
const unsigned = (value: number): Code => value < 0x80 ? value : [(value & 0x7f) | 0x80, unsigned(value >>> 7)];
const signed = (value: number): Code => value >= -64 && value < 64 ? value & 0x7f : [(value & 0x7f) | 0x80, signed(value >> 7)];
const constant = (value: number): Code => [0x41, signed(value | 0)];
const get = (local: number): Code => [0x20, unsigned(local)];
const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];
const tee = (local: number, value: Code): Code => [value, 0x22, unsigned(local)];
const load = (address: Code, offset: number): Code => [address, 0x28, 0x00, unsigned(offset)];
const store = (address: Code, offset: number, value: Code): Code => [address, value, 0x36, 0x00, unsigned(offset)];
const storeZeros64 = (address: Code, offset: number): Code => [address, 0x42, 0x00, 0x37, 0x00, unsigned(offset)];
const combine = (...opcode: readonly number[]) => (first: Code, ...others: readonly Code[]): Code => {
  return others.reduce<Code>((left, right) => [left, right, opcode], first);
};
const add = combine(0x6a);
const and = combine(0x71);
const or = combine(0x72);
const xor = combine(0x73);
const shiftLeft = combine(0x74);
const shiftRight = combine(0x76);
const rotateLeft = (value: Code, bits: number): Code => [value, constant(bits), 0x77];
const rotateRight = (value: Code, bits: number): Code => [value, constant(bits), 0x78];
const below = combine(0x49);
const flat = (code: Code, bytes: number[] = []): number[] => {
  if (typeof code === 'number') bytes.push(code);
  else for (const part of code) flat(part, bytes);
  return bytes;
};
const sized = (content: Code): Code => {
  const bytes = flat(content);
  return [unsigned(bytes.length), bytes];
};
const section = (id: number, content: Code): Code => [id, sized(content)];
const name = (text: string): Code => [text.length, [...Buffer.from(text)]];

const splat = (byte: number): Code => [constant(byte), 0xfd, 0x0f];
const load128 = (address: Code, offset: number): Code => [address, 0xfd, 0x00, 0x00, unsigned(offset)];
const store128 = (address: Code, offset: number, value: Code): Code => [address, value, 0xfd, 0x0b, 0x00, unsigned(offset)];
const eachByteEquals = combine(0xfd, 0x23);
const or128 = combine(0xfd, 0x50);
const anyTrue = (value: Code): Code => [value, 0xfd, 0x53];
const equals = combine(0x46);
const loadByte = (address: Code): Code => [address, 0x2d, 0x00, 0x00];
const storeByte = (address: Code, value: Code): Code => [address, value, 0x3a, 0x00, 0x00];
const whenever = (condition: Code, then: Code): Code => [condition, 0x04, 0x40, then, 0x0b];
/** Runs the body again as long as the condition, which comes after it, holds. */
const repeated = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0x00, 0x0b];
const RETURN = 0x0f;

const I32 = 0x7f;
const START = 0;
const LENGTH = 1;
const END = 2;
const BLOCK = 3;
const SWAP = 4;
const PAIR = 5;
const STATE = 6;
const WORKING = 14;
const WORDS = 22;
const LOCAL_COUNT = 38;
const PARAMETER_COUNT = 2;

/** The word of a big-endian number; `SWAP` serves as scratch. */
function swapped(value: Code): Code {
  return or(
    and(rotateLeft(tee(SWAP, value), 8), constant(0x00ff00ff)),
    and(rotateRight(get(SWAP), 8), constant(0xff00ff00)),
  );
}

function sigma(value: Code, first: number, second: number, third: Code): Code {
  return xor(rotateRight(value, first), rotateRight(value, second), third);
}

/**
 * Appends the padding and sets `END` behind it. It is written in words that the rounds will read as such: a load that spans two recent stores
 * would wait for both.
 */
function padding(): Code {
  const lastWord = add(get(START), and(get(LENGTH), constant(-4)));
  const bits = shiftLeft(and(get(LENGTH), constant(3)), constant(3));
  const kept = and(load(get(END), 0), add(shiftLeft(constant(1), bits), constant(-1)));
  return [
    set(END, lastWord),
    store(get(END), 0, or(kept, shiftLeft(constant(0x80), bits))),
    Array.from({ length: 9 }, (_, index) => storeZeros64(get(END), 4 + index * 8)),
    set(END, add(get(START), and(add(get(LENGTH), constant(9 + 63)), constant(-64)))),
    // The length in bits, as a big-endian number of 64 bits.
    store(add(get(END), constant(-8)), 0, swapped(shiftRight(get(LENGTH), constant(29)))),
    store(add(get(END), constant(-8)), 4, swapped(shiftLeft(get(LENGTH), constant(3)))),
  ];
}

/** The 64 rounds over the block at `BLOCK`. Instead of moving eight variables a round, the rounds take turns in their names. */
function compression(): Code {
  const code: Code[] = [];
  for (let index = 0; index < 8; index++) code.push(set(WORKING + index, get(STATE + index)));
  code.push(set(PAIR, xor(get(WORKING + 1), get(WORKING + 2))));
  for (let round = 0; round < 64; round++) {
    const [a, b, , d, e, f, g, h] = Array.from({ length: 8 }, (_, index) => WORKING + ((index - round + 64) % 8)) as
      [number, number, number, number, number, number, number, number];
    const word = (back: number): number => WORDS + ((round + back) % 16);
    if (round < 16) {
      code.push(set(word(0), swapped(load(get(BLOCK), round * 4))));
    } else {
      const early = get(word(1));
      const late = get(word(14));
      code.push(set(word(0), add(
        get(word(0)), get(word(9)),
        sigma(early, 7, 18, shiftRight(early, constant(3))),
        sigma(late, 17, 19, shiftRight(late, constant(10))),
      )));
    }
    const choice = xor(get(g), and(get(e), xor(get(f), get(g))));
    const roundConstant = constant(fraction(Math.cbrt(PRIMES[round]!)));
    code.push(set(h, add(get(h), roundConstant, get(word(0)), choice, sigma(get(e), 6, 11, rotateRight(get(e), 25)))));
    code.push(set(d, add(get(d), get(h))));
    // The majority of a, b and c is b, unless a differs from both; b ^ c is left over from the round before as its a ^ b.
    const majority = xor(and(get(PAIR), tee(SWAP, xor(get(a), get(b)))), get(b));
    code.push(set(h, add(get(h), majority, sigma(get(a), 2, 13, rotateRight(get(a), 22)))));
    code.push(set(PAIR, get(SWAP)));
  }
  for (let index = 0; index < 8; index++) code.push(set(STATE + index, add(get(STATE + index), get(WORKING + index))));
  return code;
}

function digestFunction(): Code {
  const initial = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  return sized([
    1, unsigned(LOCAL_COUNT - PARAMETER_COUNT), I32,
    padding(),
    initial.map((word, index) => set(STATE + index, constant(word))),
    set(BLOCK, get(START)),
    repeated(compression(), below(tee(BLOCK, add(get(BLOCK), constant(64))), get(END))),
    initial.map((_, index) => store(get(START), index * 4, swapped(get(STATE + index)))),
    0x0b,
  ]);
}

/** Most digests hold no marker byte, and are copied as two vectors. */
function copyEscapedFunction(): Code {
  const [from, to, end, byte] = [0, 1, 2, 3];
  const marked = (offset: number): Code => or128(...MARKERS.map((marker) => eachByteEquals(load128(get(from), offset), splat(marker))) as [Code]);
  const isMarker = or(...MARKERS.map((marker) => equals(get(byte), constant(marker))) as [Code]);
  return sized([
    1, 2, I32,
    whenever(equals(anyTrue(or128(marked(0), marked(16))), constant(0)), [
      store128(get(to), 0, load128(get(from), 0)),
      store128(get(to), 16, load128(get(from), 16)),
      add(get(to), constant(32)), RETURN,
    ]),
    set(end, add(get(from), constant(32))),
    repeated([
      set(byte, loadByte(get(from))),
      // The escape stays only where the next byte does not overwrite it.
      storeByte(get(to), constant(ESCAPE)),
      set(to, add(get(to), isMarker)),
      storeByte(get(to), get(byte)),
      set(to, add(get(to), constant(1))),
    ], below(tee(from, add(get(from), constant(1))), get(end))),
    get(to),
    0x0b,
  ]);
}

/** A fresh instance with a memory of its own, of one page. */
export function instantiateSha256(): Sha256Exports {
  const bytes = Uint8Array.from(flat([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    section(1, [2, 0x60, 2, I32, I32, 0, 0x60, 2, I32, I32, 1, I32]),
    section(3, [2, 0, 1]),
    section(5, [1, 0, 1]),
    section(7, [3, name('memory'), 2, 0, name('digest'), 0, 0, name('copyEscaped'), 0, 1]),
    section(10, [2, digestFunction(), copyEscapedFunction()]),
  ]));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Sha256Exports;
}
