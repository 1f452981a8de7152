import type { PaddingRule } from './binary-cursor';
import { BINARY_VERSION_MARKER, BinaryCutter } from './binary-cutter';
import { decodeIonPart, readIonPart, SymbolScope } from './binary-reader';
import { ByteWindow } from './byte-window';
import type { DocumentCutter } from './document-cutter';
import { InvalidIon, type IonPosition } from './invalid-ion';
import { TextCutter } from './text-cutter';
import { parseIonStream } from './text-reader';
import type { IonValue } from './value';

/** Options of a stream of values. */
export interface ValueStreamOptions {
  /** Most bytes of one top-level value, or of all symbol tables in force together. @default 64 MiB */
  readonly valueBytesMax?: number;
  /** Whether padding may stand within a binary document. Readers skip it, so a value can be made to vanish in it. @default 'allowed' */
  readonly padding?: PaddingRule;
  /** How many bytes are awaited before values are read. @default 64 KiB */
  readonly batchBytes?: number;
}

const VALUE_BYTES_MAX = 64 * 1024 * 1024;
const BATCH_BYTES = 64 * 1024;
/** What is made of many values at a time outlives the youngest garbage, which lets the heap grow. */
const BATCH_VALUES_MAX = 16;
/** Symbol tables of text are read anew with each batch, so a batch must outweigh them. */
const BATCH_PER_SYMBOLS = 4;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NEWLINE = 0x0a;

/**
 * The top-level values of an Ion document of any size, text (JSON included) or binary, as its bytes arrive. No more of it is held than the
 * largest value needs, and the symbol tables.
 * @throws InvalidIon, while iterating, with the place in the stream
 */
export async function* streamIonValues(
  chunks: AsyncIterable<Uint8Array>, options: ValueStreamOptions = {},
): AsyncGenerator<IonValue, void, undefined> {
  const document = new ArrivingDocument(options, { keepsEncoded: false });
  for await (const chunk of chunks) {
    document.append(chunk);
    if (document.isDue) yield* document.values('open');
  }
  yield* document.values('ended');
}

/** Values that arrived together. Containers of binary Ion are decoded when their content is asked for, which is possible until the next batch. */
export interface ValueBatch {
  readonly values: readonly IonValue[];
  /** A fault that came up when a value was looked into or hashed, with its place in the stream. */
  placed(fault: InvalidIon): InvalidIon;
}

/**
 * The same values as those of `streamIonValues`, for those who hash much and look at little, as `readIonStream` does it.
 * @throws InvalidIon, while iterating, after the values before the fault
 */
export async function* streamIonBatches(
  chunks: AsyncIterable<Uint8Array>, options: ValueStreamOptions = {},
): AsyncGenerator<ValueBatch, void, undefined> {
  const document = new ArrivingDocument(options, { keepsEncoded: true });
  for await (const chunk of chunks) {
    document.append(chunk);
    if (document.isDue) yield* document.batches('open');
  }
  yield* document.batches('ended');
}

class ArrivingDocument {
  private readonly window = new ByteWindow();
  private readonly valueBytesMax: number;
  private cutter?: DocumentCutter;
  private isBinary = false;
  /** What symbols are in force where the window starts: of text the tables themselves, as they have to be read with each batch. */
  private symbols = new Uint8Array(0);
  private readonly scope: SymbolScope = {};
  /** Length of the symbol tables in force. */
  private symbolBytes = 0;
  private linesBefore = 0;
  private columnsBefore = 0;

  constructor(private readonly options: ValueStreamOptions, private readonly reading: { readonly keepsEncoded: boolean }) {
    this.valueBytesMax = options.valueBytesMax ?? VALUE_BYTES_MAX;
  }

  append(chunk: Uint8Array): void {
    this.window.append(chunk);
  }

  get isDue(): boolean {
    return this.window.length >= Math.max(this.options.batchBytes ?? BATCH_BYTES, BATCH_PER_SYMBOLS * this.symbols.length);
  }

  /** As `values`, some at a time; those before a fault come first. */
  * batches(stream: 'open' | 'ended'): Generator<ValueBatch, void, undefined> {
    const { offset } = this.window;
    const placed = (error: InvalidIon): InvalidIon => {
      const { position } = error;
      return position !== undefined && 'offset' in position ? new InvalidIon(problemOf(error), { offset: offset + position.offset }) : error;
    };
    const values = this.values(stream);
    while (true) {
      const batch: IonValue[] = [];
      let fault: unknown;
      try {
        while (batch.length < BATCH_VALUES_MAX) {
          const next = values.next();
          if (next.done === true) break;
          batch.push(next.value);
        }
      } catch (error) {
        fault = error;
      }
      if (batch.length > 0) yield { values: batch, placed };
      if (fault !== undefined) throw fault;
      if (batch.length < BATCH_VALUES_MAX) return;
    }
  }

