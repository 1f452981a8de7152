import { isUtf8 } from 'node:buffer';
import { ByteSink } from './byte-sink';
import { DigestSink } from './digest-sink';
import type { EncodedContainer } from './encoded-container';
import {
  INDEXED_SYMBOLS_MAX, INITIAL_STATE_AT, INPUT_AT, INPUT_BYTES_MAX, INPUT_END, MEMORY_BYTES, OUTPUT_FULL_AT, PADDED_ROUND_CONSTANTS_AT, PAIR_BYTES,
  PAIRS_AT, PAIRS_END, ROUND_CONSTANTS_AT, SLOT_BYTES, SYMBOL_BYTES_MAX, SYMBOL_INDEX_AT, SYMBOLS_AT, SYMBOLS_END,
} from './hash-memory';
import { GLOBAL, schedulerFunctions } from './hash-scheduler';
import { appendSymbol } from './hash-serialization';
import { WALK_IMPORTS, walkFunctions } from './hash-walk';
import { pairFunctions } from './pair-digests';
import { INITIAL_STATE, PADDED_ROUND_CONSTANTS, ROUND_CONSTANTS } from './sha256-rounds';
import { shortCopy } from './short-copy';
import type { SymbolTable } from './symbol-table';
import { defineFunction, get, instantiate, MEMORY_PAGE, setGlobal } from './wasm-assembler';

interface HashExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reset: () => void;
  readonly setSymbolCount: (count: number) => void;
  readonly walk: (typeCode: number, start: number, end: number, depth: number) => number;
  readonly run: () => void;
  readonly placePair: (first: number, second: number, to: number) => void;
  readonly digestPairs: (start: number, end: number) => void;
  readonly isSameDigest: (one: number, other: number) => number;
}

/** Ends a walk over what is left to `BinaryHasher`. */
const BAILED = new Error('This container is not hashed in WebAssembly');

/**
 * Ion hashes of many containers at once, and digests of pairs of those. Containers are added, then all of them are hashed, then their digests can be
 * read until the next batch begins. Everything lies in one memory and goes by its address there.
 */
export class HashBatch {
  /** The memory: what was placed, and all digests. */
  readonly bytes: Buffer;
  private readonly wasm: HashExports;
  private readonly words: Int32Array;
  /** Serializations of symbols by their text, and where the next one goes. */
  private readonly symbolAddresses = new Map<string, number>();
  private symbolsEnd = SYMBOLS_AT;
  private indexedSymbolsEnd = 0;
  private symbols?: SymbolTable;
  private ownSink?: DigestSink;
  private readonly symbolSink = new ByteSink();
  /** What was placed last, and where; the next one goes behind it. */
  private current!: EncodedContainer;
  private currentAt = INPUT_AT;
  private inputEnd = INPUT_AT;
  /** The pairs that have not been digested yet; before them stand the digests of others. */
  private pairsStart = PAIRS_AT;
  private pairsEnd = PAIRS_AT;

  constructor() {
    this.wasm = instantiateHash({
      bail: () => {
        throw BAILED;
      },
      serialize: (start, depth, to) => this.serialize(start, depth, to),
      serializeSymbol: (id, to) => this.serializeSymbol(id, to),
      isUtf8: (start, end) => isUtf8(this.bytes.subarray(start, end)) ? 1 : 0,
    });
    this.bytes = Buffer.from(this.wasm.memory.buffer);
    this.words = new Int32Array(this.wasm.memory.buffer);
    this.words.set(ROUND_CONSTANTS, ROUND_CONSTANTS_AT / 4);
    this.words.set(PADDED_ROUND_CONSTANTS, PADDED_ROUND_CONSTANTS_AT / 4);
    this.words.set(INITIAL_STATE, INITIAL_STATE_AT / 4);
    this.wasm.reset();
  }

  /** Whether nothing was placed since the batch began. */
  get isEmpty(): boolean {
    return this.inputEnd === INPUT_AT;
  }

  /** Begins another batch. */
  reset(): void {
    this.wasm.reset();
    this.inputEnd = INPUT_AT;
    this.pairsStart = this.pairsEnd = PAIRS_AT;
  }

  /**
   * Lets a container be hashed.
   * @returns where the digest will be, or `undefined` if this container cannot be hashed here, be it too large, malformed or too much for this batch
   * @throws InvalidIon for some of what is malformed
   */
  add(container: EncodedContainer): number | undefined {
    this.inputEnd = INPUT_AT;
    const at = this.place(container);
    return at === undefined ? undefined : this.addPart(container.typeCode, at, this.inputEnd, container.depth);
  }

  /**
   * Lets a container be looked into, and parts of it be hashed; it stays in its place until the next batch.
   * @returns where its content begins, or `undefined` if there is no room for it
   */
  place(container: EncodedContainer): number | undefined {
    const { bodyStart, end, symbols, symbolCount } = container;
    const at = this.inputEnd;
    const inputEnd = at + end - bodyStart;
    if (end - bodyStart > INPUT_BYTES_MAX || inputEnd > INPUT_END) return undefined;
    this.current = container;
    this.currentAt = at;
    if (this.symbols !== symbols) this.useSymbols(symbols);
    this.wasm.setSymbolCount(Math.min(symbolCount, symbols.length));
    container.document.copy(this.bytes, at, bodyStart, end);
    this.inputEnd = inputEnd;
    return at;
  }

  /** As `add`, for a container within the one that was placed last, of which the content has these addresses. */
  addPart(typeCode: number, start: number, end: number, depth: number): number | undefined {
    try {
      return this.wasm.walk(typeCode, start, end, depth);
    } catch (error) {
      if (error === BAILED) return undefined;
      throw error;
    }
  }

