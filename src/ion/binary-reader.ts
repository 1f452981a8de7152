import { BinaryCursor, PADDING, PaddingRule } from './binary-cursor';
import { BinaryHasher } from './binary-hasher';
import { BinaryPrinter } from './binary-printer';
import { BinaryRemapper } from './binary-remapper';
import type { ByteSink } from './byte-sink';
import type { DigestSink } from './digest-sink';
import { ContainerReader, EncodedContainer, EncodedList, EncodedSexp, EncodedStruct } from './encoded-container';
import { InvalidIon } from './invalid-ion';
import { SymbolListReading } from './known-symbols';
import { keepTable, repeatedTable } from './repeated-lists';
import { shortCopy } from './short-copy';
import type { SymbolIds } from './symbol-ids';
import { declaredSymbols, isLocalSymbolTable, SymbolTable, systemTable } from './symbol-table';
import type { PrintFormat, TextSink } from './text-sink';
import { ANNOTATED, KIND_OF_TYPE_CODE, NULL_LENGTH, TYPE_CODE } from './type-code';
import type { IonField, IonValue } from './value';

/**
 * The one value of a binary Ion document.
 * @throws InvalidIon for malformed input, and for none or more than one value.
 */
export function decodeIon(bytes: Uint8Array): IonValue {
  return onlyValue(new BinaryReader(bytes, { keepsEncoded: false, isOneOfMany: true }));
}

/**
 * The one value of a binary Ion document; a container stays bytes until its content is asked for, as those of `readIonStream`.
 * @throws InvalidIon as `decodeIon`; for what is wrong inside a container, when it is hashed or looked into.
 */
export function readIon(bytes: Uint8Array): IonValue {
  return onlyValue(new BinaryReader(bytes, { keepsEncoded: true, isOneOfMany: true }));
}

function onlyValue(reader: BinaryReader): IonValue {
  const value = reader.next();
  if (value === undefined) throw new InvalidIon('The document holds no value; send exactly one');
  if (reader.next() !== undefined) throw new InvalidIon('The document holds more than one value; send exactly one');
  return value;
}

/**
 * The top-level values of a binary Ion document, one by one; symbol tables and version markers are consumed on the way.
 * @throws InvalidIon, while iterating, with the offset of the offending byte.
 */
export function decodeIonStream(bytes: Uint8Array): Generator<IonValue, void, undefined> {
  return valuesOf(new BinaryReader(bytes, { keepsEncoded: false }));
}

/**
 * The same values as `decodeIonStream`, but a container is decoded only when its content is asked for, and is hashed straight from its bytes:
 * for those who hash much and look at little. Until then the bytes must stay as they are. Containers are objects whose content is behind a
 * getter, so they do not survive spreading or structured cloning.
 * @throws InvalidIon, while iterating; for what is wrong inside a container, when it is hashed or looked into.
 */
export function readIonStream(bytes: Uint8Array): Generator<IonValue, void, undefined> {
  return valuesOf(new BinaryReader(bytes, { keepsEncoded: true }));
}

/** The symbols in force between two parts of a document; absent before the first one. */
export interface SymbolScope {
  table?: SymbolTable;
  /** Whether other documents may have the same table. */
  isShared?: boolean;
}

/**
 * The top-level values of a part of a document that holds no value in part. Containers are decoded when their content is asked for, as those of
 * `readIonStream`.
 * @param scope of the parts before; what it is for the parts after is known when the last value was taken
 */
export function readIonPart(bytes: Uint8Array, scope: SymbolScope, padding: PaddingRule): Generator<IonValue, void, undefined> {
  return valuesOf(new BinaryReader(bytes, { keepsEncoded: true, scope, padding }));
}

/** As `readIonPart`, all of it decoded. */
export function decodeIonPart(bytes: Uint8Array, scope: SymbolScope, padding: PaddingRule): Generator<IonValue, void, undefined> {
  return valuesOf(new BinaryReader(bytes, { keepsEncoded: false, scope, padding }));
}

function* valuesOf(reader: BinaryReader): Generator<IonValue, void, undefined> {
  while (true) {
    const value = reader.next();
    if (value === undefined) return;
    yield value;
  }
}

/** Of the names $ion_symbol_table and symbols, in any table. */
const SYMBOL_TABLE_ID = 3;
const SYMBOLS_ID = 7;

/** Hashes are blobs of 32 bytes. */
const SHORT_COPY_MAX = 64;

interface BinaryReaderOptions {
  /** Whether containers stay bytes until their content is asked for. */
  readonly keepsEncoded: boolean;
  readonly scope?: SymbolScope;
  readonly padding?: PaddingRule;
  /** Whether other documents like this one are read by turns. */
  readonly isOneOfMany?: boolean;
}

