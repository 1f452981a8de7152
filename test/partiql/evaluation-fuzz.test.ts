import fc from 'fast-check';
import { ledgerWith, run } from './ledger-fixture';
import { StatementError } from '../../src/partiql';

const functionNames = ['lower', 'upper', 'char_length', 'size', 'exists', 'coalesce', 'to_timestamp'];
const typeNames = ['int', 'float', 'decimal', 'string', 'symbol', 'bool', 'timestamp', 'list', 'bag', 'sexp', 'struct', 'clob', 'blob', 'null', 'missing'];

/** Expressions that parse, whether or not their types fit. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const operand = tie('expression');
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        '0', '1', '-3', '9223372036854775807', '1.50', '1e400', '`1e0`', '`nan`', '`1d-2147483647`', '`1d2147483647`', 'true', 'null', 'missing', '`null.list`',
        "''", "'abc'", "'2020T'", '`sym`', '`2020-01-31T`', '`9999-12-31T23:59:59.999999999Z`', '`0001T`', '`{{YQ==}}`', '`(1 2)`', '[]', '[1, 2, 3]', '<<>>', '{}',
        'a', 'b', 't', 't.b', 't.b[1]', 't.b[*]', 't.*', 'id', '?',
      ),
      fc.tuple(operand, fc.constantFrom('+', '-', '*', '/', '%', '||', '=', '<>', '<', '>=', 'and', 'or', 'like', 'in'), operand)
        .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
      fc.tuple(fc.constantFrom('-', '+', 'not'), operand).map(([operator, value]) => `${operator} (${value})`),
      fc.tuple(operand, operand, operand).map(([value, lower, upper]) => `(${value}) between (${lower}) and (${upper})`),
      fc.tuple(operand, operand).map(([value, key]) => `(${value})[${key}]`),
      fc.tuple(operand, fc.constantFrom(...typeNames)).map(([value, type]) => `cast(${value} as ${type})`),
      fc.tuple(operand, fc.constantFrom(...typeNames)).map(([value, type]) => `(${value}) is not ${type}`),
      fc.tuple(fc.constantFrom(...functionNames), operand).map(([name, value]) => `${name}(${value})`),
      fc.tuple(fc.constantFrom('date_add', 'date_diff'), fc.constantFrom('year', 'month', 'day', 'hour', 'second'), operand, operand)
        .map(([name, part, left, right]) => `${name}(${part}, ${left}, ${right})`),
      fc.tuple(fc.constantFrom('year', 'timezone_minute'), operand).map(([part, value]) => `extract(${part} from ${value})`),
      fc.tuple(operand, operand, operand).map((values) => `substring(${values.join()})`),
      fc.tuple(operand, operand).map(([characters, text]) => `trim(leading ${characters} from ${text})`),
      fc.tuple(operand, fc.constantFrom('yyyy-MM-dd', 'h a X', 'S', 'n', 'QQ', '\'\'')).map(([value, pattern]) => `to_string(${value}, '${pattern}')`),
      fc.array(operand, { maxLength: 3 }).map((items) => `[${items.join()}]`),
      fc.tuple(operand, operand).map(([name, value]) => `{${name}: ${value}}`),
      operand.map((source) => `(select * from ${source.startsWith('(') || source.startsWith('[') ? source : `(${source})`} as x where x = a)`),
      fc.tuple(operand, operand, operand).map(([condition, result, otherwise]) => `case when ${condition} then ${result} else ${otherwise} end`),
    ),
  };
});

/** Statements that have the expression at one place or another. */
const shapes = [
  (text: string) => `SELECT ${text} FROM T AS t BY id`,
  (text: string) => `SELECT VALUE ${text} FROM T AS t BY id`,
  (text: string) => `SELECT a FROM T AS t BY id WHERE ${text}`,
  (text: string) => `SELECT a FROM T AS t BY id WHERE a = ${text} AND id IN (${text}, 'x')`,
  (text: string) => `SELECT MAX(${text}), MIN(${text}) FROM T AS t BY id`,
  (text: string) => `SELECT * FROM T AS t BY id, (${text}) AS s AT i`,
  (text: string) => `UPDATE T AS t BY id SET t.b[0] = ${text}, a = ${text}`,
  (text: string) => `UPDATE T AS t BY id INSERT INTO t.b VALUE ${text} AT ${text}`,
  (text: string) => `INSERT INTO T ${text}`,
];

test('any statement either gives rows or fails with a StatementError', async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...shapes), expression, async (shape, text) => {
    const database = await ledgerWith({ T: ['{a: 1, b: [1, {c: 2}]}', '{a: "x", b: []}'] }, { T: ['a'] });
    const statement = shape(text);
    try {
      await run(database, statement, ...Array.from(statement.matchAll(/\?/g), () => '[1, a::null.int]'));
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
    }
  }), { numRuns: 3000 });
});