  /** Makes all digests of the batch. */
  run(): void {
    this.wasm.run();
  }

  /** A copy of the digest of which `add` or `addPair` said where it would be. */
  digestAt(slot: number): Uint8Array {
    return shortCopy(this.bytes, slot, slot + SLOT_BYTES);
  }

  isSameDigest(one: number, other: number): boolean {
    return this.wasm.isSameDigest(one, other) === 1;
  }

  /**
   * Lets a pair of digests be digested.
   * @returns where the digest will be, or `undefined` if there is no room for it
   */
  addPair(first: number, second: number): number | undefined {
    const to = this.pairsEnd;
    if (to === PAIRS_END) return undefined;
    this.wasm.placePair(first, second, to);
    return this.pairAdded();
  }

  /** As `addPair`, for digests that stand in other bytes. */
  addPairFrom(firstBytes: Uint8Array, first: number, secondBytes: Uint8Array, second: number): number | undefined {
    const { bytes, pairsEnd: to } = this;
    if (to === PAIRS_END) return undefined;
    for (let index = 0; index < SLOT_BYTES; index++) bytes[to + index] = firstBytes[first + index]!;
    for (let index = 0; index < SLOT_BYTES; index++) bytes[to + SLOT_BYTES + index] = secondBytes[second + index]!;
    return this.pairAdded();
  }

  /** Makes the digests of all pairs that were added since this was last done. */
  runPairs(): void {
    const { pairsStart, pairsEnd } = this;
    this.wasm.digestPairs(pairsStart, pairsEnd);
    // Behind the digests, which take half the room of the pairs.
    this.pairsStart = this.pairsEnd = pairsStart + Math.ceil((pairsEnd - pairsStart) / 2 / PAIR_BYTES) * PAIR_BYTES;
  }

  private pairAdded(): number {
    const { pairsStart, pairsEnd } = this;
    this.pairsEnd = pairsEnd + PAIR_BYTES;
    return pairsStart + (pairsEnd - pairsStart) / 2;
  }

  /** Made when something first needs it. */
  private get sink(): DigestSink {
    return this.ownSink ??= new DigestSink();
  }

  private useSymbols(symbols: SymbolTable): void {
    this.symbols = symbols;
    this.words.fill(0, SYMBOL_INDEX_AT / 4, SYMBOL_INDEX_AT / 4 + 2 * this.indexedSymbolsEnd);
    this.indexedSymbolsEnd = 0;
  }

  private serialize(start: number, depth: number, to: number): number {
    const { current, sink } = this;
    sink.length = 0;
    current.appendValueAt(start - this.currentAt + current.bodyStart, depth, sink);
    return this.written(sink, to);
  }

  private serializeSymbol(id: number, to: number): number {
    const text = this.symbols![id];
    if (text === undefined) throw BAILED;
    const known = this.symbolAddresses.get(text);
    if (known !== undefined) return this.indexed(id, known, to);
    const sink = this.symbolSink;
    sink.length = 0;
    appendSymbol(sink, text);
    const { length } = sink;
    if (length > SYMBOL_BYTES_MAX) throw BAILED;
    if (this.symbolsEnd + 4 + length > SYMBOLS_END) {
      this.symbolAddresses.clear();
      this.symbolsEnd = SYMBOLS_AT;
      // The index still points to what is about to be overwritten.
      this.useSymbols(this.symbols!);
    }
    const address = this.symbolsEnd;
    this.words[address / 4] = length;
    for (let index = 0; index < length; index++) this.bytes[address + 4 + index] = sink.bytes[index]!;
    this.symbolsEnd += 4 + Math.ceil(length / 4) * 4;
    this.symbolAddresses.set(text, address);
    return this.indexed(id, address, to);
  }

  /** Copies the serialization of a symbol, which begins with its length, and lets it be found by its id from now on. */
  private indexed(id: number, address: number, to: number): number {
    const length = this.words[address / 4]!;
    if (id < INDEXED_SYMBOLS_MAX) {
      this.words[SYMBOL_INDEX_AT / 4 + 2 * id] = address + 4;
      this.words[SYMBOL_INDEX_AT / 4 + 2 * id + 1] = length;
      if (id >= this.indexedSymbolsEnd) this.indexedSymbolsEnd = id + 1;
    }
    const { bytes } = this;
    for (let index = 0; index < length; index++) bytes[to + index] = bytes[address + 4 + index]!;
    return to + length;
  }

  private written({ bytes, length }: ByteSink, to: number): number {
    if (to + length > OUTPUT_FULL_AT) throw BAILED;
    bytes.copy(this.bytes, to, 0, length);
    return to + length;
  }
}

/** Hashing never waits for anything, so that all of it can share this, made when it is first needed. */
let sharedBatch: HashBatch | undefined;

export const sharedHashBatch = (): HashBatch => sharedBatch ??= new HashBatch();

function instantiateHash(imports: Readonly<Record<keyof typeof WALK_IMPORTS, (...parameters: number[]) => number>>): HashExports {
  const setSymbolCount = defineFunction({ parameters: ['count'] }, ({ count }) => setGlobal(GLOBAL.symbolCount, get(count)));
  return instantiate<HashExports>({
    imports: WALK_IMPORTS,
    functions: { ...schedulerFunctions(), ...pairFunctions(), ...walkFunctions(), setSymbolCount },
    exported: ['reset', 'setSymbolCount', 'walk', 'run', 'placePair', 'digestPairs', 'isSameDigest'],
    globalCount: Object.keys(GLOBAL).length,
    memoryPages: Math.ceil(MEMORY_BYTES / MEMORY_PAGE),
  }, imports);
}
