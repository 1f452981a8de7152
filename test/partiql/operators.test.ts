import { failureOf, ledgerWith, run, valueOf } from './ledger-fixture';
import { MemoryDatabase } from './memory-database';
import { parseStatement, runStatement } from '../../src/partiql';

describe('operators', () => {
  test.each([
    ['1 + 2 * 3 - 4', '3'],
    ['(1 + 2) * 3', '9'],
    ['7 / 2', '3'],
    ['-7 / 2', '-3'],
    ['7 % 3', '1'],
    ['-(-9223372036854775807 - 1 + 1)', '9223372036854775807'],
    ['1 + 1.50', '2.50'],
    ['0.1 + 0.2', '0.3'],
    ['1.0 / 3', '0.33333333333333333333333333333333333333'],
    ['1.5 / 0.5', '3.'],
    ['10.0 / 4', '2.5'],
    ['2.50 * 2', '5.00'],
    ['7.5 % 2', '1.5'],
    ['1 + `1e0`', '2e0'],
    ['`1e0` / 0', '+inf'],
    ['1 + null', 'null'],
    ['1 + missing', 'null'],
    ['- null', 'null'],
    ["'a' || 'b' || `c`", '"abc"'],
    ["'a' || null", 'null'],
    ['1 = 1.0', 'true'],
    ['1 <> 2', 'true'],
    ['1 != 1', 'false'],
    ["1 = '1'", 'false'],
    ["1 <> '1'", 'true'],
    ['null = null', 'null'],
    ['missing = 1', 'null'],
    ["'a' < 'b'", 'true'],
    ['`2020T` < `2020-01-02T`', 'true'],
    ['true > false', 'true'],
    ['not true', 'false'],
    ['not null', 'null'],
    ['true and null', 'null'],
    ['false and null', 'false'],
    ['null and false', 'false'],
    ['true or null', 'true'],
    ['null or false', 'null'],
    ['true or false and false', 'true'],
    ['not false and false', 'false'],
    ['2 between 1 and 2', 'true'],
    ['2 not between 1 and 2', 'false'],
    ['null between 1 and 2', 'null'],
    ['1 in (1, 2)', 'true'],
    ['1 in (2)', 'false'],
    ['1 not in (2)', 'true'],
    ['1 in [1.0]', 'true'],
    ['1 in <<2>>', 'false'],
    ['1 in ?', 'true'],
    ['null in (1, null)', 'true'],
    ['null in (1)', 'false'],
    ['1 in null', 'null'],
    ["'abc' like 'a%'", 'true'],
    ["'abc' like 'a_c'", 'true'],
    ["'abc' like 'a_'", 'false'],
    ["'abcabd' like '%ab_'", 'true'],
    ["'' like '%'", 'true'],
    ["'10%' like '10\\%' escape '\\'", 'true'],
    ["'100' like '10\\%' escape '\\'", 'false'],
    ["'abc' not like 'a%'", 'false'],
    ['null like \'a\'', 'null'],
    ['null is null', 'true'],
    ['`null.int` is null', 'true'],
    ['missing is null', 'true'],
    ['missing is missing', 'true'],
    ['null is missing', 'false'],
    ['1 is not null', 'true'],
    ['1 is integer', 'true'],
    ['1e0 is decimal', 'true'],
    ['`1e0` is double precision', 'true'],
    ["'a' is character varying", 'true'],
    ['[1] is list', 'true'],
    ['<<1>> is bag', 'true'],
    ['{} is tuple', 'true'],
    ['`sym` is symbol', 'true'],
    ["case when 1 = 2 then 'a' when true then 'b' end", '"b"'],
    ["case 3 when 1 then 'a' else 'c' end", '"c"'],
    ['case 3 when 1 then 2 end', 'null'],
  ])('%s is %s', async (expression, expected) => {
    expect(await valueOf(expression, ...expression.includes('?') ? ['[1, 2]'] : [])).toBe(expected);
  });

  test.each([
    ['9223372036854775807 + 1', 'int overflow'],
    ['1 / 0', '/ by zero'],
    ['1.0 % 0', '/ by zero'],
    ["1 + 'a'", 'operator + takes numbers, not string'],
    ["1 < 'a'", 'Cannot compare values: int and string'],
    ['1 and true', 'expected a boolean, found int'],
    ["1 || 'a'", 'operator || takes text, not int'],
    ["1 like 'a'", 'LIKE takes text, not int'],
    ['1 in 2', 'IN takes a collection on its right, not int'],
    ["'a' like 'a\\' escape '\\'", 'a pattern must not end with its escape character'],
    ['`1d1000000` * `1d1000000`', 'decimal result is out of range'],
  ])('%s fails: %s', async (expression, detail) => {
    const message = await failureOf(new MemoryDatabase(), `SELECT VALUE ${expression} FROM <<0>>`);
    expect(message).toMatch(/^Evaluator Error: at line 1, column \d+: /);
    expect(message).toContain(detail);
  });

  test('decimals that are far apart are added without writing out the zeros between them', async () => {
    expect(await valueOf('`1d900000` + `1d-900000`')).toBe('1d900000');
    expect(await valueOf('`1d900000` > `1d-900000`')).toBe('true');
    expect(await valueOf('? = 1', '1d-2000000000')).toBe('false');
  });
});

