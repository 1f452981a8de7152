import { ANNOTATED, LONG_LENGTH, NULL_LENGTH, TYPE_CODE } from './type-code';

/** Most that the bytes of a length before the last one may come to, lest it exceed a word. */
const LENGTH_PART_MAX = 0x1fffff;

/**
 * Goes over fields and items in binary Ion and tells where each of them lies, without making values of them. Stops at everything out of the ordinary:
 * nulls, bools, annotations, padding and whatever is malformed.
 */
export class FieldCursor {
  /** The next byte. */
  at = 0;
  /** Of the last value: the id of its name, if it is a field; its type; its content. */
  symbolId = 0;
  typeCode = 0;
  start = 0;
  end = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** @returns whether a plain field stands here, and ends before the limit or there */
  field(limit: number): boolean {
    this.symbolId = this.number(limit);
    return this.symbolId >= 0 && this.item(limit);
  }

  /** @returns whether a plain value stands here, and ends before the limit or there */
  item(limit: number): boolean {
    if (this.at >= limit) return false;
    const descriptor = this.bytes[this.at++]!;
    const typeCode = descriptor >> 4;
    const low = descriptor & 0x0f;
    const isPlain = typeCode > TYPE_CODE.bool && typeCode < ANNOTATED && low !== NULL_LENGTH && descriptor !== SORTED_STRUCT;
    if (!isPlain) return false;
    const length = low === LONG_LENGTH ? this.number(limit) : low;
    const end = this.at + length;
    if (length < 0 || end > limit) return false;
    this.typeCode = typeCode;
    this.start = this.at;
    this.end = end;
    this.at = end;
    return true;
  }

  /** A VarUInt, or -1 if there is none of some bytes. */
  private number(limit: number): number {
    const { bytes } = this;
    let number = 0;
    while (this.at < limit && number <= LENGTH_PART_MAX) {
      const byte = bytes[this.at++]!;
      number = (number << 7) | (byte & 0x7f);
      if (byte > 0x7f) return number;
    }
    return -1;
  }
}

/** The descriptor of a struct that has its length behind it though it may be short. */
const SORTED_STRUCT = (TYPE_CODE.struct << 4) | 1;
