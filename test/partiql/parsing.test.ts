import fc from 'fast-check';
import { failureOf } from './ledger-fixture';
import { MemoryDatabase } from './memory-database';
import { limits, parseStatement, StatementError } from '../../src/partiql';
import { reservedWords } from '../../src/partiql/tokens';

function errorOf(text: string): StatementError {
  try {
    parseStatement(text);
  } catch (error) {
    if (error instanceof StatementError) return error;
    throw error;
  }
  throw new Error(`expected ${text} not to parse`);
}

test.each([
  ['', 'Parser Error: at line 1, column 1: expected a statement (SELECT, INSERT, UPDATE, DELETE, FROM, CREATE, DROP, UNDROP or EXEC), found end of statement'],
  ['SELECT FROM T', 'Parser Error: at line 1, column 8: expected an expression, found keyword FROM; write "FROM" in double quotes to use the reserved word as a name'],
  ['SELECT 1', 'Parser Error: at line 1, column 9: expected keyword FROM, found end of statement'],
  ['SELECT *\nFROM\n  WHERE', 'Parser Error: at line 3, column 3: expected an expression, found keyword WHERE; write "WHERE" in double quotes to use the reserved word as a name'],
  ['SELECT date FROM T', 'Parser Error: at line 1, column 8: expected an expression, found keyword DATE; write "date" in double quotes to use the reserved word as a name'],
  ['SELECT * FROM T WHERE a = 1 b', 'Parser Error: at line 1, column 29: expected end of statement, found name b'],
  ['SELECT * FROM T; SELECT', 'Parser Error: at line 1, column 18: expected end of statement, found keyword SELECT'],
  ['SELECT (1 FROM T', "Parser Error: at line 1, column 11: expected ')', found keyword FROM"],
  ['SELECT [1 2] FROM T', "Parser Error: at line 1, column 11: expected ',' or ']', found number 2"],
  ["SELECT 'abc FROM T", "Lexer Error: at line 1, column 8: string is not closed; expected '"],
  ['SELECT "abc FROM T', 'Lexer Error: at line 1, column 8: name is not closed; expected "'],
  ['SELECT `abc FROM T', 'Lexer Error: at line 1, column 8: Ion literal is not closed; expected `'],
  ['SELECT * /* FROM T', "Lexer Error: at line 1, column 10: comment is not closed; expected '*/'"],
  ["SELECT 'a\nb', # FROM T", "Lexer Error: at line 2, column 5: invalid character at '#'"],
  ['SELECT 12ab FROM T', "Lexer Error: at line 1, column 8: invalid number '12a'"],
  ['SELECT 1e99999999 FROM T', "Lexer Error: at line 1, column 8: invalid number '1e99999999 '"],
  ['CREATE TABLE', 'Parser Error: at line 1, column 13: expected a table name, found end of statement'],
  ['UPDATE T WHERE a = 1', 'Parser Error: at line 1, column 10: expected keyword SET, INSERT or REMOVE, found keyword WHERE'],
  ['SELECT * FROM T JOIN U', 'Parser Error: at line 1, column 23: expected keyword ON, found end of statement'],
])('%s is refused with place, what was expected and what was found', (text, message) => {
  expect(errorOf(text).message).toBe(message);
});

test.each([
  ['SELECT * FROM T ORDER BY a', 'Semantic Error: at line 1, column 17: ORDER BY is not supported; order the rows in the client'],
  ['SELECT * FROM T WHERE a = 1 GROUP BY a', 'GROUP BY is not supported'],
  ['SELECT * FROM T HAVING a', 'HAVING is not supported'],
  ['SELECT * FROM T LIMIT 1', 'LIMIT is not supported'],
  ['SELECT * FROM T OFFSET 1', 'OFFSET is not supported'],
  ['SELECT * FROM T AS t OFFSET ?', 'OFFSET is not supported'],
  ['SELECT DISTINCT a FROM T', 'SELECT DISTINCT is not supported'],
  ['SELECT * FROM T UNION SELECT * FROM U', 'UNION is not supported'],
  ['SELECT * FROM T LEFT JOIN U ON a = b', 'LEFT join is not supported'],
  ['SELECT * FROM T NATURAL JOIN U', 'NATURAL join is not supported'],
  ['PIVOT 1 AT 2 FROM T', 'found keyword PIVOT'],
  ['SELECT PIVOT 1 FROM T', 'PIVOT is not supported'],
  ["SELECT DATE '2020-01-01' FROM T", 'DATE literal is not supported'],
])('%s is refused by name', (text, detail) => {
  expect(errorOf(text).message).toContain(detail);
});

