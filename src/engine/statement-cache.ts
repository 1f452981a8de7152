import { hashIon, ionString, type IonValue } from '../ion';
import { statementDigest } from '../journal';
import { parseStatement, type Statement } from '../partiql';
import { valueHash } from './document-encoding';

/** Texts kept, in characters: applications send the same few statements over and over. */
const CHARACTERS_MAX = 1_000_000;
/** What a program makes up anew each time is not worth the place. */
const TEXT_CHARACTERS_MAX = 10_000;

interface Known {
  readonly statement: Statement;
  readonly textHash: Uint8Array;
}

/** Parsed statements by their text, the least recently used ones forgotten first. */
export class StatementCache {
  private readonly statements = new Map<string, Known>();
  private characters = 0;

  constructor(private readonly charactersMax = CHARACTERS_MAX) {}

  /** What drivers fold into their commit digest for a statement. */
  digest(text: string, parameters: readonly IonValue[]): Uint8Array {
    return statementDigest(text, parameters, value => this.textHashOf(value) ?? valueHash(value));
  }

  private textHashOf(value: IonValue): Uint8Array | undefined {
    return value.kind === 'string' && !value.annotations ? this.statements.get(value.value)?.textHash : undefined;
  }

  /** @throws StatementError for a text that is no statement */
  parse(text: string): Statement {
    const known = this.statements.get(text);
    if (known) {
      // A Map keeps the order of insertion: the oldest come first. While there is room, nobody asks for it.
      if (this.characters > this.charactersMax / 2) {
        this.statements.delete(text);
        this.statements.set(text, known);
      }
      return known.statement;
    }
    const statement = parseStatement(text);
    if (text.length > TEXT_CHARACTERS_MAX) return statement;
    this.statements.set(text, { statement, textHash: hashIon(ionString(text)) });
    this.characters += text.length;
    for (const oldest of this.statements.keys()) {
      if (this.characters <= this.charactersMax) break;
      this.statements.delete(oldest);
      this.characters -= oldest.length;
    }
    return statement;
  }
}
