import { limits } from './limits';
import { StatementError } from './statement-error';
import type { Position } from './syntax-tree';
import { describeToken, reservedWords, type Token } from './tokens';

/** Where a parser stands in the tokens of one statement. */
export class TokenCursor {
  /** Tokens looked at and not yet stepped over. */
  private readonly ahead: Token[] = [];
  private depth = 0;
  private parameters = 0;

  constructor(private readonly scanner: { next(): Token }) {}

  get parameterCount(): number {
    return this.parameters;
  }

  get at(): Position {
    return this.peek().at;
  }

  peek(ahead = 0): Token {
    while (this.ahead.length <= ahead) this.ahead.push(this.scanner.next());
    return this.ahead[ahead]!;
  }

  next(): Token {
    const token = this.peek();
    this.ahead.shift();
    return token;
  }

  /** The index of a parameter just met. */
  takeParameter(): number {
    this.parameters += 1;
    return this.parameters - 1;
  }

  isKeyword(...keywords: readonly string[]): boolean {
    const token = this.peek();
    return token.kind === 'word' && keywords.includes(token.keyword);
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

  isSymbolOf(texts: ReadonlySet<string>): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && texts.has(token.text);
  }

  /** Steps over the keyword if it stands here. */
  acceptKeyword(keyword: string): boolean {
    const token = this.peek();
    const found = token.kind === 'word' && token.keyword === keyword;
    if (found) this.ahead.shift();
    return found;
  }

  acceptSymbol(text: string): boolean {
    const found = this.isSymbol(text);
    if (found) this.ahead.shift();
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
    return new StatementError('Parser', `expected ${expected}, found ${describeToken(token)}${hint}`, token.at);
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

  private takeName(what: string): string {
    const token = this.next();
    const name = token.kind === 'quotedName' ? token.name : token.kind === 'word' ? token.text : '';
    if (name.length > limits.nameCharactersMax) {
      throw new StatementError('Parser', `${what} has ${name.length} characters; at most ${limits.nameCharactersMax} are allowed`, token.at);
    }
    return name;
  }
}
