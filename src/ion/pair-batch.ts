import { DIGEST_LENGTH } from './digest-sink';
import {
  beginFour, BLOCK_LENGTH, compressFour, compressFourPaddings, emitFour, INITIAL_STATE, PADDED_ROUND_CONSTANTS, ROUND_CONSTANTS,
} from './sha256-rounds';
import { add, below, call, constant, defineFunction, FunctionSource, get, instantiate, MEMORY_PAGE, set, whilst } from './wasm-assembler';

const CONSTANTS_AT = 0;
const PADDED_CONSTANTS_AT = 256;
const INITIAL_STATE_AT = 512;
const STATE_AT = 576;
const PAIRS_AT = 1024;

interface PairExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Replaces the pairs up to `end` by their digests, which take half the room; up to three pairs behind the last one are overwritten. */
  readonly digestPairs: (end: number) => void;
}

/** The SHA-256 of many pairs of digests, one behind the other: four at a time, and a block of padding that is the same for all. */
export class PairBatch {
  private readonly wasm = instantiatePairs();
  private bytes = Buffer.from(this.wasm.memory.buffer);
  private end = PAIRS_AT;

  /** Begins another batch. */
  reset(): void {
    this.end = PAIRS_AT;
  }

  add(one: Uint8Array, other: Uint8Array): void {
    if (this.end + 4 * BLOCK_LENGTH > this.bytes.length) this.grow();
    const { bytes, end } = this;
    for (let index = 0; index < DIGEST_LENGTH; index++) bytes[end + index] = one[index]!;
    for (let index = 0; index < DIGEST_LENGTH; index++) bytes[end + DIGEST_LENGTH + index] = other[index]!;
    this.end += BLOCK_LENGTH;
  }

  /** The digests of all pairs of the batch, one behind the other. */
  run(): Uint8Array {
    const { end } = this;
    this.wasm.digestPairs(end);
    return new Uint8Array(this.bytes.subarray(PAIRS_AT, PAIRS_AT + (end - PAIRS_AT) / 2));
  }

  private grow(): void {
    const { memory } = this.wasm;
    memory.grow(memory.buffer.byteLength / MEMORY_PAGE);
    this.bytes = Buffer.from(memory.buffer);
  }
}

function instantiatePairs(): PairExports {
  const wasm = instantiate<PairExports>({
    functions: {
      begin: beginFour(STATE_AT, INITIAL_STATE_AT),
      compressFour: compressFour(STATE_AT, CONSTANTS_AT),
      compressFourPaddings: compressFourPaddings(STATE_AT, PADDED_CONSTANTS_AT),
      emit: emitFour(STATE_AT),
      digestPairs: digestPairsFunction(),
    },
    exported: ['digestPairs'],
    memoryPages: 1,
  });
  const words = new Int32Array(wasm.memory.buffer);
  words.set(ROUND_CONSTANTS, CONSTANTS_AT / 4);
  words.set(PADDED_ROUND_CONSTANTS, PADDED_CONSTANTS_AT / 4);
  words.set(INITIAL_STATE, INITIAL_STATE_AT / 4);
  return wasm;
}

function digestPairsFunction(): FunctionSource {
  return defineFunction({ parameters: ['end'], words: ['pair', 'digest'] }, ({ end, pair, digest }) => [
    set(pair, constant(PAIRS_AT)),
    set(digest, constant(PAIRS_AT)),
    whilst(below(get(pair), get(end)), [
      call('begin'),
      call('compressFour', ...[0, 1, 2, 3].map((lane) => add(get(pair), constant(lane * BLOCK_LENGTH)))),
      call('compressFourPaddings'),
      call('emit', get(digest)),
      set(pair, add(get(pair), constant(4 * BLOCK_LENGTH))),
      set(digest, add(get(digest), constant(4 * DIGEST_LENGTH))),
    ]),
  ]);
}
