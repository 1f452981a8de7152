import { ledgerWith, run } from './ledger-fixture';

/** One value of every Ion type, with and without annotations. */
const values = [
  'true', '1', '123456789012345678901234567890', '1.5e0', 'nan', '-0e0', '1.10', '-0.0', '2020T', '2020-01-02T03:04:05.060+07:00', '2020-01-02T03:04-00:00',
  'sym', "'a b'", '"text"', '{{"clob"}}', '{{YmxvYg==}}', '[1,a,"a"]', '(1 a)', '{a:1,b:{c:[2.50]},a:3}', '[]', '{}',
].flatMap((value) => [value, `a::'b c'::${value}`]);
const nulls = ['null', 'bool', 'int', 'float', 'decimal', 'timestamp', 'symbol', 'string', 'clob', 'blob', 'list', 'struct', 'sexp']
  .map((type) => (type === 'null' ? 'null' : `null.${type}`)).flatMap((value) => [value, `a::${value}`]);

describe.each([['by index', ['c']], ['by scan', []]])('%s', (_how, fields) => {
  test.each(values)('%s is stored as it is and found by itself', async (value) => {
    const database = await ledgerWith({ T: ['{c: "other"}', `{c: ${value}}`] }, { T: fields });
    expect(await run(database, 'SELECT VALUE c FROM T WHERE c = ?', value)).toEqual([value]);
    expect(await run(database, 'SELECT VALUE c FROM T WHERE c IN (?)', value)).toEqual([value]);
    await run(database, 'UPDATE T SET d = c, c = ? WHERE c = ?', value, value);
    expect(await run(database, 'SELECT VALUE [c, d] FROM T WHERE d IS NOT MISSING')).toEqual([`[${value},${value}]`]);
  });

  test.each(nulls)('%s is stored as it is and found by IS NULL, never by =', async (value) => {
    const database = await ledgerWith({ T: ['{c: "other"}', `{c: ${value}}`] }, { T: fields });
    expect(await run(database, 'SELECT VALUE c FROM T WHERE c IS NULL')).toEqual([value]);
    expect(await run(database, 'SELECT VALUE c FROM T WHERE c = ?', value)).toEqual([]);
    expect(await run(database, 'SELECT VALUE c FROM T WHERE c IN (?, 1)', value)).toEqual([value]);
  });
});
