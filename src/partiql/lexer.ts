import { limits } from './limits';
import { endOfNumber, isNumber, parseNumber } from './number-literal';
import { positionAt, type Position } from './position';
import { StatementError } from './statement-error';
import type { Token, TokenKind } from './tokens';
import { parseIon } from '../ion/text-reader';
import { type IonValue } from '../ion/value';

const startOfText = positionAt(1, 1);
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

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function put(token: Writable<Token>, kind: TokenKind, text: string): Token {
  token.kind = kind;
  token.text = text;
  return token;
}

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
   * @param place a token that nobody needs any more, to be overwritten
   * @throws StatementError for characters that are no token, and for one token too many
   */
  next(place: Token = { kind: 'end', text: '', keyword: '', start: 0, at: startOfText }): Token {
    const token: Writable<Token> = place;
    this.skipBlanksAndComments();
    const at = this.position();
    const character = this.text.charAt(this.offset);
    token.at = at;
    token.keyword = '';
    if (character === '') return put(token, 'end', '');
    this.countTokens(1, at);
    if (startsWord(character)) return this.word(token);
    if (isDigit(character) || (character === '.' && isDigit(this.text.charAt(this.offset + 1)))) return this.number(token);
    switch (character) {
      case '\'': return put(token, 'string', this.quoted(character, 'string', at));
      case '"': return this.quotedName(token);
      case '`':
        token.start = this.offset;
        this.skipIonLiteral(at);
        return put(token, 'ion', '');
    }
    const pair = mayBeWide.has(character) ? this.text.slice(this.offset, this.offset + 2) : '';
    const symbol = wideSymbols.has(pair) ? pair : character;
    if (symbol === character && !narrowSymbols.has(character)) {
      throw new StatementError('Lexer', `invalid character at '${String.fromCodePoint(this.text.codePointAt(this.offset)!)}'`, at);
    }
    this.offset += symbol.length;
    return put(token, 'symbol', symbol === '!=' ? '<>' : symbol);
  }

  /** @throws StatementError */
  countTokens(count: number, at: Position): void {
    this.tokenCount += count;
    if (this.tokenCount > limits.tokensMax) {
      throw new StatementError('Lexer', `statement has more than ${limits.tokensMax} names, literals and symbols; hand values over as parameters`, at);
    }
  }

  private position(): Position {
    return positionAt(this.line, this.offset - this.lineStart + 1);
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

  private word(token: Writable<Token>): Token {
    const start = this.offset;
    while (startsWord(this.text.charAt(this.offset)) || isDigit(this.text.charAt(this.offset))) this.offset += 1;
    const text = this.text.slice(start, this.offset);
    token.keyword = text.toUpperCase();
    return put(token, 'word', text);
  }

  private quotedName(token: Writable<Token>): Token {
    const name = this.quoted('"', 'name', token.at);
    if (name === '') throw new StatementError('Lexer', 'a quoted name must not be empty', token.at);
    return put(token, 'quotedName', name);
  }

  private number(token: Writable<Token>): Token {
    const start = this.offset;
    this.skipDigits();
    if (this.text.charAt(this.offset) === '.') {
      this.offset += 1;
      this.skipDigits();
    }
    if ('eE'.includes(this.text.charAt(this.offset) || ' ')) {
      this.offset += '+-'.includes(this.text.charAt(this.offset + 1) || ' ') ? 2 : 1;
      this.skipDigits();
    }
    // Its value is not made before the whole is known to be a statement.
    token.start = start;
    if (startsWord(this.text.charAt(this.offset)) || !isNumber(this.text, start, this.offset)) {
      const text = this.text.slice(start, Math.min(this.offset, start + 40));
      throw new StatementError('Lexer', `invalid number '${text}${this.text.charAt(this.offset)}'`, token.at);
    }
    return put(token, 'number', '');
  }

  /** The value of the number or Ion literal whose token starts there. @throws StatementError for invalid Ion */
  valueAt(start: number, at: Position): IonValue {
    if (this.text.charAt(start) !== '`') return parseNumber(this.numberText(start))!;
    return readIon(this.text.slice(start + 1, endOfIon(this.text, start + 1).end), at);
  }

  /** The number as it is written. */
  numberText(start: number): string {
    return this.text.slice(start, endOfNumber(this.text, start));
  }

  private skipDigits(): void {
    while (isDigit(this.text.charAt(this.offset))) this.offset += 1;
  }

  /** The content between two quotes of the same kind; a doubled quote stands for one. */
  private quoted(quote: string, what: string, at: Position): string {
    const start = this.offset + 1;
    let hasDoubled = false;
    for (let from = start; ;) {
      const end = this.text.indexOf(quote, from);
      if (end < 0) throw new StatementError('Lexer', `${what} is not closed; expected ${quote}`, at);
      if (this.text.charAt(end + 1) !== quote) {
        this.advanceTo(end + 1);
        const content = this.text.slice(start, end);
        return hasDoubled ? withoutDoubled(content, quote) : content;
      }
      hasDoubled = true;
      from = end + 2;
    }
  }

  private skipIonLiteral(at: Position): void {
    const start = this.offset + 1;
    const { end, values } = endOfIon(this.text, start);
    if (end === undefined) throw new StatementError('Lexer', 'Ion literal is not closed; expected `', at);
    // Its values count like those of any other literal.
    this.countTokens(Math.ceil(values), at);
    this.advanceTo(end + 1);
  }
}

