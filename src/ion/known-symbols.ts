import { SYSTEM_SYMBOLS, systemTable, type SymbolTable } from './symbol-table';

/** Longest list of symbols that is remembered. */
const REMEMBERED_BYTES_MAX = 64 * 1024;
/** How many symbols of the list before may be missing in a row. */
const GAP_MAX = 4;
/** Where in a table the declared symbols begin. */
const DECLARED_FROM = SYSTEM_SYMBOLS.length + 1;

/** A list of symbols that was read before, by its bytes. */
interface KnownList {
  readonly bytes: Buffer;
  /** Where the text of each symbol starts and ends; behind it, the next symbol begins. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly table: SymbolTable;
}

let known: KnownList = { bytes: Buffer.alloc(0), starts: [], ends: [], table: systemTable() };

/**
 * Reads a list of symbols next to the one that was read last. Documents that come one after another mostly declare the same symbols but for a few, so
 * that most symbols cost a comparison, and are the same strings as before, which lets others recognize them at a glance.
 */
export class SymbolListReading {
  private readonly before = known;
  private readonly table: SymbolTable;
  private readonly starts: number[];
  private readonly ends: number[];
  /** The first symbol of the list before that has not been passed, and how many of this one were not found since. */
  private anchor: number;
  private unknown = 0;
  private readonly isSame: boolean;
  /** Where the first symbol stands that is not in the table yet. */
  at: number;

  constructor(private readonly bytes: Buffer, private readonly start: number, private readonly end: number) {
    const { before } = this;
    const length = commonLength(before.bytes, bytes, start, end);
    const count = symbolsBefore(before, length);
    this.isSame = length === end - start && length === before.bytes.length;
    this.table = count === 0 ? systemTable() : before.table.slice(0, DECLARED_FROM + count);
    this.starts = before.starts.slice(0, count);
    this.ends = before.ends.slice(0, count);
    this.anchor = count;
    this.at = start + (count === 0 ? 0 : before.ends[count - 1]!);
  }

  /** Whether all that is left is as it was in the list before, and so has been read. */
  takeRest(): boolean {
    const { before, bytes, end, at } = this;
    const next = this.anchor + this.unknown;
    if (next > before.starts.length || at === end) return at === end;
    const from = next === 0 ? 0 : before.ends[next - 1]!;
    if (before.bytes.length - from !== end - at || before.bytes.compare(bytes, at, end, from) !== 0) return false;
    const shift = at - this.start - from;
    for (let index = next; index < before.starts.length; index++) {
      this.table.push(before.table[DECLARED_FROM + index]);
      this.starts.push(before.starts[index]! + shift);
      this.ends.push(before.ends[index]! + shift);
    }
    this.at = end;
    return true;
  }

  /** Takes the next symbol. @param textAt reads its text, if it has to be read */
  take(from: number, to: number, textAt: (from: number, to: number) => string): void {
    const index = this.find(from, to);
    if (index === undefined) {
      this.table.push(textAt(from, to));
      this.unknown++;
    } else {
      this.table.push(this.before.table[DECLARED_FROM + index]);
      this.anchor = index + 1;
      this.unknown = 0;
    }
    this.starts.push(from - this.start);
    this.ends.push(to - this.start);
    this.at = to;
  }

  /** The table of the whole list, which nobody may change: others may get the same. */
  finish(): SymbolTable {
    const { before, bytes, start, end, starts, ends } = this;
    if (this.isSame) return before.table;
    if (end - start <= REMEMBERED_BYTES_MAX) known = { bytes: Buffer.from(bytes.subarray(start, end)), starts, ends, table: this.table };
    return this.table;
  }

  /** Most likely the next one; or, after some that were new, the one that stands as far behind; or one behind a gap. */
  private find(from: number, to: number): number | undefined {
    const { anchor, unknown } = this;
    if (this.isAt(anchor, from, to)) return anchor;
    if (unknown > 0 && this.isAt(anchor + unknown, from, to)) return anchor + unknown;
    for (let gap = 1; gap <= GAP_MAX; gap++) if (this.isAt(anchor + gap, from, to)) return anchor + gap;
    return undefined;
  }

  private isAt(index: number, from: number, to: number): boolean {
    const { before, bytes } = this;
    if (index >= before.starts.length) return false;
    let at = before.starts[index]!;
    if (before.ends[index]! - at !== to - from) return false;
    for (let other = from; other < to; at++, other++) if (before.bytes[at] !== bytes[other]) return false;
    return true;
  }
}

/** How many bytes both begin with. */
function commonLength(one: Buffer, other: Buffer, start: number, end: number): number {
  const most = Math.min(one.length, end - start);
  let length = 0;
  while (length < most && one[length] === other[start + length]) length++;
  return length;
}

/** How many symbols of a list end before some byte of it. */
function symbolsBefore({ ends }: KnownList, offset: number): number {
  let least = 0;
  let most = ends.length;
  while (least < most) {
    const middle = (least + most + 1) >> 1;
    if (ends[middle - 1]! <= offset) least = middle;
    else most = middle - 1;
  }
  return least;
}
