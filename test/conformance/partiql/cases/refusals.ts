import { construct, refuses, section } from '../construct';

const clause = (name: string, text: string, message: string) =>
  construct(name, refuses(`SELECT * FROM Person ${text}`, `Semantic Error: at line 1, column 22: ${message}`));

export const REFUSALS = [
  section('What QLDB does not have', 'Refused by name, with what to do instead.', [
    clause('ORDER BY', 'ORDER BY Age', 'ORDER BY is not supported; order the rows in the client'),
    clause('GROUP BY', 'GROUP BY Age', 'GROUP BY is not supported; group the rows in the client'),
    clause('HAVING', 'HAVING Age > 1', 'HAVING is not supported; filter the rows in the client'),
    clause('LIMIT', 'LIMIT 1', 'LIMIT is not supported; stop reading pages in the client'),
    clause('OFFSET', 'OFFSET 1', 'OFFSET is not supported; skip rows in the client'),
    clause('UNION', 'UNION SELECT * FROM Log', 'UNION is not supported; run one statement for each side'),
    clause('INTERSECT', 'INTERSECT SELECT * FROM Log', 'INTERSECT is not supported; run one statement for each side'),
    clause('EXCEPT', 'EXCEPT SELECT * FROM Log', 'EXCEPT is not supported; run one statement for each side'),
    construct('outer joins',
      ...['LEFT', 'RIGHT', 'FULL'].map(side => refuses(`SELECT * FROM Person AS p ${side} JOIN Log AS l ON true`,
        `Semantic Error: at line 1, column 27: ${side} join is not supported; only inner joins are available`))),
    construct('SELECT DISTINCT', refuses('SELECT DISTINCT Age FROM Person',
      'Semantic Error: at line 1, column 8: SELECT DISTINCT is not supported; drop repeated rows in the client')),
    construct('views', refuses('CREATE VIEW v AS SELECT * FROM Person', 'Semantic Error: at line 1, column 8: CREATE VIEW is not supported; select from the table')),
    construct('ALTER TABLE', refuses('ALTER TABLE Person ADD x',
      'Parser Error: at line 1, column 1: expected a statement (SELECT, INSERT, UPDATE, DELETE, FROM, CREATE, DROP, UNDROP or EXEC), found keyword ALTER')),
    construct('DATE literal', refuses('SELECT VALUE DATE \'2020-01-31\' FROM << 0 >>',
      'Semantic Error: at line 1, column 14: DATE literal is not supported; write a timestamp in backticks, such as `2020-01-31T`')),
  ]),
  section('Limits of a statement', 'They keep any text from costing the service more than a moment. A transaction changes up to 40 documents of 128 KB and 200 levels of nesting each, and '
    + '3.9 MB in all (QLDB: 4 MB), its rows may have 64 MB in all, it lives 30 seconds, its session 15 minutes, and a ledger has up to 3,000 sessions, beyond which `StartSession` answers '
    + '`LimitExceededException`. Callers are not throttled, so `RateExceededException` is never answered.', [
    construct('characters', refuses('x'.repeat(100_001),
      `1 validation error detected: Value '${'x'.repeat(256)}...' at 'statement' failed to satisfy constraint: `
      + 'Member must have length less than or equal to 100000')),
    construct('tokens', refuses(`SELECT ${'1,'.repeat(6_000)}1 FROM Person`,
      'Lexer Error: at line 1, column 10007: statement has more than 10000 names, literals and symbols; hand values over as parameters',
      { differs: 'a statement may have 10,000 names, literals and symbols' })),
    construct('nesting', refuses(`SELECT VALUE ${'('.repeat(200)}1${')'.repeat(200)} FROM << 0 >>`,
      'Parser Error: at line 1, column 114: expression is nested deeper than 100 levels', { differs: 'expressions nest up to 100 levels' })),
    construct('sources of a FROM', refuses(`SELECT * FROM ${'Person, '.repeat(32)}Person`,
      'Parser Error: at line 1, column 271: a FROM has at most 32 sources', { differs: 'a FROM has up to 32 sources' })),
    construct('work without reading', refuses(`SELECT COUNT(*) FROM ${Array.from({ length: 5 }, (_, index) => `<<1,2,3,4,5,6,7,8,9,10>> AS x${index}`).join(', ')}`,
      'Evaluator Error: the statement takes too much work for what it reads; use fewer or smaller literals, nested collections and conditions',
      { differs: 'what a statement may compute is bounded by the documents that it reads' })),
    construct('size of a value', refuses('SELECT VALUE [?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?] FROM << 0 >>',
      'A row of 3100133 bytes exceeds the limit of 3000000 bytes. Select fewer of its fields.',
      { parameters: Array<string>(31).fill(`"${'x'.repeat(100_000)}"`), differs: 'a row may have 3 MB, all rows of a transaction together 64 MB' })),
  ]),
];
