import { limits } from './limits';
import { parseNumber } from './number-literal';
import { StatementError } from './statement-error';
import type { Position } from './syntax-tree';
import type { Token } from './tokens';
import { parseIon } from '../ion/text-reader';
import { type IonValue } from '../ion/value';

const startOfText: Position = { line: 1, column: 1 };
const wideSymbols: ReadonlySet<string> = new Set(['<<', '>>', '<=', '>=', '<>', '!=', '||']);
/** No UTF-8 text has it, so neither could the journal keep it nor would its hash be that of the text. */
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
/** A blank after one of these separates no values. */
const noValueEndsWith: ReadonlySet<string> = new Set(', \t\r\n\f\v`[({:');
const mayBeWide: ReadonlySet<string> = new Set('<>!|');
const narrowSymbols: ReadonlySet<string> = new Set('()[]{},.:;?@*=<>+-/%');

const newline = '\n'.charCodeAt(0);

const isBlank = (character: string): boolean => ' \t\r\n\f\v'.includes(character);
const isDigit = (character: string): boolean => character >= '0' && character <= '9';
const startsWord = (character: string): boolean =>
  (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character === '_' || character === '$';

/** Reads a statement token by token, every character once. Tokens are made as they are asked for: what is refused early costs little. */
export class Scanner {
  private offset = 0;
  private line = 1;
  private lineStart = 0;
  private tokenCount = 0;

  /** @throws StatementError for a text that is too long */
  constructor(private readonly text: string) {
    if (text.length > limits.statementCharactersMax) {
      throw new StatementError('Lexer', `statement has ${text.length} characters; at most ${limits.statementCharactersMax} are allowed`, startOfText);
    }
    const lone = loneSurrogate.exec(text);
    if (lone !== null) {
      this.advanceTo(lone.index);
      throw new StatementError('Lexer', `U+${lone[0].charCodeAt(0).toString(16).toUpperCase()} is half of a character`, this.position());
    }
  }

  /**
   * The next token; at the end of the text, again and again, one of kind `end`.
   *
   * @throws StatementError for characters that are no token, and for one token too many
   */
  next(): Token {
    this.skipBlanksAndComments();
    const at = this.position();
    this.countTokens(1, at);
    const character = this.text.charAt(this.offset);
    if (character === '') return { kind: 'end', at };
    if (startsWord(character)) return this.word(at);
    if (isDigit(character) || (character === '.' && isDigit(this.text.charAt(this.offset + 1)))) return this.number(at);
    switch (character) {
      case '\'': return { kind: 'string', value: this.quoted(character, 'string', at), at };
      case '"': return this.quotedName(at);
      case '`': return { kind: 'ion', value: this.ionLiteral(at), at };
    }
    const pair = mayBeWide.has(character) ? this.text.slice(this.offset, this.offset + 2) : '';
    const symbol = wideSymbols.has(pair) ? pair : character;
    if (symbol === character && !narrowSymbols.has(character)) {
      throw new StatementError('Lexer', `invalid character at '${String.fromCodePoint(this.text.codePointAt(this.offset)!)}'`, at);
    }
    this.offset += symbol.length;
    return { kind: 'symbol', text: symbol === '!=' ? '<>' : symbol, at };
  }

  private countTokens(count: number, at: Position): void {
    this.tokenCount += count;
    if (this.tokenCount > limits.tokensMax) {
      throw new StatementError('Lexer', `statement has more than ${limits.tokensMax} names, literals and symbols; hand values over as parameters`, at);
    }
  }

  private position(): Position {
    return { line: this.line, column: this.offset - this.lineStart + 1 };
  }

  private skipBlanksAndComments(): void {
    for (;;) {
      const character = this.text.charAt(this.offset);
      if (character !== '' && isBlank(character)) {
        this.offset += 1;
        if (character === '\n') {
          this.line += 1;
          this.lineStart = this.offset;
        }
      } else if (this.text.startsWith('--', this.offset)) {
        const end = this.text.indexOf('\n', this.offset);
        this.advanceTo(end < 0 ? this.text.length : end);
      } else if (this.text.startsWith('/*', this.offset)) {
        const at = this.position();
        const end = this.text.indexOf('*/', this.offset + 2);
        if (end < 0) throw new StatementError('Lexer', 'comment is not closed; expected \'*/\'', at);
        this.advanceTo(end + 2);
      } else {
        return;
      }
    }
  }

  /** Moves forward and keeps count of the lines passed. */
  private advanceTo(offset: number): void {
    while (this.offset < offset) {
      if (this.text.charCodeAt(this.offset) === newline) {
        this.line += 1;
        this.lineStart = this.offset + 1;
      }
      this.offset += 1;
    }
  }

  private word(at: Position): Token {
    const start = this.offset;
    while (startsWord(this.text.charAt(this.offset)) || isDigit(this.text.charAt(this.offset))) this.offset += 1;
    const text = this.text.slice(start, this.offset);
    return { kind: 'word', text, keyword: text.toUpperCase(), at };
  }

  private quotedName(at: Position): Token {
    const name = this.quoted('"', 'name', at);
    if (name === '') throw new StatementError('Lexer', 'a quoted name must not be empty', at);
    return { kind: 'quotedName', name, at };
  }

  private number(at: Position): Token {
    const start = this.offset;
    const skipDigits = () => { while (isDigit(this.text.charAt(this.offset))) this.offset += 1; };
    skipDigits();
    if (this.text.charAt(this.offset) === '.') {
      this.offset += 1;
      skipDigits();
    }
    if ('eE'.includes(this.text.charAt(this.offset) || ' ')) {
      this.offset += '+-'.includes(this.text.charAt(this.offset + 1) || ' ') ? 2 : 1;
      skipDigits();
    }
    const text = this.text.slice(start, this.offset);
    const value = startsWord(this.text.charAt(this.offset)) ? undefined : parseNumber(text);
    if (value === undefined) throw new StatementError('Lexer', `invalid number '${text.slice(0, 40)}${this.text.charAt(this.offset)}'`, at);
    return { kind: 'number', value, text, at };
  }

  /** The content between two quotes of the same kind; a doubled quote stands for one. */
  private quoted(quote: string, what: string, at: Position): string {
    const pieces: string[] = [];
    let start = this.offset + 1;
    for (;;) {
      const end = this.text.indexOf(quote, start);
      if (end < 0) throw new StatementError('Lexer', `${what} is not closed; expected ${quote}`, at);
      if (this.text.charAt(end + 1) !== quote) {
        pieces.push(this.text.slice(start, end));
        this.advanceTo(end + 1);
        return pieces.join('');
      }
      pieces.push(this.text.slice(start, end + 1));
      start = end + 2;
    }
  }

  private ionLiteral(at: Position): IonValue {
    const start = this.offset + 1;
    const { end, separators } = endOfIon(this.text, start);
    if (end === undefined) throw new StatementError('Lexer', 'Ion literal is not closed; expected `', at);
    // Its values count like those of any other literal.
    this.countTokens(separators, at);
    const ionText = this.text.slice(start, end);
    this.advanceTo(end + 1);
    try {
      return parseIon(ionText);
    } catch (error) {
      throw new StatementError('Lexer', `invalid Ion literal: ${error instanceof Error ? error.message : String(error)}`, at);
    }
  }
}

/**
 * Where the backtick is that ends the Ion text; backticks in its strings, quoted symbols and comments are content. And how many commas
 * and gaps between its values there are up to there.
 */
function endOfIon(text: string, from: number): { readonly end?: number; readonly separators: number } {
  let offset = from;
  let separators = 0;
  while (offset < text.length) {
    const end = endOfOpaqueIon(text, offset);
    if (end !== undefined) {
      offset = end;
      continue;
    }
    const character = text[offset]!;
    if (character === '`') return { end: offset, separators };
    if (character === ',' || (isBlank(character) && !noValueEndsWith.has(text[offset - 1]!))) separators += 1;
    offset += 1;
  }
  return { separators };
}

/** The end of the string, quoted symbol or comment that starts here, if one does. */
function endOfOpaqueIon(text: string, offset: number): number | undefined {
  if (text.startsWith('//', offset)) {
    const end = text.indexOf('\n', offset);
    return end < 0 ? text.length : end;
  }
  if (text.startsWith('/*', offset)) {
    const end = text.indexOf('*/', offset + 2);
    return end < 0 ? text.length : end + 2;
  }
  const quote = ['\'\'\'', '\'', '"'].find((candidate) => text.startsWith(candidate, offset));
  if (quote === undefined) return undefined;
  let end = offset + quote.length;
  while (end < text.length && !text.startsWith(quote, end)) end += text[end] === '\\' ? 2 : 1;
  return end + quote.length;
}