class BinaryReader extends BinaryCursor implements ContainerReader {
  private ownHasher?: BinaryHasher;
  private remapper?: BinaryRemapper;
  private readonly printers: { [format in PrintFormat]?: BinaryPrinter } = {};
  private readonly keepsEncoded: boolean;
  private readonly scope: SymbolScope;
  private readonly padding: PaddingRule;
  private readonly isOneOfMany: boolean;
  private sharesSymbols: boolean;

  constructor(source: Uint8Array, { keepsEncoded, scope = {}, padding = 'allowed', isOneOfMany = false }: BinaryReaderOptions) {
    super(source);
    this.isOneOfMany = isOneOfMany;
    this.keepsEncoded = keepsEncoded;
    this.scope = scope;
    this.padding = padding;
    this.paddingRefused = padding === 'refused';
    this.sharesSymbols = scope.isShared ?? false;
    if (scope.table !== undefined) this.symbols = scope.table;
    else if (!this.atVersionMarker()) this.fail('The document does not start with the binary Ion version marker E0 01 00 EA', 0);
  }

  get document(): Buffer {
    return this.bytes;
  }

  /** The next top-level value that is data. */
  next(): IonValue | undefined {
    while (this.at < this.bytes.length) {
      const start = this.at;
      if (this.bytes[start] === 0xe0) {
        if (!this.atVersionMarker()) this.fail('Only Ion version 1.0 (E0 01 00 EA) is supported', start);
        this.at += 4;
        this.symbols = systemTable();
        this.sharesSymbols = false;
        continue;
      }
      if (this.bytes[start]! >> 4 === ANNOTATED) {
        const table = this.plainTable();
        if (table !== undefined) {
          this.symbols = table;
          this.sharesSymbols = true;
          continue;
        }
        this.at = start;
      }
      const value = this.value(this.bytes.length, 0);
      if (value === undefined) continue;
      if (!isLocalSymbolTable(value)) return value;
      try {
        // A table that others have, too, must not grow.
        this.symbols = declaredSymbols(value, this.sharesSymbols ? [...this.symbols] : this.symbols);
        this.sharesSymbols = false;
      } catch (error) {
        if (error instanceof InvalidIon) throw error;
        this.fail((error as Error).message, start);
      }
    }
    this.scope.table = this.symbols;
    this.scope.isShared = this.sharesSymbols;
    return undefined;
  }

  /**
   * The table of a declaration that is nothing but a list of symbols, as writers commonly make it. `undefined` for any other value: that has to be
   * read from its start.
   */
  private plainTable(): SymbolTable | undefined {
    const { bytes } = this;
    const start = this.at;
    this.head(bytes.length);
    const { end } = this;
    const annotationsEnd = this.enterAnnotations(start, end);
    if (this.varUInt(annotationsEnd) !== SYMBOL_TABLE_ID || this.at !== annotationsEnd) return undefined;
    if (this.head(end) !== TYPE_CODE.struct || this.low === NULL_LENGTH || this.end !== end || this.at === end) return undefined;
    if (this.varUInt(end) !== SYMBOLS_ID || this.at === end) return undefined;
    if (this.head(end) !== TYPE_CODE.list || this.low === NULL_LENGTH || this.end !== end) return undefined;
    const listStart = this.at;
    const repeated = this.isOneOfMany ? repeatedTable(bytes, listStart, end) : undefined;
    if (repeated !== undefined) {
      this.at = end;
      return repeated;
    }
    const list = new SymbolListReading(bytes, listStart, end);
    for (this.at = list.at; !list.takeRest(); this.at = list.at) {
      if (this.head(end) !== TYPE_CODE.string || this.low === NULL_LENGTH) return undefined;
      list.take(this.at, this.end, (from, to) => {
        this.at = from;
        return this.utf8(to);
      });
    }
    this.at = end;
    const table = list.finish();
    if (this.isOneOfMany) keepTable(bytes, listStart, end, table);
    return table;
  }

  fieldsOf(container: EncodedContainer): readonly IonField[] {
    return this.inside(container, () => this.fields(container.start, container.end, container.depth));
  }

  itemsOf(container: EncodedContainer): readonly IonValue[] {
    return this.inside(container, () => this.items(container.start, container.end, container.depth));
  }

  appendHashSerialization(container: EncodedContainer, sink: DigestSink): void {
    this.hasher.append(container, sink);
  }

  appendValueAt(at: number, depth: number, container: EncodedContainer, sink: DigestSink): void {
    this.hasher.appendValueAt(at, depth, container, sink);
  }

  print(container: EncodedContainer, sink: TextSink, format: PrintFormat): void {
    const printer = this.printers[format] ??= new BinaryPrinter(this.bytes, format, this.paddingRefused);
    printer.print(container, sink);
  }

  encode(container: EncodedContainer, sink: ByteSink, ids: SymbolIds, depth: number, depthMax: number): void {
    this.remapper ??= new BinaryRemapper(this.bytes, this.paddingRefused);
    this.remapper.append(container, sink, ids, depth, depthMax);
  }