test('words that are not reserved are names', () => {
  parseStatement('SELECT indexes, name, status, version, hash, data, id, doc FROM history WHERE metadata.txId = value_1');
  for (const word of reservedWords) {
    if (!word.includes('-')) parseStatement(`SELECT "${word}", t.${word}, t."${word}" FROM "${word}"`);
  }
});

test.each([
  ['SELECT * FROM T WHERE a = ?', [], 'Query expects 1 parameters, but statement has 0'],
  ['INSERT INTO T <<?,?,?,?>>', ['1'], 'Query expects 4 parameters, but statement has 1'],
  ['SELECT * FROM T', ['1'], 'Query expects 0 parameters, but statement has 1'],
])('%s with another number of parameters fails', async (text, parameters, message) => {
  expect(await failureOf(new MemoryDatabase(), text, ...parameters)).toBe(message);
});

test('backticks in strings, symbols and comments of an Ion literal belong to it', () => {
  expect(parseStatement('INSERT INTO T `{a: "`", b: \'`\', c: \'\'\'`\'\'\', /* ` */ d: 1 // `\n}`').parameterCount).toBe(0);
  expect(errorOf('INSERT INTO T `{a: `').message).toContain('Lexer Error: at line 1, column 15: invalid Ion literal');
});

test('a statement is frozen to its leaves', () => {
  const { action } = parseStatement('SELECT * FROM T WHERE a = `{b: [1]}` AND c = `{{YQ==}}`');
  const pending: unknown[] = [action];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) continue;
    expect(Object.isFrozen(node)).toBe(true);
    pending.push(...Object.values(node));
  }
});

