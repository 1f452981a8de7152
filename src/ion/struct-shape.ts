import { isCanonicalTimestamp } from './canonical-body';
import { DIGEST_LENGTH } from './digest-sink';
import type { FieldCursor } from './field-cursor';
import type { SymbolTable } from './symbol-table';
import { TYPE_CODE } from './type-code';

/** What a field may be: text that is all ASCII, any text, a whole number from 0 up, a common timestamp, a digest, or a container. */
export type FieldKind = 'ascii' | 'string' | 'count' | 'time' | 'digest' | 'list' | 'struct';

/** What the fields of a struct are. Others may be there too if they are `passed`. */
export interface ShapeOptions<R extends string, O extends string> {
  readonly required: Readonly<Record<R, FieldKind>>;
  readonly optional?: Readonly<Record<O, FieldKind>>;
  readonly others?: 'refused' | 'passed';
}

/** Positions of the fields of a shape by their names. */
export type FieldPositions<R extends string, O extends string> = Readonly<Record<R | O, number>>;

/** Symbol ids beyond this are looked up by their text each time. */
const KNOWN_IDS_MAX = 4096;
/** Largest number of bytes that surely makes a whole number below 2^53. */
const COUNT_BYTES_MAX = 6;
const ASCII_MAX = 0x7f;
/** Stands for the position of a field that the shape has not. */
const OTHER = 31;

/**
 * Finds the fields of structs in binary Ion that are all alike, without making values of them. What it finds in one struct is there until it reads
 * another one.
 */
export class StructShape<R extends string = string, O extends string = never> {
  readonly position: FieldPositions<R, O>;
  /** Where the content of each field lies, by its position. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  private readonly positions: ReadonlyMap<string, number>;
  private readonly kinds: readonly FieldKind[];
  private readonly required: number;
  private readonly passesOthers: boolean;
  private found = 0;
  private symbols?: SymbolTable;
  private symbolCount = 0;
  /** One more than the position of the field that a symbol names, by its id; 0 where that was not looked up. */
  private readonly known = new Uint8Array(KNOWN_IDS_MAX);

  constructor({ required, optional, others = 'refused' }: ShapeOptions<R, O>) {
    const fields = [...Object.entries<FieldKind>(required), ...Object.entries<FieldKind>(optional ?? {})];
    if (fields.length >= OTHER) throw new Error(`A shape has less than ${OTHER} fields, not ${fields.length}.`);
    this.positions = new Map(fields.map(([name], position) => [name, position]));
    this.position = Object.fromEntries(this.positions) as FieldPositions<R, O>;
    this.kinds = fields.map(([, kind]) => kind);
    this.required = 2 ** Object.keys(required).length - 1;
    this.passesOthers = others === 'passed';
    this.starts = new Int32Array(fields.length);
    this.ends = new Int32Array(fields.length);
  }

  /** By which symbols the structs were written that are read from now on. */
  useSymbols(symbols: SymbolTable, symbolCount: number): void {
    if (this.symbols !== symbols) this.known.fill(0);
    this.symbols = symbols;
    this.symbolCount = symbolCount;
  }

  /** @returns whether it is a struct of this shape, each field there once at most */
  read(cursor: FieldCursor, start: number, end: number): boolean {
    const { kinds, starts, ends } = this;
    this.found = 0;
    for (cursor.at = start; cursor.at < end;) {
      if (!cursor.field(end)) return false;
      const position = this.positionOf(cursor.symbolId);
      if (position === OTHER) {
        if (this.passesOthers) continue;
        return false;
      }
      const bit = 1 << position;
      if ((this.found & bit) !== 0 || !isKind(cursor, kinds[position]!)) return false;
      this.found |= bit;
      starts[position] = cursor.start;
      ends[position] = cursor.end;
    }
    return (this.found & this.required) === this.required;
  }

  /** Whether the field of that position was there. */
  has(position: number): boolean {
    return (this.found & (1 << position)) !== 0;
  }

  /** How many bytes it takes. */
  lengthOf(position: number): number {
    return this.ends[position]! - this.starts[position]!;
  }

  private positionOf(symbolId: number): number {
    if (symbolId >= this.symbolCount) return OTHER;
    const known = symbolId < KNOWN_IDS_MAX ? this.known[symbolId]! : 0;
    if (known > 0) return known - 1;
    const text = this.symbols![symbolId];
    const position = (text === undefined ? undefined : this.positions.get(text)) ?? OTHER;
    if (symbolId < KNOWN_IDS_MAX) this.known[symbolId] = position + 1;
    return position;
  }
}

/** Whether the value that was read last is of a kind. */
export function isKind({ bytes, typeCode, start, end }: FieldCursor, kind: FieldKind): boolean {
  switch (kind) {
    case 'ascii': return typeCode === TYPE_CODE.string && isAscii(bytes, start, end);
    case 'string': return typeCode === TYPE_CODE.string;
    case 'count': return typeCode === TYPE_CODE.int && end - start <= COUNT_BYTES_MAX;
    case 'time': return typeCode === TYPE_CODE.timestamp && isCanonicalTimestamp(bytes, start, end);
    case 'digest': return typeCode === TYPE_CODE.blob && end - start === DIGEST_LENGTH;
    case 'list': return typeCode === TYPE_CODE.list;
    case 'struct': return typeCode === TYPE_CODE.struct;
  }
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  for (let index = start; index < end; index++) all |= bytes[index]!;
  return all <= ASCII_MAX;
}

/** The number of a field that is a count. */
export function countAt(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let index = start; index < end; index++) count = count * 256 + bytes[index]!;
  return count;
}
