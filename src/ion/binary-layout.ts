import { LONG_LENGTH, NULL_LENGTH, TYPE_CODE } from './type-code';

/** Where a binary value's parts lie, by its length prefix alone. */
export interface Extent {
  readonly typeCode: number;
  /** Where the content starts, behind descriptor and length. */
  readonly content: number;
  readonly end: number;
}

/** A length of more bytes than this does not come from a writer. */
const LENGTH_BYTES_MAX = 8;

/** The extent of the value at `at`; `undefined` when the bytes end within its prefix, or the prefix is malformed (the reader says how). */
export function extentAt(bytes: Buffer, at: number): Extent | undefined {
  if (at >= bytes.length) return undefined;
  const descriptor = bytes[at]!;
  const typeCode = descriptor >> 4;
  const low = descriptor & 0x0f;
  const content = at + 1;
  if (low === NULL_LENGTH || typeCode === TYPE_CODE.bool) return { typeCode, content, end: content };
  if (low !== LONG_LENGTH && !(typeCode === TYPE_CODE.struct && low === 1)) return { typeCode, content, end: content + low };
  const length = varUIntAt(bytes, content);
  return length && { typeCode, content: length.end, end: length.end + length.value };
}

/** A VarUInt and where it ends; `undefined` when the bytes end within it, or it is too long to be one. */
export function varUIntAt(bytes: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let index = at; index < Math.min(bytes.length, at + LENGTH_BYTES_MAX); index++) {
    value = value * 128 + (bytes[index]! & 0x7f);
    if (bytes[index]! & 0x80) return { value, end: index + 1 };
  }
  return undefined;
}