function readIon(text: string, at: Position): IonValue {
  try {
    return parseIon(text);
  } catch (error) {
    throw new StatementError('Lexer', `invalid Ion literal: ${error instanceof Error ? error.message : String(error)}`, at);
  }
}

/** Each doubled quote made one. */
function withoutDoubled(content: string, quote: string): string {
  // Replacing goes by way of a string for each match.
  const units = new Uint16Array(content.length);
  const code = quote.charCodeAt(0);
  let length = 0;
  for (let index = 0; index < content.length; index += 1) {
    units[length] = content.charCodeAt(index);
    if (units[length] === code) index += 1;
    length += 1;
  }
  return Buffer.from(units.buffer, 0, length * units.BYTES_PER_ELEMENT).toString('utf16le');
}

/**
 * Where the backtick is that ends the Ion text; backticks in its strings, quoted symbols and comments are content. And how many commas
 * and gaps between its values there are up to there; structs, their fields and annotations count as values.
 */
function endOfIon(text: string, from: number): { readonly end?: number; readonly values: number } {
  let offset = from;
  let values = 0;
  while (offset < text.length) {
    const end = endOfOpaqueIon(text, offset);
    if (end !== undefined) {
      offset = end;
      continue;
    }
    const character = text[offset]!;
    if (character === '`') return { end: offset, values };
    values += weightInIon(text, offset);
    offset += 1;
  }
  return { values };
}

/** What a character outside texts adds to the number of values: one for what separates or opens something, more for what becomes large. */
function weightInIon(text: string, offset: number): number {
  const character = text[offset]!;
  const previous = text.charAt(offset - 1);
  switch (character) {
    case ',': return 1.5;
    // After the name of a field, and after an annotation.
    case ':': return previous === ':' ? 2.5 : 0.5;
    case '{':
    case '[':
    case '(': return 2;
    // A decimal or a typed null, and a timestamp.
    case '.': return isDigit(previous) ? 2 : 1;
    case 'T': return isDigit(previous) ? 12 : 0;
    default: return isBlank(character) && !noValueEndsWith.has(previous) ? 1.5 : 0;
  }
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
  const character = text.charAt(offset);
  if (character !== '\'' && character !== '"') return undefined;
  const quote = text.startsWith('\'\'\'', offset) ? '\'\'\'' : character;
  let end = offset + quote.length;
  while (end < text.length && !text.startsWith(quote, end)) end += text[end] === '\\' ? 2 : 1;
  return end + quote.length;
}
