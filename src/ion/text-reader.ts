import { InvalidIon } from './invalid-ion';
import { MAXIMUM_DEPTH } from './limits';
import { declaredSymbols, isLocalSymbolTable, SymbolTable, systemTable } from './symbol-table';
import { parseNumericWord } from './text-number';
import { TextScanner } from './text-scanner';
import { TYPE_CODE } from './type-code';
import type { IonField, IonKind, IonSymbol, IonValue } from './value';

const KEYWORDS: ReadonlySet<string> = new Set(['null', 'true', 'false', 'nan']);
const SYMBOL_ID = /^\$\d+$/;
const VERSION_MARKER = /^\$ion_\d+_\d+$/;
const OPERATOR = /[!#%&*+\-./;<=>?@^`|~]/;
const BASE64 = /^[A-Za-z\d+/]*={0,2}$/;

/**
 * The one value of an Ion text.
 * @throws InvalidIon for malformed text, and for none or more than one value.
 */
export function parseIon(text: string): IonValue {
  const values = parseIonStream(text);
  const first = values.next();
  if (first.done === true) throw new InvalidIon('The text holds no value; send exactly one');
  if (values.next().done !== true) throw new InvalidIon('The text holds more than one value; send exactly one');
  return first.value;
}

/**
 * The top-level values of an Ion text, one by one; symbol tables and version markers are consumed on the way.
 * @throws InvalidIon, while iterating, with line and column.
 */
export function* parseIonStream(text: string): Generator<IonValue, void, undefined> {
  const reader = new TextReader(text);
  while (true) {
    const value = reader.next();
    if (value === undefined) return;
    yield value;
  }
}

class TextReader {
  private readonly scanner: TextScanner;
  private symbols: SymbolTable = systemTable();
  /** Whether the word read last was quoted: only unquoted ones can be version markers or keywords. */
  private quoted = false;

  constructor(text: string) {
    this.scanner = new TextScanner(text);
  }

  /** The next top-level value that is data. */
  next(): IonValue | undefined {
    const { scanner } = this;
    while (true) {
      scanner.skipBlanksAndComments();
      if (scanner.done) return undefined;
      const start = scanner.at;
      const value = this.value(0, false);
      if (value.kind === 'symbol' && value.annotations === undefined && VERSION_MARKER.test(scanner.text.slice(start, scanner.at))) {
        if (value.value !== '$ion_1_0') scanner.fail('Only Ion version 1.0 ($ion_1_0) is supported', start);
        this.symbols = systemTable();
      } else if (isLocalSymbolTable(value)) {
        try {
          this.symbols = declaredSymbols(value, this.symbols);
        } catch (error) {
          scanner.fail((error as Error).message, start);
        }
      } else {
        return value;
      }
    }
  }

  private value(depth: number, inSexp: boolean): IonValue {
    const { scanner } = this;
    let annotations: string[] | undefined;
    while (true) {
      const start = scanner.at;
      const word = this.word();
      if (word === undefined) return annotated(this.bare(depth, inSexp), annotations);
      const afterWord = scanner.at;
      scanner.skipBlanksAndComments();
      if (!scanner.accept('::')) {
        scanner.at = afterWord;
        return annotated(this.wordValue(word, start), annotations);
      }
      if (!this.quoted && KEYWORDS.has(word)) scanner.fail(`The keyword ${word} must be quoted to be an annotation`, start);
      const annotation = this.symbolText(word, start);
      if (annotations) annotations.push(annotation);
      else annotations = [annotation];
      scanner.skipBlanksAndComments();
    }
  }

  /** An identifier, a symbol id or a quoted symbol; `undefined`, with nothing consumed, for anything else. */
  private word(): string | undefined {
    const { scanner } = this;
    if (scanner.looksAt("'") && !scanner.looksAt("'''")) {
      scanner.at++;
      this.quoted = true;
      return scanner.quoted("'", 'text');
    }
    this.quoted = false;
    return scanner.identifier();
  }

  private wordValue(word: string, start: number): IonValue {
    if (!this.quoted) {
      if (word === 'null') return { kind: 'null', nullOf: this.nullType() };
      if (word === 'true' || word === 'false') return { kind: 'bool', value: word === 'true' };
      if (word === 'nan') return { kind: 'float', value: NaN };
    }
    return { kind: 'symbol', value: this.symbolText(word, start) };
  }

  private nullType(): IonKind {
    const { scanner } = this;
    if (!scanner.looksAt('.')) return 'null';
    const start = scanner.at;
    scanner.at++;
    const type = scanner.identifier();
    if (type === undefined || !Object.hasOwn(TYPE_CODE, type)) scanner.fail('null. must be followed by the name of a type', start);
    return type as IonKind;
  }

  private symbolText(word: string, start: number): string {
    if (this.quoted || !SYMBOL_ID.test(word)) return word;
    return this.symbols[Number(word.slice(1))] ?? this.scanner.fail(`Symbol id ${word} has no known text`, start);
  }

  /** A value that does not start with a word. */
  private bare(depth: number, inSexp: boolean): IonValue {
    const { scanner } = this;
    const start = scanner.at;
    if (scanner.accept('{{')) return this.lob(start);
    if (scanner.accept('{')) return { kind: 'struct', fields: this.fields(depth, start) };
    if (scanner.accept('[')) return { kind: 'list', items: this.listItems(depth, start) };
    if (scanner.accept('(')) return { kind: 'sexp', items: this.sexpItems(depth, start) };
    if (scanner.accept('"')) return { kind: 'string', value: scanner.quoted('"', 'text') };
    if (scanner.accept("'''")) return { kind: 'string', value: scanner.longQuoted('text') };
    if (scanner.looksAtNumber()) return this.numeric();
    const infinity = this.infinity();
    if (infinity !== undefined) return infinity;
    if (inSexp) {
      const operator = this.operator();
      if (operator !== undefined) return operator;
    }
    if (scanner.done) scanner.fail('The text ends where a value is expected');
    return scanner.fail(`A value cannot start with ${JSON.stringify(String.fromCodePoint(scanner.text.codePointAt(start)!))}`);
  }

  private numeric(): IonValue {
    const { scanner } = this;
    const start = scanner.at;
    const value = parseNumericWord(scanner.numericWord());
    return typeof value === 'string' ? scanner.fail(value, start) : value;
  }

  private infinity(): IonValue | undefined {
    const { scanner } = this;
    if (!scanner.looksAt('+inf') && !scanner.looksAt('-inf')) return undefined;
    const start = scanner.at;
    const word = scanner.numericWord();
    if (word === '+inf') return { kind: 'float', value: Infinity };
    if (word === '-inf') return { kind: 'float', value: -Infinity };
    scanner.at = start;
    return undefined;
  }

  private operator(): IonSymbol | undefined {
    const { scanner } = this;
    const start = scanner.at;
    while (OPERATOR.test(scanner.text.charAt(scanner.at)) && !scanner.looksAt('//') && !scanner.looksAt('/*')) scanner.at++;
    return scanner.at === start ? undefined : { kind: 'symbol', value: scanner.text.slice(start, scanner.at) };
  }

  private listItems(depth: number, start: number): IonValue[] {
    const { scanner } = this;
    this.checkDepth(depth, start);
    let items: IonValue[] = [];
    while (true) {
      scanner.skipBlanksAndComments();
      if (scanner.accept(']')) return items;
      const item = this.value(depth + 1, false);
      // An array that grows by one has room for many.
      if (items.length === 0) items = [item];
      else items.push(item);
      scanner.skipBlanksAndComments();
      if (!scanner.accept(',') && !scanner.looksAt(']')) scanner.fail('A list needs , or ] after a value');
    }
  }

  private sexpItems(depth: number, start: number): IonValue[] {
    const { scanner } = this;
    this.checkDepth(depth, start);
    const items: IonValue[] = [];
    while (true) {
      scanner.skipBlanksAndComments();
      if (scanner.accept(')')) return items;
      items.push(this.value(depth + 1, true));
    }
  }

  private fields(depth: number, start: number): IonField[] {
    const { scanner } = this;
    this.checkDepth(depth, start);
    let fields: IonField[] = [];
    while (true) {
      scanner.skipBlanksAndComments();
      if (scanner.accept('}')) return fields;
      const name = this.fieldName();
      scanner.skipBlanksAndComments();
      if (scanner.looksAt('::') || !scanner.accept(':')) scanner.fail('A field name needs : after it');
      scanner.skipBlanksAndComments();
      const field: IonField = [name, this.value(depth + 1, false)];
      if (fields.length === 0) fields = [field];
      else fields.push(field);
      scanner.skipBlanksAndComments();
      if (!scanner.accept(',') && !scanner.looksAt('}')) scanner.fail('A struct needs , or } after a value');
    }
  }

  private fieldName(): string {
    const { scanner } = this;
    const start = scanner.at;
    if (scanner.accept('"')) return scanner.quoted('"', 'text');
    if (scanner.accept("'''")) return scanner.longQuoted('text');
    const word = this.word();
    if (word === undefined) return scanner.fail('A struct needs a field name or } here');
    if (!this.quoted && KEYWORDS.has(word)) scanner.fail(`The keyword ${word} must be quoted to be a field name`, start);
    return this.symbolText(word, start);
  }

  private lob(start: number): IonValue {
    const { scanner } = this;
    scanner.skipBlanks();
    let value: IonValue;
    if (scanner.accept('"')) {
      value = { kind: 'clob', value: latin1Bytes(scanner.quoted('"', 'clob')) };
      scanner.skipBlanks();
    } else if (scanner.accept("'''")) {
      value = { kind: 'clob', value: latin1Bytes(scanner.longQuoted('clob')) };
      scanner.skipBlanks();
    } else {
      const end = scanner.text.indexOf('}', scanner.at);
      const base64 = scanner.text.slice(scanner.at, end < 0 ? scanner.text.length : end).replace(/[\t-\r ]+/g, '');
      if (base64.length % 4 !== 0 || !BASE64.test(base64)) scanner.fail('A blob must be padded base64', start);
      value = { kind: 'blob', value: new Uint8Array(Buffer.from(base64, 'base64')) };
      scanner.at = end < 0 ? scanner.text.length : end;
    }
    if (!scanner.accept('}}')) scanner.fail('A blob or clob needs }} here', start);
    return value;
  }

  private checkDepth(depth: number, start: number): void {
    if (depth >= MAXIMUM_DEPTH) this.scanner.fail(`Containers are nested deeper than ${MAXIMUM_DEPTH}`, start);
  }
}

function annotated(value: IonValue, annotations: readonly string[] | undefined): IonValue {
  return annotations === undefined ? value : { ...value, annotations };
}

function latin1Bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