describe('paths', () => {
  const document = "{'a': {'b': [10, 20, 30]}, 'a b': 1, 's': 5}";
  test.each([
    ['d.a.b[1]', '20'],
    ["d['a']['b'][0]", '10'],
    ['d."a b"', '1'],
    ['d.a.b[2 - 1]', '20'],
    ['coalesce(d.a.b[3], 0)', '0'],
    ['coalesce(d.s.t, 0)', '0'],
    ['coalesce(d.A, 0)', '0'],
    ['cast(d.a.b[*] as list)', '[10,20,30]'],
    ['cast(d.*.b[0] as list)', '[10]'],
    ['cast(d.s[*] as list)', '[5]'],
  ])('%s is %s', async (path, expected) => {
    expect(await run(new MemoryDatabase(), `SELECT VALUE ${path} FROM << ${document} >> AS d`)).toEqual([expected]);
  });
});

describe('queries', () => {
  test('what is missing is left out of a row, and SELECT VALUE of it gives none', async () => {
    const database = await ledgerWith({ T: ['{a: 1}', '{b: 2}'] });
    expect(await run(database, 'SELECT a, b FROM T')).toEqual(['{a:1}', '{b:2}']);
    expect(await run(database, 'SELECT VALUE a FROM T')).toEqual(['1']);
  });

  test('expressions without a name are named by their place', async () => {
    expect(await run(new MemoryDatabase(), 'SELECT 1, 2 AS two, 1 + 2 FROM << 0 >>')).toEqual(['{_1:1,two:2,_3:3}']);
  });

  test('a row of a scalar source is named by its place', async () => {
    expect(await run(new MemoryDatabase(), 'SELECT * FROM << 7, 8 >>')).toEqual(['{_1:7}', '{_1:8}']);
  });

  test('AT counts the positions of a list from 0 and is a field of *', async () => {
    expect(await run(new MemoryDatabase(), "SELECT * FROM ['a', 'b'] AS v AT i WHERE i > 0")).toEqual(['{_1:"b",i:1}']);
  });

  test('UNPIVOT gives the fields of a struct', async () => {
    expect(await run(new MemoryDatabase(), "SELECT k, v FROM UNPIVOT {'a': 1, 'b': 2} AS v AT k")).toEqual(['{k:"a",v:1}', '{k:"b",v:2}']);
  });

  test('documents without the nested list give no rows', async () => {
    const database = await ledgerWith({ T: ['{k: 1, l: [1, 2]}', '{k: 2}', '{k: 3, l: null.list}', '{k: 4, l: 9}'] });
    expect(await run(database, 'SELECT t.k, l FROM T AS t, t.l AS l')).toEqual(['{k:1,l:1}', '{k:1,l:2}', '{k:4,l:9}']);
  });

  test('a nested query ranges over what is in sight', async () => {
    const database = await ledgerWith({ T: ['{k: 1, l: [{p: 1}, {p: 2}]}'] });
    expect(await run(database, 'SELECT t.k, (SELECT o.p FROM @t.l AS o WHERE o.p > t.k) AS q FROM T AS t')).toEqual(['{k:1,q:[{p:2}]}']);
    expect(await run(database, 'SELECT VALUE (SELECT SUM(o.p) FROM l AS o) FROM T')).toEqual(['[{_1:3}]']);
    expect(await run(database, 'SELECT k FROM T WHERE EXISTS(SELECT * FROM l AS o WHERE o.p = 2)')).toEqual(['{k:1}']);
    expect(await run(database, 'SELECT VALUE x FROM (SELECT VALUE y FROM [1, 2, 3] AS y WHERE y > 1) AS x')).toEqual(['2', '3']);
    expect(await failureOf(database, 'SELECT (SELECT * FROM Person) FROM T')).toContain('only the outermost query may name tables');
    expect(await failureOf(database, 'SELECT (SELECT * FROM history(T)) FROM T')).toContain('only the outermost query may name tables');
  });

  test('names are case sensitive, keywords are not', async () => {
    const database = await ledgerWith({ Person: ['{Name: 1, name: 2}'] });
    expect(await run(database, 'sElEcT Name fRoM Person')).toEqual(['{Name:1}']);
    expect(await failureOf(database, 'SELECT * FROM person')).toContain('No such table: person');
  });

  test('comments are blanks', async () => {
    expect(await run(new MemoryDatabase(), 'SELECT VALUE 1 -- one\n/* and\nonly */ FROM <<0>>')).toEqual(['1']);
  });

  test('rows come before the source is read to its end', async () => {
    const database = await ledgerWith({ T: ['{a: 1}', '{a: 2}', '{a: 3}'] });
    await runStatement(parseStatement('SELECT * FROM T'), [], database).next();
    expect(database.documentsRead).toBe(1);
  });
});

