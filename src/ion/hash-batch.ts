import { isUtf8 } from 'node:buffer';
import { ByteSink } from './byte-sink';
import { DigestSink } from './digest-sink';
import type { EncodedContainer } from './encoded-container';
import {
  INDEXED_SYMBOLS_MAX, INITIAL_STATE_AT, INPUT_AT, INPUT_BYTES_MAX, MEMORY_BYTES, OUTPUT_FULL_AT, ROUND_CONSTANTS_AT, SLOT_BYTES,
  SYMBOL_BYTES_MAX, SYMBOL_INDEX_AT, SYMBOLS_AT, SYMBOLS_END,
} from './hash-memory';
import { GLOBAL, schedulerFunctions } from './hash-scheduler';
import { appendSymbol } from './hash-serialization';
import { WALK_IMPORTS, walkFunctions } from './hash-walk';
import { INITIAL_STATE, ROUND_CONSTANTS } from './sha256-rounds';
import { shortCopy } from './short-copy';
import type { SymbolTable } from './symbol-table';
import { defineFunction, get, instantiate, MEMORY_PAGE, setGlobal } from './wasm-assembler';

interface HashExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reset: () => void;
  readonly setSymbolCount: (count: number) => void;
  readonly walk: (typeCode: number, start: number, end: number, depth: number) => number;
  readonly run: () => void;
}

/** Ends a walk over what is left to `BinaryHasher`. */
const BAILED = new Error('This container is not hashed in WebAssembly');

/**
 * Ion hashes of many containers at once. Containers are added, then all of them are hashed, then their digests can be read until the next
 * batch begins.
 */
export class HashBatch {
  private readonly wasm: HashExports;
  private readonly bytes: Buffer;
  private readonly words: Int32Array;
  /** Serializations of symbols by their text, and where the next one goes. */
  private readonly symbolAddresses = new Map<string, number>();
  private symbolsEnd = SYMBOLS_AT;
  private indexedSymbolsEnd = 0;
  private symbols?: SymbolTable;
  private ownSink?: DigestSink;
  private readonly symbolSink = new ByteSink();
  private current!: EncodedContainer;

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
    this.words.set(INITIAL_STATE, INITIAL_STATE_AT / 4);
    this.wasm.reset();
  }

  /** Begins another batch. */
  reset(): void {
    this.wasm.reset();
  }

  /**
   * @returns where the digest will be, or `undefined` if this container cannot be hashed here, be it too large, malformed or too much for this batch
   * @throws InvalidIon for some of what is malformed
   */
  add(container: EncodedContainer): number | undefined {
    const { bodyStart, end, symbols, symbolCount, typeCode, depth } = container;
    if (end - bodyStart > INPUT_BYTES_MAX) return undefined;
    this.current = container;
    if (this.symbols !== symbols) this.useSymbols(symbols);
    this.wasm.setSymbolCount(Math.min(symbolCount, symbols.length));
    container.document.copy(this.bytes, INPUT_AT, bodyStart, end);
    try {
      return this.wasm.walk(typeCode, INPUT_AT, INPUT_AT + end - bodyStart, depth);
    } catch (error) {
      if (error === BAILED) return undefined;
      throw error;
    }
  }

  /** Makes all digests of the batch. */
  run(): void {
    this.wasm.run();
  }

  /** A copy of the digest of which `add` said where it would be. */
  digestAt(slot: number): Uint8Array {
    return shortCopy(this.bytes, slot, slot + SLOT_BYTES);
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
    current.appendValueAt(start - INPUT_AT + current.bodyStart, depth, sink);
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
    this.written(sink, address + 4);
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
    this.bytes.copyWithin(to, address + 4, address + 4 + length);
    return to + length;
  }

  private written({ bytes, length }: ByteSink, to: number): number {
    if (to + length > OUTPUT_FULL_AT) throw BAILED;
    bytes.copy(this.bytes, to, 0, length);
    return to + length;
  }
}

function instantiateHash(imports: Readonly<Record<keyof typeof WALK_IMPORTS, (...parameters: number[]) => number>>): HashExports {
  const setSymbolCount = defineFunction({ parameters: ['count'] }, ({ count }) => setGlobal(GLOBAL.symbolCount, get(count)));
  return instantiate<HashExports>({
    imports: WALK_IMPORTS,
    functions: { ...schedulerFunctions(), ...walkFunctions(), setSymbolCount },
    exported: ['reset', 'setSymbolCount', 'walk', 'run'],
    globalCount: Object.keys(GLOBAL).length,
    memoryPages: Math.ceil(MEMORY_BYTES / MEMORY_PAGE),
  }, imports);
}
