import { BinaryCursor, PADDING } from './binary-cursor';
import { varUIntLength } from './byte-sink';
import { isCanonicalDecimal, isCanonicalFloat, isCanonicalTimestamp } from './canonical-body';
import { descriptorLength } from './descriptor';
import { EncodedStruct } from './encoded-container';
import { SYSTEM_SYMBOLS, type SymbolTable } from './symbol-table';
import { ANNOTATED, LONG_LENGTH, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';
import type { IonStruct } from './value';

const VERSION_MARKER_LENGTH = 4;
/** Their length and $ion_symbol_table. */
const ANNOTATIONS_LENGTH = 2;
/** Begins a struct whose fields are said to be sorted: as long as another one, and nothing that the writer makes. */
const SORTED_STRUCT = 0xd1;

/**
 * The bytes in which a struct lies if they are a document of its own, and surely just what `encodeIonWithin` would make of it; undefined says nothing
 * more than: encode it. Text is not looked at, so the struct must have been hashed before.
 */
export function canonicalBytes(struct: IonStruct, depthMax: number): Uint8Array | undefined {
  if (!(struct instanceof EncodedStruct) || struct.annotations !== undefined) return undefined;
  if (struct.depth !== 0 || struct.end !== struct.document.length) return undefined;
  const { symbols, symbolCount, start } = struct;
  const { length, tableAt } = declarationOf(symbols);
  if (symbols.length !== symbolCount || start !== VERSION_MARKER_LENGTH + length) return undefined;
  if (length > 0 && struct.document[VERSION_MARKER_LENGTH + tableAt] === SORTED_STRUCT) return undefined;
  return new CanonicalWalk(struct, depthMax).declaresInOrder() ? struct.document : undefined;
}

/** Follows a struct for as long as it is canonical. */
class CanonicalWalk extends BinaryCursor {
  /** The id that the next new symbol must have: writers declare symbols as they meet them. */
  private nextId = SYSTEM_SYMBOLS.length + 1;

  constructor(private readonly struct: EncodedStruct, depthMax: number) {
    super(struct.document);
    this.depthMax = depthMax;
  }

  declaresInOrder(): boolean {
    this.at = this.struct.start;
    return this.value(this.struct.end, 0) && this.nextId === this.struct.symbolCount;
  }

  private value(limit: number, depth: number): boolean {
    const start = this.at;
    const typeCode = this.head(limit);
    const { end, low } = this;
    if (typeCode === PADDING) return false;
    if (low === NULL_LENGTH || typeCode === TYPE_CODE.bool) return typeCode !== NEGATIVE_INT;
    const headLength = this.at - start;
    if (headLength > 1 && (low !== LONG_LENGTH || headLength !== descriptorLength(end - this.at))) return false;
    if (typeCode === ANNOTATED) return this.annotated(end, depth);
    if (typeCode < TYPE_CODE.list) return this.scalar(typeCode, end);
    if (depth >= this.depthMax) return false;
    while (this.at < end) {
      if (typeCode === TYPE_CODE.struct && !this.symbolReference(end)) return false;
      if (!this.value(end, depth + 1)) return false;
    }
    return true;
  }

  private annotated(end: number, depth: number): boolean {
    const lengthAt = this.at;
    const length = this.varUInt(end);
    const annotationsEnd = this.at + length;
    if (this.at - lengthAt !== varUIntLength(length) || annotationsEnd >= end) return false;
    while (this.at < annotationsEnd) if (!this.symbolReference(annotationsEnd)) return false;
    return this.value(end, depth);
  }

  private scalar(typeCode: number, end: number): boolean {
    const { bytes, at } = this;
    this.at = end;
    switch (typeCode) {
      case TYPE_CODE.int:
      case NEGATIVE_INT: return at === end || bytes[at] !== 0;
      case TYPE_CODE.float: return isCanonicalFloat(bytes, at, end);
      case TYPE_CODE.decimal: return isCanonicalDecimal(bytes, at, end);
      case TYPE_CODE.timestamp: return isCanonicalTimestamp(bytes, at, end);
      case TYPE_CODE.symbol: return end - at === 1 && bytes[at] !== 0 && this.isDeclared(bytes[at]!);
      default: return true;
    }
  }

  /** A field's name, or an annotation. */
  private symbolReference(limit: number): boolean {
    const start = this.at;
    const id = this.varUInt(limit);
    return this.at - start === varUIntLength(id) && this.isDeclared(id);
  }

  private isDeclared(id: number): boolean {
    if (id > this.nextId || id === 0) return false;
    if (id === this.nextId) this.nextId++;
    return true;
  }
}

/** The shortest declaration of some symbols. */
interface Declaration {
  /** NaN if a writer would not declare all of them. */
  readonly length: number;
  /** Where in it the struct begins that is the table. */
  readonly tableAt: number;
}

/** Tables are shared by documents of one shape. */
const declarations = new WeakMap<SymbolTable, Declaration>();
const NO_DECLARATION: Declaration = { length: 0, tableAt: 0 };
const NOT_WRITTEN: Declaration = { length: NaN, tableAt: 0 };

function declarationOf(symbols: SymbolTable): Declaration {
  let declaration = declarations.get(symbols);
  if (declaration === undefined) declarations.set(symbols, declaration = shortestDeclaration(symbols));
  return declaration;
}

function shortestDeclaration(symbols: SymbolTable): Declaration {
  const declared = symbols.slice(SYSTEM_SYMBOLS.length + 1);
  if (declared.length === 0) return NO_DECLARATION;
  if (new Set([...SYSTEM_SYMBOLS, ...declared]).size !== symbols.length - 1) return NOT_WRITTEN;
  let listLength = 0;
  for (const text of declared) {
    if (text === undefined) return NOT_WRITTEN;
    const textLength = Buffer.byteLength(text);
    listLength += descriptorLength(textLength) + textLength;
  }
  // The name of the field, the list; two bytes of annotations, the struct; and the wrapper around them.
  const structLength = 1 + descriptorLength(listLength) + listLength;
  const wrappedLength = ANNOTATIONS_LENGTH + descriptorLength(structLength) + structLength;
  const tableAt = descriptorLength(wrappedLength) + ANNOTATIONS_LENGTH;
  return { length: descriptorLength(wrappedLength) + wrappedLength, tableAt };
}
