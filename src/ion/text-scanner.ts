import { InvalidIon } from './invalid-ion';

const LONE_SURROGATE = /\p{Surrogate}/u;
const HEX_DIGITS = /^[0-9A-Fa-f]+$/;
const IDENTIFIER = /[A-Za-z_$][\w$]*/y;
const NUMERIC_STOP = /[{}[\](),"'\s]|\/[/*]|$/g;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0', 'a': '\x07', 'b': '\b', 't': '\t', 'n': '\n', 'f': '\f', 'r': '\r', 'v': '\v', '"': '"', "'": "'", '?': '?', '\\': '\\', '/': '/',
};
const ESCAPE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** What a run of quoted characters is part of: it decides which escapes and characters are allowed. */
export type QuotedKind = 'text' | 'clob';

/** The characters of Ion text and a position in them: blanks, comments, words and quoted runs, but no values. */
export class TextScanner {
  at = 0;

  constructor(readonly text: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** Whether `expected` comes next. */
  looksAt(expected: string): boolean {
    return this.text.startsWith(expected, this.at);
  }

  /** Consumes `expected` if it comes next. */
  accept(expected: string): boolean {
    if (!this.looksAt(expected)) return false;
    this.at += expected.length;
    return true;
  }

  skipBlanksAndComments(): void {
    while (!this.done) {
      this.skipBlanks();
      if (this.looksAt('//')) {
        const end = this.text.slice(this.at).search(/[\r\n]/);
        this.at = end < 0 ? this.text.length : this.at + end;
      } else if (this.looksAt('/*')) {
        const end = this.text.indexOf('*/', this.at + 2);
        if (end < 0) this.fail('A comment is not closed with */');
        this.at = end + 2;
      } else {
        return;
      }
    }
  }

  skipBlanks(): void {
    while (isBlank(this.text.charCodeAt(this.at))) this.at++;
  }

  /** An unquoted symbol or keyword, or `undefined`. */
  identifier(): string | undefined {
    const start = this.at;
    IDENTIFIER.lastIndex = start;
    // The result of exec would take more memory than the word.
    if (!IDENTIFIER.test(this.text)) return undefined;
    this.at = IDENTIFIER.lastIndex;
    return this.text.slice(start, this.at);
  }

  /** Everything up to a character that ends a number. */
  numericWord(): string {
    const start = this.at;
    // Most numbers end with their digits.
    while (isDigit(this.text.charCodeAt(this.at))) this.at++;
    if (!this.endsNumber()) {
      NUMERIC_STOP.lastIndex = this.at;
      this.at = NUMERIC_STOP.exec(this.text)!.index;
    }
    return this.text.slice(start, this.at);
  }

  /** Whether a digit comes next, or one after a minus. */
  looksAtNumber(): boolean {
    const code = this.text.charCodeAt(this.at);
    return isDigit(code) || (code === 0x2d && isDigit(this.text.charCodeAt(this.at + 1)));
  }

  private endsNumber(): boolean {
    const character = this.text.charAt(this.at);
    return character === ',' || character === ']' || character === '}' || character === ')' || character === '';
  }

  /** The characters up to the closing quote; the opening one is consumed already. */
  quoted(quote: '"' | "'", kind: QuotedKind): string {
    return this.wellFormed(this.run(quote, kind, false), kind);
  }

  /** One or more `'''` runs with blanks (and comments, outside clobs) between; the first opening is consumed already. */
  longQuoted(kind: QuotedKind): string {
    let result = this.run("'''", kind, true);
    while (true) {
      const end = this.at;
      if (kind === 'clob') this.skipBlanks();
      else this.skipBlanksAndComments();
      if (!this.accept("'''")) {
        this.at = end;
        return this.wellFormed(result, kind);
      }
      result += this.run("'''", kind, true);
    }
  }

  /** @throws InvalidIon, always, for the place `at`. */
  fail(problem: string, at: number = this.at): never {
    let line = 1;
    let lineStart = 0;
    for (let place = 0; place < at; place++) {
      const code = this.text.charCodeAt(place);
      const endsLine = code === 0x0a || (code === 0x0d && (place + 1 >= at || this.text.charCodeAt(place + 1) !== 0x0a));
      if (!endsLine) continue;
      line++;
      lineStart = place + 1;
    }
    throw new InvalidIon(problem, { line, column: at - lineStart + 1 });
  }

  private run(closing: string, kind: QuotedKind, long: boolean): string {
    const { text } = this;
    const opening = this.at;
    const closingCode = closing.charCodeAt(0);
    let result = '';
    let plainFrom = this.at;
    while (true) {
      if (this.at >= text.length) this.fail(`A quotation is not closed with ${closing}`, opening - closing.length);
      const code = text.charCodeAt(this.at);
      if (code === closingCode && (!long || text.startsWith(closing, this.at))) {
        result += text.slice(plainFrom, this.at);
        this.at += closing.length;
        return result;
      }
      if (code === 0x5c) {
        result += text.slice(plainFrom, this.at) + this.escape(kind);
        plainFrom = this.at;
      } else if (code === 0x0d && long) {
        // Line ends inside long strings count as one newline however they were written.
        result += `${text.slice(plainFrom, this.at)}\n`;
        this.at += text.charCodeAt(this.at + 1) === 0x0a ? 2 : 1;
        plainFrom = this.at;
      } else {
        if (code < 0x20) this.checkControl(code, long);
        if (code > 0x7f && kind === 'clob') this.fail('A clob may hold ASCII characters only; escape other bytes as \\xHH');
        this.at++;
      }
    }
  }

  private checkControl(code: number, long: boolean): void {
    const allowed = code === 0x09 || code === 0x0b || code === 0x0c || (code === 0x0a && long);
    if (allowed) return;
    const isLineEnd = code === 0x0a || code === 0x0d;
    this.fail(isLineEnd ? 'A quotation may not span lines; use \'\'\' or \\n' : 'A control character must be escaped');
  }

  private escape(kind: QuotedKind): string {
    const start = this.at;
    const letter = this.text.charAt(start + 1);
    this.at += 2;
    if (letter === '\n') return '';
    if (letter === '\r') {
      if (this.text.charAt(this.at) === '\n') this.at++;
      return '';
    }
    const simple = Object.hasOwn(SIMPLE_ESCAPES, letter) ? SIMPLE_ESCAPES[letter] : undefined;
    if (simple !== undefined) return simple;
    const length = Object.hasOwn(ESCAPE_LENGTHS, letter) ? ESCAPE_LENGTHS[letter]! : 0;
    if (length === 0 || (kind === 'clob' && letter !== 'x')) this.fail(`\\${letter} is no escape here`, start);
    const digits = this.text.slice(this.at, this.at + length);
    if (digits.length < length || !HEX_DIGITS.test(digits)) this.fail(`\\${letter} needs ${length} hexadecimal digits`, start);
    const codePoint = Number.parseInt(digits, 16);
    if (codePoint > 0x10ffff) this.fail('There is no such Unicode character', start);
    this.at += length;
    return String.fromCodePoint(codePoint);
  }

  private wellFormed(result: string, kind: QuotedKind): string {
    if (kind === 'text' && LONE_SURROGATE.test(result)) this.fail('Text may not hold half a surrogate pair');
    return result;
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Whether a character code is one of the blanks of Ion text; `NaN`, the end of the text, is not. */
function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
