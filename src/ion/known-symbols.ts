import { SYSTEM_SYMBOLS, type SymbolTable } from './symbol-table';

/** Longest list of symbols that is remembered. */
const REMEMBERED_BYTES_MAX = 64 * 1024;
/** How many symbols of the list before may be missing in a row. */
const GAP_MAX = 4;

/**
 * The list of symbols that was read last, by its bytes. Documents that come one after another mostly declare the same symbols but for a few, so that
 * most symbols cost a comparison, and are the same strings as before, which lets others recognize them at a glance.
 */
class KnownSymbols {
  private bytes = Buffer.alloc(0);
  private length = 0;
  /** Where the text of each symbol starts and ends. */
  private starts: number[] = [];
  private ends: number[] = [];
  private table: SymbolTable = [];

  /** The table of exactly that list, which nobody may change. */
  tableOf(bytes: Buffer, start: number, end: number): SymbolTable | undefined {
    const isSame = end - start === this.length && this.length > 0 && this.bytes.compare(bytes, start, end, 0, this.length) === 0;
    return isSame ? this.table : undefined;
  }

  /** A table of a list. @param offsets where the text of each symbol starts and ends in `bytes`, by turns; @param textAt reads one */
  read(bytes: Buffer, start: number, end: number, offsets: readonly number[], textAt: (start: number, end: number) => string): SymbolTable {
    const table: SymbolTable = [undefined, ...SYSTEM_SYMBOLS];
    /** The first symbol of the list before that has not been passed, and how many of this one were not found since. */
    let anchor = 0;
    let unknown = 0;
    for (let index = 0; index < offsets.length; index += 2) {
      const from = offsets[index]!;
      const to = offsets[index + 1]!;
      const known = this.find(bytes, from, to, anchor, unknown);
      if (known === undefined) {
        table.push(textAt(from, to));
        unknown++;
      } else {
        table.push(this.table[known + SYSTEM_SYMBOLS.length + 1]!);
        anchor = known + 1;
        unknown = 0;
      }
    }
    if (end - start <= REMEMBERED_BYTES_MAX) this.remember(bytes, start, end, offsets, table);
    return table;
  }

  /** Most likely the next one; or, after some that were new, the one that stands as far behind; or one behind a gap. */
  private find(bytes: Buffer, from: number, to: number, anchor: number, unknown: number): number | undefined {
    if (this.isAt(anchor, bytes, from, to)) return anchor;
    if (unknown > 0 && this.isAt(anchor + unknown, bytes, from, to)) return anchor + unknown;
    for (let gap = 1; gap <= GAP_MAX; gap++) if (this.isAt(anchor + gap, bytes, from, to)) return anchor + gap;
    return undefined;
  }

  private isAt(index: number, bytes: Buffer, from: number, to: number): boolean {
    if (index >= this.starts.length) return false;
    const { bytes: own } = this;
    let at = this.starts[index]!;
    if (this.ends[index]! - at !== to - from) return false;
    for (let other = from; other < to; at++, other++) if (own[at] !== bytes[other]) return false;
    return true;
  }

  private remember(bytes: Buffer, start: number, end: number, offsets: readonly number[], table: SymbolTable): void {
    this.length = end - start;
    if (this.bytes.length < this.length) this.bytes = Buffer.alloc(2 * this.length);
    bytes.copy(this.bytes, 0, start, end);
    this.starts = [];
    this.ends = [];
    for (let index = 0; index < offsets.length; index += 2) {
      this.starts.push(offsets[index]! - start);
      this.ends.push(offsets[index + 1]! - start);
    }
    this.table = table;
  }
}

/** Reading never waits for anything, so that all of it can share this. */
export const knownSymbols = new KnownSymbols();