describe('limits', () => {
  const isNestedTooDeep = 'expression is nested deeper than';

  test.each([
    ['parentheses', (count: number) => `SELECT ${'('.repeat(count)}1 FROM T`],
    ['lists', (count: number) => `SELECT ${'['.repeat(count)}1 FROM T`],
    ['bags', (count: number) => `SELECT ${'<<'.repeat(count)}1 FROM T`],
    ['structs', (count: number) => `SELECT ${"{'a':".repeat(count)}1 FROM T`],
    ['negations', (count: number) => `SELECT ${'not '.repeat(count)}1 FROM T`],
    ['signs', (count: number) => `SELECT ${'- '.repeat(count)}1 FROM T`],
    ['calls', (count: number) => `SELECT ${'lower('.repeat(count)}1 FROM T`],
    ['queries', (count: number) => `SELECT ${'(select '.repeat(count)}1 FROM T`],
    ['cases', (count: number) => `SELECT ${'case '.repeat(count)}1 FROM T`],
    ['indexes', (count: number) => `SELECT ${'a['.repeat(count)}1 FROM T`],
  ])('%s nested without end are refused, not followed', (_what, text) => {
    expect(errorOf(text(10_000)).message).toContain(isNestedTooDeep);
  });

  test('what is long but not deep is no matter', async () => {
    for (const text of [
      `SELECT VALUE ${'1 + '.repeat(4_900)}1 FROM << 0 >>`,
      `SELECT VALUE ${"'a' || ".repeat(4_900)}'b' FROM << 0 >>`,
      `SELECT VALUE ${'true and '.repeat(4_900)}true FROM << 0 >>`,
      `SELECT VALUE x${'.a'.repeat(256)} FROM << 0 >> AS x`,
      `INSERT INTO T <<${'?,'.repeat(4_900)}?>>`,
      `SELECT * FROM T WHERE a IN (${'1,'.repeat(4_900)}1)`,
    ]) parseStatement(text);
  });

  test('a statement of more than 100,000 characters is refused', () => {
    expect(errorOf(`SELECT ${' '.repeat(limits.statementCharactersMax)}`).message).toContain('at most 100000 are allowed');
  });

  test('names, literals and symbols are bounded, and counted no further than the limit', () => {
    expect(errorOf(`SELECT ${'1,'.repeat(40_000)}1 FROM T`).message)
      .toBe('Lexer Error: at line 1, column 10007: statement has more than 10000 names, literals and symbols; hand values over as parameters');
  });

  test('values within an Ion literal count, words of its texts do not', () => {
    for (const literal of [`[${'1,'.repeat(40_000)}1]`, `(${'a '.repeat(40_000)}a)`]) {
      expect(errorOf(`SELECT \`${literal}\` FROM T`).message).toContain('more than 10000 names, literals and symbols');
    }
    parseStatement(`INSERT INTO T \`{text: "${'a, b '.repeat(19_000)}"}\``);
    parseStatement(`INSERT INTO T \`{ ${Array.from({ length: 4_000 }, (_, index) => `f${index}: ${index}`).join(', ')} }\``);
  });

  test('steps of a path are bounded', () => {
    expect(errorOf(`SELECT x${'[*]'.repeat(10_000)} FROM T`).message).toContain('a path has at most 256 steps');
  });

  test('sources of a FROM are bounded', () => {
    expect(errorOf(`SELECT * FROM ${'T, '.repeat(40)}T`).message).toContain('at most 32 sources');
  });

  test('joins of literals are bounded', async () => {
    const list = `[${'0,'.repeat(99)}0]`;
    const message = await failureOf(new MemoryDatabase(), `SELECT COUNT(*) FROM ${list} AS a, ${list} AS b, ${list} AS c, ${list} AS d`);
    expect(message).toContain('the statement takes too much work for what it reads');
  });
});

describe('any text either parses or is refused with a StatementError', () => {
  const parses = (text: string): boolean => {
    try {
      parseStatement(text);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      expect(error.message).toMatch(/^(Lexer|Parser|Semantic|Evaluator) Error: /);
    }
    return true;
  };

  test('text of any characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), parses), { numRuns: 500 });
  });

  test('words and symbols of the language in any order', () => {
    const vocabulary = [...reservedWords, ...'()[]{},.:;?@*=<>+-/%\'"`', '<<', '>>', '||', 'T', 'a', '"b"', "'c'", '`1`', '1', '1.5e3', 'history',
      'information_schema', '_ql_committed_T', '--', '/*', '*/', '\n'];
    const soup = fc.array(fc.constantFrom(...vocabulary), { maxLength: 60 }).map((words) => words.join(' '));
    fc.assert(fc.property(soup, parses), { numRuns: 1000 });
    fc.assert(fc.property(soup, (text) => parses(`SELECT ${text}`) && parses(`SELECT * FROM T WHERE ${text}`)), { numRuns: 1000 });
  });

  test('statements cut short or with a character changed', () => {
    const statements = [
      "SELECT a.x, COUNT(*) AS n FROM T AS c BY id, @c.list AS a AT i WHERE a.y IN (?, 'home') AND NOT c.z LIKE 'x%' ESCAPE '\\'",
      "FROM T AS t, t.l AS s WHERE s.p = `2020-01-01T` INSERT INTO t.l VALUE {'a': [1, <<2>>]} AT 0",
      "SELECT CAST(TRIM(LEADING 'x' FROM a) AS INT), EXTRACT(year FROM b) FROM history(T, `2020T`, ?) AS h",
      'DROP INDEX "i" ON T WITH (purge = true)',
    ];
    fc.assert(fc.property(fc.constantFrom(...statements), fc.nat(130), fc.string({ maxLength: 3 }), fc.boolean(), (text, at, inserted, cut) =>
      parses(text.slice(0, at) + inserted + (cut ? '' : text.slice(at + 1)))), { numRuns: 1000 });
  });
});
