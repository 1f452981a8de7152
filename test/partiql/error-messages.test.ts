import { limits, parseStatement, StatementError } from '../../src/partiql';
import { Scanner } from '../../src/partiql/lexer';
import { lineAndColumn } from '../../src/partiql/position';
import type { Token } from '../../src/partiql/tokens';

/** Sound statements that between them have every part of the grammar. */
const SOUND = [
  "SELECT a.x AS y, COUNT(*) n, b.* FROM T AS c BY id, @c.list AS a AT i WHERE a.y IN (?, 'home') AND NOT c.z LIKE 'x%' ESCAPE '!';",
  'SELECT VALUE {\'k\': [1, 1.5, <<`sym`>>], \'l\': -x} FROM _ql_committed_T INNER JOIN U AS u ON T.f = u.g OR T.h IS NOT MISSING',
  'SELECT * FROM history(T, `2020T`, ?) AS h WHERE h.metadata.id = "quoted"[0][*].* AND (SELECT VALUE q FROM h.list AS q) IS NULL',
  'SELECT CAST(TRIM(LEADING \'x\' FROM a) AS INT), EXTRACT(year FROM b), SUBSTRING(c FROM 1 FOR 2), DATE_ADD(day, 1, d) FROM T, UNPIVOT e AS f',
  'SELECT CASE WHEN a BETWEEN 1 AND 2 THEN b ELSE c || d END FROM information_schema.user_tables AS t',
  'INSERT INTO T VALUE {\'a\': true}',
  'INSERT INTO T << {\'a\': null}, ? >>',
  'UPDATE T AS t BY id SET t.a = 1, b[0] = 2 % 3 WHERE id = \'x\'',
  'UPDATE T INSERT INTO l VALUE 1 AT 0 WHERE k <> 1',
  'FROM T AS t, t.l AS e WHERE e >= 2 REMOVE e',
  'DELETE FROM T WHERE a < 1',
  'CREATE TABLE "T" WITH (aws_tags = `{a: b}`)',
  'CREATE INDEX ON T (f)',
  'DROP INDEX "i" ON T WITH (purge = true)',
  'UNDROP TABLE "id"',
  'EXEC redact_revision ?, \'t\', \'d\'',
];

const INTRUDERS = [')', ';', '\'text\'', 'WHERE', '1.5', 'name', '"quoted"', '`ion`', '?', ','];

interface Piece { readonly token: Token; readonly text: string }

/** The tokens with the text of each. */
function piecesOf(statement: string): Piece[] {
  const scanner = new Scanner(statement);
  const tokens: Token[] = [];
  do tokens.push(scanner.next()); while (tokens.at(-1)!.kind !== 'end');
  const columnOf = ({ at }: Token): number => lineAndColumn(at).column;
  return tokens.slice(0, -1).map((token, index) => ({ token, text: statement.slice(columnOf(token) - 1, columnOf(tokens[index + 1]!) - 1).trim() }));
}

/** The statement cut short, or with a token lost, doubled or replaced, at every place; each token on a line of its own. */
function* brokenVariants(statement: string): Generator<string> {
  const words = piecesOf(statement).map(({ text }) => text);
  for (let index = 0; index < words.length; index++) {
    const [before, after] = [words.slice(0, index), words.slice(index + 1)];
    yield before.join('\n');
    yield [...before, ...after].join('\n');
    yield [...before, words[index], words[index], ...after].join('\n');
    for (const intruder of INTRUDERS) yield [...before, intruder, ...after].join('\n');
  }
}

function errorOf(text: string): StatementError | undefined {
  try {
    parseStatement(text);
    return undefined;
  } catch (error) {
    if (error instanceof StatementError) return error;
    throw error;
  }
}

/** What a message says of the token at its place. */
function describes(description: string, rest: string): boolean {
  const [, kind, content] = /^(keyword|name|string|number|Ion literal|end of statement)? ?(.*)$/s.exec(description)!;
  switch (kind) {
    case 'keyword': return rest.toUpperCase().startsWith(content!);
    case 'name':
    case 'string': return rest.startsWith(content!);
    case 'number': return rest.startsWith(content!);
    case 'Ion literal': return rest.startsWith('`');
    case 'end of statement': return rest.trim() === '';
    default: return `'${rest.slice(0, content!.length - 2)}'` === content;
  }
}

test.each(SOUND)('%s is sound, and however it is broken, the error says where, what was expected and what was found', (statement) => {
  expect(errorOf(statement)).toBeUndefined();
  let parserErrors = 0;
  for (const text of new Set(brokenVariants(statement))) {
    const error = errorOf(text);
    if (error === undefined) continue;
    const where = `for ${JSON.stringify(text)}: ${error.message}`;
    const { line, column } = error.position ?? { line: 0, column: 0 };
    const lines = text.split('\n');
    if (!(line >= 1 && line <= lines.length && column >= 1 && column <= lines[line - 1]!.length + 1)) throw new Error(`No such place ${where}`);
    if (!error.message.startsWith(`${error.category} Error: at line ${line}, column ${column}: `)) throw new Error(`Another form ${where}`);
    if (error.category !== 'Parser') continue;
    const [, found] = /^expected .+, found ([^;]+|';')(?:; .*)?$/s.exec(error.detail) ?? [];
    if (found === undefined) {
      expect(error.detail).toMatch(/^expected a path to a field of the document$|^more than 8 predicates/);
      continue;
    }
    parserErrors++;
    const rest = [lines[line - 1]!.slice(column - 1), ...lines.slice(line)].join('\n');
    if (!describes(found, rest)) throw new Error(`Not what is there ${where}`);
  }
  expect(parserErrors).toBeGreaterThan(10);
});

test.each([
  ['SELECT\n  x ~ 1', 'Lexer Error: at line 2, column 5: invalid character at \'~\''],
  ['SELECT \'abc', 'Lexer Error: at line 1, column 8: string is not closed; expected \''],
  ['SELECT "abc', 'Lexer Error: at line 1, column 8: name is not closed; expected "'],
  ['SELECT `[1', 'Lexer Error: at line 1, column 8: Ion literal is not closed; expected `'],
  ['SELECT 12abc', 'Lexer Error: at line 1, column 8: invalid number \'12a\''],
  ['SELECT /* x', 'Lexer Error: at line 1, column 8: comment is not closed; expected \'*/\''],
  ['SELECT ""', 'Lexer Error: at line 1, column 8: a quoted name must not be empty'],
  ['SELECT \'\ud800\'', 'Lexer Error: at line 1, column 9: U+D800 is half of a character'],
  [' '.repeat(limits.statementCharactersMax + 1), 'Lexer Error: at line 1, column 1: statement has 100001 characters; at most 100000 are allowed'],
  ['', 'Parser Error: at line 1, column 1: expected a statement (SELECT, INSERT, UPDATE, DELETE, FROM, CREATE, DROP, UNDROP or EXEC), found end of statement'],
  ['SELECT a,\n-- all\n FROM T', 'Parser Error: at line 3, column 2: expected an expression, found keyword FROM; '
    + 'write "FROM" in double quotes to use the reserved word as a name'],
  ['SELECT lower(a, b) FROM T', 'Semantic Error: at line 1, column 8: function LOWER takes 1 argument, but 2 are given'],
])('%j fails with %s', (text, message) => {
  expect(errorOf(text)?.message).toBe(message);
});

test('an Ion literal that is none tells what is wrong in it', () => {
  expect(errorOf('SELECT `{a: 1 b: 2}` FROM T')?.message).toMatch(/^Lexer Error: at line 1, column 8: invalid Ion literal: .+/);
});
