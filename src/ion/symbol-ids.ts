import { SYSTEM_SYMBOLS } from './symbol-table';

const SYSTEM_IDS: ReadonlyMap<string, number> = new Map(SYSTEM_SYMBOLS.map((text, index) => [text, index + 1]));

/** Ids beyond this are looked up by their text each time. */
const REMEMBERED_MAX = 4096;

/** The symbols that a binary document declares: each gets the next id when it is first written. */
export class SymbolIds {
  private readonly ids = new Map<string, number>();
  /** By the id that a symbol has elsewhere: the text that it had there last, and its id here. */
  private readonly lastTexts: (string | undefined)[] = [];
  private readonly lastIds: number[] = [];

  get declared(): string[] {
    return [...this.ids.keys()];
  }

  idOf(text: string): number {
    const known = this.ids.get(text) ?? SYSTEM_IDS.get(text);
    if (known !== undefined) return known;
    const id = SYSTEM_SYMBOLS.length + this.ids.size + 1;
    this.ids.set(text, id);
    return id;
  }

  /** The same for a symbol that stands in another table, which is often the same as the one before. */
  idOfSymbol(foreignId: number, text: string): number {
    if (this.lastTexts[foreignId] === text) return this.lastIds[foreignId]!;
    const id = this.idOf(text);
    if (foreignId < REMEMBERED_MAX) {
      for (let missing = this.lastTexts.length; missing < foreignId; missing++) {
        this.lastTexts.push(undefined);
        this.lastIds.push(0);
      }
      this.lastTexts[foreignId] = text;
      this.lastIds[foreignId] = id;
    }
    return id;
  }
}