describe('aggregates', () => {
  test.each([
    ['SELECT COUNT(*), COUNT(a), SUM(a), MIN(a), MAX(a), AVG(a) FROM T', '{_1:4,_2:2,_3:3,_4:1,_5:2,_6:1.5}'],
    ['SELECT SUM(a) + 1 AS s FROM T', '{s:4}'],
    ['SELECT COUNT(*) FROM T WHERE false', '{_1:0}'],
    ['SELECT SUM(a), MIN(a), AVG(a) FROM T WHERE false', '{_1:null,_2:null,_3:null}'],
    ['SELECT VALUE MAX(b) FROM T', '"z"'],
  ])('%s', async (statement, row) => {
    const database = await ledgerWith({ T: ['{a: 1, b: "z"}', '{a: 2, b: "y"}', '{a: null}', '{}'] });
    expect(await run(database, statement)).toEqual([row]);
  });

  test.each([
    ['SELECT a, COUNT(*) FROM T', 'either aggregates or values of single rows'],
    ['SELECT a FROM T WHERE COUNT(*) > 1', 'COUNT may stand in a select list only'],
    ['SELECT SUM(MAX(a)) FROM T', 'MAX stands in another aggregate'],
    ['SELECT SUM(b) FROM T', 'SUM takes numbers, not string'],
    ['SELECT COUNT(DISTINCT a) FROM T', 'DISTINCT in COUNT is not supported'],
    ['SELECT SUM(*) FROM T', 'only COUNT takes *'],
  ])('%s fails', async (statement, detail) => {
    expect(await failureOf(await ledgerWith({ T: ['{b: "x"}'] }), statement)).toContain(detail);
  });
});