  fieldOf(container: EncodedContainer, name: string): IonValue | undefined {
    return this.inside(container, () => {
      const { end, depth } = container;
      while (this.at < end) {
        const nameAt = this.at;
        const symbolId = this.varUInt(end);
        const start = this.at;
        const typeCode = this.head(end);
        if (typeCode !== PADDING && this.symbolText(symbolId, nameAt) === name) {
          this.at = start;
          return this.value(end, depth + 1);
        }
        this.at = this.end;
      }
      return undefined;
    });
  }

  private get hasher(): BinaryHasher {
    return this.ownHasher ??= new BinaryHasher(this.bytes, this.padding);
  }

  /** Reads elsewhere, and comes back. */
  private inside<T>({ bodyStart, symbols, symbolCount }: EncodedContainer, read: () => T): T {
    const { at } = this;
    const current = this.symbols;
    this.at = bodyStart;
    this.symbols = symbols;
    this.symbolCount = symbolCount;
    try {
      return read();
    } finally {
      this.at = at;
      this.symbols = current;
      this.symbolCount = Infinity;
    }
  }

  /** `undefined` for padding. */
  private value(limit: number, depth: number): IonValue | undefined {
    const start = this.at;
    const typeCode = this.head(limit);
    const { end } = this;
    if (typeCode === PADDING) return undefined;
    if (typeCode === ANNOTATED) return this.annotated(start, end, depth);
    if (this.low === NULL_LENGTH) return { kind: 'null', nullOf: KIND_OF_TYPE_CODE[typeCode]! };
    const value = this.body(typeCode, start, end, depth);
    this.at = end;
    return value;
  }

  private body(typeCode: number, start: number, end: number, depth: number): IonValue {
    switch (KIND_OF_TYPE_CODE[typeCode]!) {
      case 'bool': return { kind: 'bool', value: this.low === 1 };
      case 'int': return { kind: 'int', value: this.int(typeCode, start, end) };
      case 'float': return { kind: 'float', value: this.float(start, end) };
      case 'decimal': return this.decimal(end);
      case 'timestamp': return this.timestamp(start, end);
      case 'symbol': return { kind: 'symbol', value: this.symbolText(this.symbolIdOf(end), start) };
      case 'string': return { kind: 'string', value: this.utf8(end) };
      case 'clob': return { kind: 'clob', value: this.copy(end) };
      case 'blob': return { kind: 'blob', value: this.copy(end) };
      default: return this.keepsEncoded ? this.encoded(typeCode, start, end, depth) : this.container(typeCode, start, end, depth);
    }
  }

  private copy(end: number): Uint8Array {
    return end - this.at <= SHORT_COPY_MAX ? shortCopy(this.bytes, this.at, end) : new Uint8Array(this.bytes.subarray(this.at, end));
  }

  private container(typeCode: number, start: number, end: number, depth: number): IonValue {
    switch (typeCode) {
      case TYPE_CODE.list: return { kind: 'list', items: this.items(start, end, depth) };
      case TYPE_CODE.sexp: return { kind: 'sexp', items: this.items(start, end, depth) };
      default: return { kind: 'struct', fields: this.fields(start, end, depth) };
    }
  }

  private encoded(typeCode: number, start: number, end: number, depth: number): IonValue {
    this.checkDepth(depth, start);
    const symbolCount = Math.min(this.symbols.length, this.symbolCount);
    switch (typeCode) {
      case TYPE_CODE.list: return new EncodedList(this, typeCode, start, this.at, end, depth, this.symbols, symbolCount);
      case TYPE_CODE.sexp: return new EncodedSexp(this, typeCode, start, this.at, end, depth, this.symbols, symbolCount);
      default: return new EncodedStruct(this, typeCode, start, this.at, end, depth, this.symbols, symbolCount);
    }
  }

  private annotated(start: number, end: number, depth: number): IonValue {
    const annotationsEnd = this.enterAnnotations(start, end);
    const annotations: string[] = [];
    while (this.at < annotationsEnd) annotations.push(this.symbolText(this.varUInt(annotationsEnd), start));
    this.checkAnnotated();
    const value = this.value(end, depth);
    if (value === undefined) return this.fail('An annotation may not wrap padding', start);
    if (this.at !== end) this.fail('An annotation must wrap exactly one value', start);
    return value instanceof EncodedContainer ? value.annotatedWith(annotations) : { ...value, annotations };
  }

  private items(start: number, end: number, depth: number): IonValue[] {
    this.checkDepth(depth, start);
    const items: IonValue[] = [];
    while (this.at < end) {
      const item = this.value(end, depth + 1);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  private fields(start: number, end: number, depth: number): IonField[] {
    this.checkDepth(depth, start);
    const fields: IonField[] = [];
    while (this.at < end) {
      const nameAt = this.at;
      const symbolId = this.varUInt(end);
      const value = this.value(end, depth + 1);
      // The name in front of padding means nothing and is commonly 0.
      if (value !== undefined) fields.push([this.symbolText(symbolId, nameAt), value]);
    }
    return fields;
  }
}