  /** The values that are complete by now, or all that are left. */
  * values(stream: 'open' | 'ended'): Generator<IonValue, void, undefined> {
    const cutter = this.cutter ??= this.chooseCutter();
    const { window } = this;
    const { bytes } = window;
    let end = 0;
    let { symbols, symbolBytes } = this;
    try {
      for (let part = cutter.next(bytes, end); part !== undefined; part = cutter.next(bytes, end)) {
        const partBytes = bytes.subarray(end, part.end);
        if (part.symbols !== 'none') {
          const keptBytes = part.symbols === 'appends' ? symbolBytes : 0;
          symbolBytes = part.symbols === 'restarts' ? 0 : keptBytes + partBytes.length;
          if (!this.isBinary) symbols = Buffer.concat([symbols.subarray(0, keptBytes), partBytes.subarray(0, symbolBytes - keptBytes)]);
        }
        this.refuseLarge(partBytes.length, end, 'A value');
        this.refuseLarge(symbolBytes, end, 'The symbol tables');
        end = part.end;
      }
      if (stream === 'open') this.refuseLarge(window.length - end, end, 'A value');
    } catch (error) {
      // What stands before the fault is still good; the reader gets to it first.
      yield* this.read(bytes.subarray(0, end));
      throw error instanceof InvalidIon ? this.placed(error, 0) : error;
    }
    yield* this.read(stream === 'ended' ? bytes : bytes.subarray(0, end));
    this.symbols = symbols;
    this.symbolBytes = symbolBytes;
    this.drop(end);
  }

  private chooseCutter(): DocumentCutter {
    this.isBinary = this.window.bytes[0] === BINARY_VERSION_MARKER[0];
    return this.isBinary ? new BinaryCutter() : new TextCutter();
  }

  private* read(bytes: Buffer): Generator<IonValue, void, undefined> {
    if (bytes.length === 0) return;
    const document = this.symbols.length === 0 ? bytes : Buffer.concat([this.symbols, bytes]);
    const readPart = this.reading.keepsEncoded ? readIonPart : decodeIonPart;
    try {
      if (this.isBinary) yield* readPart(bytes, this.scope, this.options.padding ?? 'allowed');
      else yield* parseIonStream(this.text(document));
    } catch (error) {
      throw error instanceof InvalidIon ? this.placed(error, this.symbols.length) : error;
    }
  }

  private text(bytes: Buffer): string {
    try {
      return UTF8.decode(bytes);
    } catch {
      throw new InvalidIon('The document is neither binary Ion nor UTF-8 text', { line: 1, column: 1 });
    }
  }

  private drop(byteCount: number): void {
    const dropped = this.window.bytes.subarray(0, byteCount);
    if (!this.isBinary) {
      let lineStart = 0;
      for (let newline = dropped.indexOf(NEWLINE); newline >= 0; newline = dropped.indexOf(NEWLINE, lineStart)) {
        this.linesBefore++;
        this.columnsBefore = 0;
        lineStart = newline + 1;
      }
      this.columnsBefore += byteCount - lineStart;
    }
    this.window.drop(byteCount);
    this.cutter!.dropped(byteCount);
  }

  /** @param at its place in the window */
  private refuseLarge(byteCount: number, at: number, what: string): void {
    if (byteCount <= this.valueBytesMax) return;
    throw new InvalidIon(`${what} of more than ${this.valueBytesMax} bytes is not read`, { offset: at });
  }

  /** The same fault with its place in the whole stream; readers know the place in their batch alone. */
  private placed(error: InvalidIon, symbolBytes: number): InvalidIon {
    const { position } = error;
    if (position === undefined) return error;
    return new InvalidIon(problemOf(error), this.placeInStream(position, symbolBytes));
  }

  private placeInStream(position: IonPosition, symbolBytes: number): IonPosition {
    if ('offset' in position) return { offset: this.window.offset + position.offset - symbolBytes };
    const line = position.line - this.symbols.reduce((count, byte) => count + (byte === NEWLINE ? 1 : 0), 0);
    return { line: line + this.linesBefore, column: position.column + (line === 1 ? this.columnsBefore : 0) };
  }
}

/** What a fault says without its place. */
const problemOf = (error: InvalidIon): string => error.message.replace(/ \(at [^()]*\)$/, '');
