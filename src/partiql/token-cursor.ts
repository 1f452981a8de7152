import type { Scanner } from './lexer';
import { limits } from './limits';
import type { Position } from './position';
import { StatementError } from './statement-error';
import type { Literal } from './syntax-tree';
import { describeToken, reservedWords, type Token } from './tokens';
import type { IonValue } from '../ion/value';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Far more than any rule looks ahead or back. */
const TOKENS_KEPT = 16;

/** Where a parser stands in the tokens of one statement. */
export class TokenCursor {
  /** Tokens looked at and not yet stepped over, and before them the last ones stepped over; their places are used again, or a long statement would take many. */
  private readonly ring: (Token | undefined)[] = Array.from({ length: TOKENS_KEPT }, () => undefined);
  private first = 0;
  private count = 0;
  private readonly ionLiterals: Literal[] = [];
  private depth = 0;
  private parameters = 0;

  constructor(private readonly scanner: Scanner) {}

  get parameterCount(): number {
    return this.parameters;
  }

  get at(): Position {
    return this.peek().at;
  }

  /** The token holds until a few more were asked for. */
  peek(ahead = 0): Token {
    while (this.count <= ahead) {
      const index = (this.first + this.count) % TOKENS_KEPT;
      this.ring[index] = this.scanner.next(this.ring[index]);
      this.count += 1;
    }
    return this.ring[(this.first + ahead) % TOKENS_KEPT]!;
  }

  next(): Token {
    const token = this.peek();
    this.step();
    return token;
  }

  /**
   * The number or Ion literal that stands here. Until the whole is known to be a statement, which most texts of very many literals are not, its
   * value is the place where it starts.
   */
  takeLiteral(): Literal {
    const { kind, start, at } = this.next();
    const literal: Literal = { kind: 'literal', value: start as unknown as IonValue, at };
    if (kind === 'ion') this.ionLiterals.push(literal);
    return literal;
  }

  /** Gives the Ion literals their values. @throws StatementError for the first that is not valid */
  readIonLiterals(): void {
    for (const literal of this.ionLiterals) this.readLiteral(literal);
  }

  /** Gives a literal its value. @throws StatementError */
  readLiteral(literal: Writable<Literal>): void {
    if (typeof literal.value === 'number') literal.value = this.scanner.valueAt(literal.value, literal.at);
  }

  /** What the parser keeps of a nested query counts as tokens, too. @throws StatementError */
  countNestedQuery(): void {
    this.scanner.countTokens(limits.tokensPerNestedQuery, this.at);
  }

  /** The index of a parameter just met. */
  takeParameter(): number {
    this.parameters += 1;
    return this.parameters - 1;
  }

  isKeyword(keyword: string): boolean {
    const token = this.peek();
    return token.kind === 'word' && token.keyword === keyword;
  }

  /** Whether these keywords stand here one after the other. */
  isKeywordSequence(...keywords: readonly string[]): boolean {
    return keywords.every((keyword, ahead) => {
      const token = this.peek(ahead);
      return token.kind === 'word' && token.keyword === keyword;
    });
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === text;
  }

  isSymbolOf(texts: ReadonlySet<string>, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && texts.has(token.text);
  }

  /** Steps over the keyword if it stands here. */
  acceptKeyword(keyword: string): boolean {
    const found = this.isKeyword(keyword);
    if (found) this.step();
    return found;
  }

  acceptSymbol(text: string): boolean {
    const found = this.isSymbol(text);
    if (found) this.step();
    return found;
  }

  expectKeyword(keyword: string): void {
    if (!this.acceptKeyword(keyword)) throw this.unexpected(`keyword ${keyword}`);
  }

  expectSymbol(text: string): void {
    if (!this.acceptSymbol(text)) throw this.unexpected(`'${text}'`);
  }

  /** Whether a name stands here: a word that is not reserved, or anything in double quotes. */
  isName(): boolean {
    const token = this.peek();
    return token.kind === 'quotedName' || (token.kind === 'word' && !reservedWords.has(token.keyword));
  }

  expectName(what: string): string {
    const token = this.peek();
    if (!this.isName()) {
      const hint = token.kind === 'word' ? `; write "${token.text}" in double quotes to use the reserved word as a name` : '';
      throw this.unexpected(what, hint);
    }
    return this.takeName(what);
  }

  /** A name after a dot, where a reserved word can be nothing else: `metadata.txId`. */
  expectFieldName(): string {
    const { kind } = this.peek();
    if (kind !== 'word' && kind !== 'quotedName') throw this.unexpected('a field name');
    return this.takeName('a field name');
  }

  /** The error for a token that should be something else. */
  unexpected(expected: string, hint = ''): StatementError {
    const token = this.peek();
    const numberText = token.kind === 'number' ? this.scanner.numberText(token.start) : '';
    return new StatementError('Parser', `expected ${expected}, found ${describeToken(token, numberText)}${hint}`, token.at);
  }

  /** Runs one level of a recursive rule, up to the limit of nesting. */
  nested<Result>(rule: (cursor: TokenCursor) => Result): Result {
    if (this.depth >= limits.nestingDepthMax) {
      throw new StatementError('Parser', `expression is nested deeper than ${limits.nestingDepthMax} levels`, this.at);
    }
    this.depth += 1;
    const result = rule(this);
    this.depth -= 1;
    return result;
  }

  private step(): void {
    this.first = (this.first + 1) % TOKENS_KEPT;
    this.count -= 1;
  }

  private takeName(what: string): string {
    const token = this.next();
    const name = token.text;
    if (name.length > limits.nameCharactersMax) {
      throw new StatementError('Parser', `${what} has ${name.length} characters; at most ${limits.nameCharactersMax} are allowed`, token.at);
    }
    return name;
  }
}
