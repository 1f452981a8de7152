import { ByteSink } from './byte-sink';
import { appendDescriptor, descriptorLength, fillDescriptor } from './descriptor';
import { SYSTEM_SYMBOLS } from './symbol-table';
import { ANNOTATED, TYPE_CODE } from './type-code';

/** A symbol that documents declare again and again. */
export class KnownSymbol {
  /** The document that declared it last, and its id there. */
  documentNumber = 0;
  id = 0;
  /** The symbol that was written after it last. */
  next?: KnownSymbol;
  /** As a field's name: how many bytes the descriptor of its value took last. */
  valueRoom = 1;

  /** `declaration` is its text as a symbol table lists it. */
  constructor(readonly text: string, readonly declaration: Uint8Array, readonly systemId: number, readonly isKept: boolean) {}
}

/** Symbols in number and length that are remembered from document to document. */
const KNOWN_SYMBOLS_MAX = 4096;
const KNOWN_LENGTH_MAX = 256;
/** Ids in other tables beyond this are looked up by their text each time. */
const FOREIGN_IDS_MAX = 4096;

/** Most bytes of a declaration in front of the symbols. */
const DECLARATION_HEAD_MAX = 64;

/** Writing never waits for anything, so that all of it can share what is known of symbols. */
const knownSymbols = new Map<string, KnownSymbol>();
/** What comes before the first symbol of a document. */
let beginning = new KnownSymbol('', new Uint8Array(0), 0, false);
let documentCount = 0;

/** The symbols that a binary document declares: each gets the next id when it is first written. */
export class SymbolIds {
  private readonly documentNumber: number;
  private readonly declared: KnownSymbol[] = [];
  private declaredBytes = 0;
  private last: KnownSymbol;
  /** Of the symbols that are not known by this document's number: rare ones, and all once another document was begun. */
  private readonly ownIds = new Map<string, number>();
  private wasInterrupted = false;
  /** By the id that a symbol has elsewhere: the text that it had there last, and its id here. */
  private readonly foreignTexts: (string | undefined)[] = [];
  private readonly foreignIds: number[] = [];

  constructor() {
    if (knownSymbols.size >= KNOWN_SYMBOLS_MAX) forgetSymbols();
    this.documentNumber = ++documentCount;
    this.last = beginning;
  }

  /** @throws InvalidIon for a text that UTF-8 cannot carry */
  idOf(text: string): number {
    return this.idOfKnown(this.symbolOf(text));
  }

  /** What is known of a symbol that is about to be written. @throws InvalidIon for a text that UTF-8 cannot carry */
  symbolOf(text: string): KnownSymbol {
    // Documents mostly write the same symbols in the same order.
    let symbol = this.last.next;
    if (symbol === undefined || symbol.text !== text) {
      symbol = knownSymbols.get(text) ?? learned(text);
      this.last.next = symbol;
    }
    this.last = symbol;
    return symbol;
  }

  idOfKnown(symbol: KnownSymbol): number {
    return symbol.documentNumber === this.documentNumber ? symbol.id : this.declare(symbol);
  }

  /** The same for a symbol that stands in another table, which is often the same as the one before. */
  idOfSymbol(foreignId: number, text: string): number {
    if (this.foreignTexts[foreignId] === text) return this.foreignIds[foreignId]!;
    const id = this.idOf(text);
    if (foreignId < FOREIGN_IDS_MAX) {
      for (let missing = this.foreignTexts.length; missing < foreignId; missing++) {
        this.foreignTexts.push(undefined);
        this.foreignIds.push(0);
      }
      this.foreignTexts[foreignId] = text;
      this.foreignIds[foreignId] = id;
    }
    return id;
  }

  /** Appends the declaration of all these symbols, if there are any. */
  appendDeclaration(sink: ByteSink): void {
    if (this.declared.length === 0) return;
    sink.reserve(this.declaredBytes + DECLARATION_HEAD_MAX);
    const listLength = descriptorLength(this.declaredBytes) + this.declaredBytes;
    appendDescriptor(sink, ANNOTATED, 2 + descriptorLength(listLength + 1) + listLength + 1);
    // One annotation: $ion_symbol_table.
    sink.byte(0x81);
    sink.byte(0x83);
    appendDescriptor(sink, TYPE_CODE.struct, listLength + 1);
    // The field symbols.
    sink.byte(0x87);
    appendDescriptor(sink, TYPE_CODE.list, this.declaredBytes);
    for (const { declaration } of this.declared) sink.piece(declaration);
  }

  private declare(symbol: KnownSymbol): number {
    if (symbol.systemId > 0) return symbol.systemId;
    const { text } = symbol;
    if (!this.wasInterrupted && documentCount !== this.documentNumber) {
      // The document that was begun meanwhile may have taken symbols over that this one has declared.
      this.wasInterrupted = true;
      this.declared.forEach(({ text: own }, index) => this.ownIds.set(own, SYSTEM_SYMBOLS.length + 1 + index));
    }
    const own = this.ownIds.get(text);
    if (own !== undefined) return own;
    const id = SYSTEM_SYMBOLS.length + 1 + this.declared.length;
    this.declared.push(symbol);
    this.declaredBytes += symbol.declaration.length;
    if (this.wasInterrupted || !symbol.isKept) {
      this.ownIds.set(text, id);
    } else {
      symbol.documentNumber = this.documentNumber;
      symbol.id = id;
    }
    return id;
  }
}

function learned(text: string): KnownSymbol {
  const sink = new ByteSink(text.length + 8);
  sink.byte(0);
  sink.utf8(text);
  fillDescriptor(sink, 0, 1, TYPE_CODE.string);
  const isKept = text.length <= KNOWN_LENGTH_MAX && knownSymbols.size < KNOWN_SYMBOLS_MAX;
  const symbol = new KnownSymbol(text, sink.copy(), SYSTEM_SYMBOLS.indexOf(text) + 1, isKept);
  if (isKept) knownSymbols.set(text, symbol);
  return symbol;
}

function forgetSymbols(): void {
  knownSymbols.clear();
  // Symbols know the ones after them, which would keep all of them for ever.
  beginning = new KnownSymbol('', new Uint8Array(0), 0, false);
}
