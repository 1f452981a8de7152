import { isUtf8 } from 'node:buffer';
import { BinaryCursor, PADDING } from './binary-cursor';
import { isCanonicalTimestamp } from './canonical-body';
import type { EncodedContainer } from './encoded-container';
import { clobToJson, decimalToJson, floatToJson } from './json-pieces';
import { appendDecimal, appendTimestamp } from './text-encoder';
import { escapedCharacter, printClob, printDecimal, printFloat, printSymbol } from './text-pieces';
import type { PrintFormat, TextSink } from './text-sink';
import { ANNOTATED, KIND_OF_TYPE_CODE, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_SEXP = 0x28;
const CLOSE_SEXP = 0x29;
const OPEN_STRUCT = 0x7b;
const CLOSE_STRUCT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const BLANK = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** First byte in UTF-8 of the controls from 0x80 to 0x9f, and of the letters behind them. */
const LATIN = 0xc2;
const DELETE = 0x7f;

/** How a byte of a string is printed, where not as it is. */
const ESCAPES: Readonly<Record<PrintFormat, readonly (string | undefined)[]>> = { text: escapes('text'), json: escapes('json') };

const KNOWN_SYMBOLS_MAX = 1024;

/** Prints containers in binary Ion without making values of them, as `printIon` and `ionToJson` print the values. Refuses what decoding refuses. */
export class BinaryPrinter extends BinaryCursor {
  private readonly known: PrintedSymbols;
  private readonly isJson: boolean;
  private readonly escapes: readonly (string | undefined)[];

  constructor(source: Uint8Array, format: PrintFormat, paddingRefused: boolean) {
    super(source);
    this.isJson = format === 'json';
    this.escapes = ESCAPES[format];
    this.known = PRINTED_SYMBOLS[format];
    this.paddingRefused = paddingRefused;
  }

  print({ typeCode, start, bodyStart, end, depth, symbols, symbolCount }: EncodedContainer, sink: TextSink): void {
    this.symbols = symbols;
    this.symbolCount = symbolCount;
    this.at = bodyStart;
    this.bare(sink, typeCode, start, end, depth);
  }

  /** @returns the type code of the value, which may be `PADDING` */
  private value(sink: TextSink, limit: number, depth: number): number {
    const start = this.at;
    const typeCode = this.head(limit);
    const { end } = this;
    if (typeCode === PADDING) return PADDING;
    if (typeCode === ANNOTATED) this.annotated(sink, start, end, depth);
    else if (this.low === NULL_LENGTH) sink.ascii(typeCode === TYPE_CODE.null || this.isJson ? 'null' : `null.${KIND_OF_TYPE_CODE[typeCode]!}`);
    else this.bare(sink, typeCode, start, end, depth);
    return typeCode;
  }

  private annotated(sink: TextSink, start: number, end: number, depth: number): void {
    const annotationsEnd = this.enterAnnotations(start, end);
    while (this.at < annotationsEnd) {
      const symbolId = this.varUInt(annotationsEnd);
      this.symbolText(symbolId, start);
      if (this.isJson) continue;
      this.symbol(sink, symbolId, start);
      sink.byte(COLON);
      sink.byte(COLON);
    }
    this.checkAnnotated();
    this.leaveAnnotations(start, end, this.value(sink, end, depth));
  }

  private bare(sink: TextSink, typeCode: number, start: number, end: number, depth: number): void {
    switch (typeCode) {
      case TYPE_CODE.bool:
        sink.ascii(this.low === 1 ? 'true' : 'false');
        break;
      case TYPE_CODE.int:
      case NEGATIVE_INT:
        sink.integer(this.int(typeCode, start, end));
        break;
      case TYPE_CODE.float: {
        const value = this.float(start, end);
        sink.ascii(this.isJson ? floatToJson(value) : printFloat(value));
        break;
      }
      case TYPE_CODE.decimal:
        appendDecimal(sink, this.decimal(end), this.isJson ? decimalToJson : printDecimal);
        break;
      case TYPE_CODE.timestamp:
        if (this.isJson) sink.byte(QUOTE);
        this.printTimestamp(sink, start, end);
        if (this.isJson) sink.byte(QUOTE);
        break;
      case TYPE_CODE.symbol:
        this.symbol(sink, this.symbolIdOf(end), start);
        break;
      case TYPE_CODE.string:
        this.string(sink, end);
        break;
      case TYPE_CODE.clob: {
        const bytes = this.bytes.subarray(this.at, end);
        sink.ascii(this.isJson ? clobToJson(bytes) : printClob(bytes));
        break;
      }
      case TYPE_CODE.blob:
        sink.ascii(this.isJson ? '"' : '{{');
        sink.base64(this.bytes, this.at, end);
        sink.ascii(this.isJson ? '"' : '}}');
        break;
      case TYPE_CODE.struct:
        this.fields(sink, start, end, depth);
        break;
      default:
        this.items(sink, typeCode === TYPE_CODE.list || this.isJson, start, end, depth);
    }
    this.at = end;
  }

  private printTimestamp(sink: TextSink, start: number, end: number): void {
    const { bytes, at } = this;
    if (!isCanonicalTimestamp(bytes, at, end)) {
      appendTimestamp(sink, this.timestamp(start, end));
      return;
    }
    const fraction = end - at === 11 ? (bytes[at + 9]! << 8) | bytes[at + 10]! : end - at === 10 ? bytes[at + 9]! : 0;
    sink.utcTimestamp({
      year: (bytes[at + 1]! << 7) | (bytes[at + 2]! & 0x7f),
      month: bytes[at + 3]! & 0x7f,
      day: bytes[at + 4]! & 0x7f,
      hour: bytes[at + 5]! & 0x7f,
      minute: bytes[at + 6]! & 0x7f,
      second: bytes[at + 7]! & 0x7f,
    }, end - at === 8 ? undefined : fraction);
  }

  private string(sink: TextSink, end: number): void {
    const start = this.at;
    const { bytes: source } = this;
    sink.reserve(end - start + 2);
    let { bytes } = sink;
    let at = sink.length;
    bytes[at++] = QUOTE;
    let all = 0;
    for (let from = start; from < end; from++) {
      const byte = source[from]!;
      all |= byte;
      const escape = byte === LATIN && !this.isJson && source[from + 1]! < 0xa0 ? `\\x${source[from + 1]!.toString(16)}` : this.escapes[byte];
      if (escape === undefined) {
        bytes[at++] = byte;
        continue;
      }
      if (byte === LATIN) from++;
      sink.length = at;
      sink.reserve(end - from + 1 + escape.length);
      sink.ascii(escape);
      ({ bytes, length: at } = sink);
    }
    bytes[at++] = QUOTE;
    sink.length = at;
    if (all > DELETE && !isUtf8(source.subarray(start, end))) this.fail('A string is not valid UTF-8', start);
  }

  private items(sink: TextSink, isList: boolean, start: number, end: number, depth: number): void {
    this.checkDepth(depth, start);
    sink.byte(isList ? OPEN_LIST : OPEN_SEXP);
    const first = sink.length;
    while (this.at < end) {
      const before = sink.length;
      if (before > first) sink.byte(isList ? COMMA : BLANK);
      if (this.value(sink, end, depth + 1) === PADDING) sink.length = before;
    }
    sink.byte(isList ? CLOSE_LIST : CLOSE_SEXP);
  }

  private fields(sink: TextSink, start: number, end: number, depth: number): void {
    this.checkDepth(depth, start);
    sink.byte(OPEN_STRUCT);
    const first = sink.length;
    while (this.at < end) {
      const nameAt = this.at;
      const before = sink.length;
      const symbolId = this.varUInt(end);
      if (this.at < end && this.bytes[this.at]! < NULL_LENGTH) {
        this.head(end);
        continue;
      }
      if (before > first) sink.byte(COMMA);
      this.symbol(sink, symbolId, nameAt);
      sink.byte(COLON);
      this.value(sink, end, depth + 1);
    }
    sink.byte(CLOSE_STRUCT);
  }

  private symbol(sink: TextSink, symbolId: number, start: number): void {
    sink.piece(this.known.piece(symbolId, this.symbolText(symbolId, start)));
  }
}

/** Symbols as they are printed. The same names come again and again, in other documents too, and mostly by the same ids. */
class PrintedSymbols {
  private readonly pieces = new Map<string, Uint8Array>();
  private readonly lastTexts: (string | undefined)[] = [];
  private readonly lastPieces: Uint8Array[] = [];

  constructor(private readonly print: (text: string) => string) {}

  piece(symbolId: number, text: string): Uint8Array {
    if (this.lastTexts[symbolId] === text) return this.lastPieces[symbolId]!;
    const piece = this.pieces.get(text) ?? this.printed(text);
    if (symbolId < KNOWN_SYMBOLS_MAX) {
      for (let missing = this.lastTexts.length; missing < symbolId; missing++) {
        this.lastTexts.push(undefined);
        this.lastPieces.push(piece);
      }
      this.lastTexts[symbolId] = text;
      this.lastPieces[symbolId] = piece;
    }
    return piece;
  }

  private printed(text: string): Uint8Array {
    const piece = Buffer.from(this.print(text));
    if (this.pieces.size === KNOWN_SYMBOLS_MAX) this.pieces.clear();
    this.pieces.set(text, piece);
    return piece;
  }
}

/** Printing never waits for anything, so that all of it can share these. */
const PRINTED_SYMBOLS: Readonly<Record<PrintFormat, PrintedSymbols>> = {
  text: new PrintedSymbols(printSymbol),
  json: new PrintedSymbols((text) => JSON.stringify(text)),
};

function escapes(format: PrintFormat): readonly (string | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const isEscaped = byte < BLANK || byte === QUOTE || byte === BACKSLASH || (byte === DELETE && format === 'text');
    if (!isEscaped) return undefined;
    const character = String.fromCharCode(byte);
    return format === 'json' ? JSON.stringify(character).slice(1, -1) : escapedCharacter(character);
  });
}
