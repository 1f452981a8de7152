import { BINARY_VERSION_MARKER, BinaryCutter } from './binary-cutter';
import { decodeIonStream } from './binary-reader';
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
  readonly padding?: 'allowed' | 'refused';
  /** How many bytes are awaited before values are read. @default 64 KiB */
  readonly batchBytes?: number;
}

const VALUE_BYTES_MAX = 64 * 1024 * 1024;
const BATCH_BYTES = 64 * 1024;
/** Symbol tables are read anew with each batch, so a batch must outweigh them. */
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
  const document = new ArrivingDocument(options);
  for await (const chunk of chunks) {
    document.append(chunk);
    if (document.isDue) yield* document.values('open');
  }
  yield* document.values('ended');
}

class ArrivingDocument {
  private readonly window = new ByteWindow();
  private readonly valueBytesMax: number;
  private cutter?: DocumentCutter;
  private isBinary = false;
  /** Version marker and symbol tables in force where the window starts. */
  private symbols = new Uint8Array(0);
  private linesBefore = 0;
  private columnsBefore = 0;

  constructor(private readonly options: ValueStreamOptions) {
    this.valueBytesMax = options.valueBytesMax ?? VALUE_BYTES_MAX;
  }

  append(chunk: Uint8Array): void {
    this.window.append(chunk);
  }

  get isDue(): boolean {
    return this.window.length >= Math.max(this.options.batchBytes ?? BATCH_BYTES, BATCH_PER_SYMBOLS * this.symbols.length);
  }

  /** The values that are complete by now, or all that are left. */
  * values(stream: 'open' | 'ended'): Generator<IonValue, void, undefined> {
    const cutter = this.cutter ??= this.chooseCutter();
    const { window } = this;
    const { bytes } = window;
    let end = 0;
    let symbols = this.symbols;
    try {
      for (let part = cutter.next(bytes, end); part !== undefined; part = cutter.next(bytes, end)) {
        const partBytes = bytes.subarray(end, part.end);
        if (part.symbols === 'restarts') symbols = this.isBinary ? new Uint8Array(partBytes) : new Uint8Array(0);
        else if (part.symbols === 'replaces') symbols = Buffer.concat([this.isBinary ? BINARY_VERSION_MARKER : Buffer.alloc(0), partBytes]);
        else if (part.symbols === 'appends') symbols = Buffer.concat([symbols, partBytes]);
        this.refuseLarge(partBytes.length, end, 'A value');
        this.refuseLarge(symbols.length, end, 'The symbol tables');
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
    this.drop(end);
  }

  private chooseCutter(): DocumentCutter {
    this.isBinary = this.window.bytes[0] === BINARY_VERSION_MARKER[0];
    return this.isBinary ? new BinaryCutter(this.options.padding ?? 'allowed') : new TextCutter();
  }

  private* read(bytes: Buffer): Generator<IonValue, void, undefined> {
    if (bytes.length === 0) return;
    const document = this.symbols.length === 0 ? bytes : Buffer.concat([this.symbols, bytes]);
    try {
      if (this.isBinary) yield* decodeIonStream(document);
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
    const problem = error.message.replace(/ \(at [^()]*\)$/, '');
    return new InvalidIon(problem, this.placeInStream(position, symbolBytes));
  }

  private placeInStream(position: IonPosition, symbolBytes: number): IonPosition {
    if ('offset' in position) return { offset: this.window.offset + position.offset - symbolBytes };
    const line = position.line - this.symbols.reduce((count, byte) => count + (byte === NEWLINE ? 1 : 0), 0);
    return { line: line + this.linesBefore, column: position.column + (line === 1 ? this.columnsBefore : 0) };
  }
}
