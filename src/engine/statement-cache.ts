import { parseStatement, type Statement } from '../partiql';

/** Texts kept, in characters: applications send the same few statements over and over. */
const CHARACTERS_MAX = 1_000_000;
/** What a program makes up anew each time is not worth the place. */
const TEXT_CHARACTERS_MAX = 10_000;

/** Parsed statements by their text, the least recently used ones forgotten first. */
export class StatementCache {
  private readonly statements = new Map<string, Statement>();
  private characters = 0;

  constructor(private readonly charactersMax = CHARACTERS_MAX) {}

  /** @throws StatementError for a text that is no statement */
  parse(text: string): Statement {
    const known = this.statements.get(text);
    if (known) {
      // A Map keeps the order of insertion: the oldest come first.
      this.statements.delete(text);
      this.statements.set(text, known);
      return known;
    }
    const statement = parseStatement(text);
    if (text.length > TEXT_CHARACTERS_MAX) return statement;
    this.statements.set(text, statement);
    this.characters += text.length;
    for (const oldest of this.statements.keys()) {
      if (this.characters <= this.charactersMax) break;
      this.statements.delete(oldest);
      this.characters -= oldest.length;
    }
    return statement;
  }
}
