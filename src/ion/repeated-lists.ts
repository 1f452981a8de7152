import type { SymbolTable } from './symbol-table';

interface RepeatedList {
  readonly bytes: Uint8Array;
  readonly table: SymbolTable;
}

const PLACES = 256;
/** Longer lists are rarely those of another document too. */
const LIST_BYTES_MAX = 8 * 1024;

/** Tables by the bytes of their list. A program writes and reads documents of a few shapes by turns; reading their symbols would be most of the work. */
const places: (RepeatedList | undefined)[] = new Array<RepeatedList | undefined>(PLACES).fill(undefined);

/** The table of exactly that list, which nobody may change. */
export function repeatedTable(bytes: Buffer, start: number, end: number): SymbolTable | undefined {
  const known = places[placeOf(bytes, start, end)];
  const isSame = known !== undefined && known.bytes.length === end - start && bytes.compare(known.bytes, 0, end - start, start, end) === 0;
  return isSame ? known.table : undefined;
}

/** Keeps a table for others, in the place of one that came before. */
export function keepTable(bytes: Buffer, start: number, end: number, table: SymbolTable): void {
  if (end - start <= LIST_BYTES_MAX) places[placeOf(bytes, start, end)] = { bytes: Uint8Array.from(bytes.subarray(start, end)), table };
}

/** Lists differ in their length, mostly, or in their last symbol. */
function placeOf(bytes: Buffer, start: number, end: number): number {
  const tail = end - start < 3 ? 0 : (bytes[end - 1]! * 31 + bytes[end - 2]!) * 31 + bytes[end - 3]!;
  return ((end - start) * 61 + tail) % PLACES;
}
