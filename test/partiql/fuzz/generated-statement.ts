import { dice, type Dice } from '../../conformance/fuzz/dice';
import { mutated } from '../../conformance/fuzz/hostile-values';

/** How a statement of the fuzz came about. */
export type Origin = 'grammar' | 'broken grammar' | 'words in any order' | 'noise' | 'repetition';

export interface GeneratedStatement {
  readonly origin: Origin;
  readonly text: string;
  /** Ion text, one for each `?` of a well-formed statement. */
  readonly parameters: readonly string[];
}

const NAMES = ['T', 'U', 't', 'u', 'a', 'b', 'c', 'id', 'x', '"a b"', '"select"', 'data', 'metadata'];
const LITERALS = ['0', '1', '-3', '9223372036854775807', '99999999999999999999999', '1.50', '1e400', '.5', '1e-999999', '`1e0`', '`nan`', '`+inf`', '`1d-2147483647`', '`1d2147483647`',
  'true', 'false', 'null', 'missing', '`null.list`', '`null.int`', "''", "'abc'", "'a''b'", "'2020T'", "'😀'", '`sym`', "`'q s'`", '`a::b::1`', '`2020-01-31T`', '`9999-12-31T23:59:59.999999999Z`',
  '`0001T`', '`{{YQ==}}`', '`{{"x"}}`', '`(1 2)`', '`[1, [2]]`', '`{a: 1, a: 2}`', '[]', '[1, 2, 3]', '<<>>', '{}', "{'a': 1}", '?', '?'];
const TYPES = ['int', 'float', 'decimal', 'string', 'symbol', 'bool', 'timestamp', 'list', 'bag', 'sexp', 'struct', 'clob', 'blob', 'null', 'missing', 'double precision', 'char(3)', 'date'];
const FUNCTIONS = ['lower', 'upper', 'char_length', 'character_length', 'size', 'exists', 'coalesce', 'nullif', 'to_timestamp', 'to_string', 'txid', 'utcnow', 'substring', 'abs', 'trim'];
const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'timezone_hour', 'week'];
const PATTERNS = ["'%'", "'a%'", "'_'", "'%a%b%c%'", "'\\%'", "'%%%%%%%%b'"];
const PARAMETERS = ['1', '"x"', '{a: 1, b: [1, {c: 2}]}', '[1, a::null.int]', 'null', '2020T', '[{a: 1}, {a: 2}]', '"AAAAAAAAAAAAAAAAAAAAAA"', '{strandId: "s", sequenceNo: 1}', '{{YQ==}}', '1d9'];
const WORDS = [...'()[]{},.:;?@*=<>+-/%\'"`', '<<', '>>', '||', '--', '/*', '*/', '\n', 'SELECT', 'VALUE', 'FROM', 'WHERE', 'AS', 'AT', 'BY', 'INSERT', 'INTO', 'UPDATE', 'SET', 'DELETE', 'REMOVE',
  'CREATE', 'DROP', 'UNDROP', 'TABLE', 'INDEX', 'ON', 'WITH', 'EXEC', 'redact_revision', 'AND', 'OR', 'NOT', 'IN', 'IS', 'LIKE', 'ESCAPE', 'BETWEEN', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'CAST',
  'NULL', 'MISSING', 'ORDER', 'GROUP', 'LIMIT', 'UNION', 'LEFT', 'JOIN', 'INNER', 'UNPIVOT', 'history', 'information_schema', 'user_tables', '_ql_committed_T', 'T', 'a', '1', "'s'", 'COUNT', 'MAX',
  'TRIM', 'EXTRACT', 'DATE_ADD', 'SUBSTRING', '"purge"', 'purge'];
const REPEATED = ['(', '[', '{', '<<', "{'a':", 'NOT ', '- ', '1 + ', "'a' || ", 'a.', 'a[', '(SELECT * FROM ', 'CASE WHEN ', '`[', '`', "x''", 'COALESCE(', 'CAST(', '?,', '1,', 'a AND ', 'a = ',
  ' ', '\n', '-- \n', '/**/', "''", '""', '9', '\0', '[*]', '.*', '<<1>>, ', 'IS NULL ', '😀'];
const REPEATABLE_WHOLE: readonly ((text: string) => string)[] = [
  text => `SELECT ${text}`, text => `SELECT * FROM T WHERE ${text}`, text => `INSERT INTO T ${text}`, text => `UPDATE T SET ${text}`, text => `SELECT VALUE '${text}' LIKE '%${text}b' FROM <<0>>`,
  text => text, text => `SELECT VALUE ${text}1 FROM << 0 >> AS x`, text => `SELECT * FROM ${text}T`,
];

/** The statement that a seed stands for. */
export function generatedStatement(seed: number): GeneratedStatement {
  const rolls = dice(seed);
  const origin = rolls.pick<Origin>(['grammar', 'grammar', 'grammar', 'grammar', 'broken grammar', 'broken grammar', 'words in any order', 'noise', 'repetition']);
  const text = textOf(origin, rolls);
  const placeholders = text.split('?').length - 1;
  const parameters = Array.from({ length: rolls.chance(0.95) ? Math.min(placeholders, 300) : rolls.below(4) }, () => rolls.pick(PARAMETERS));
  return { origin, text, parameters };
}

function textOf(origin: Origin, rolls: Dice): string {
  switch (origin) {
    case 'grammar': return statement(rolls);
    case 'broken grammar': {
      let text = statement(rolls);
      for (let count = 1 + rolls.below(3); count > 0; count--) text = mutated(rolls, text);
      return text;
    }
    case 'words in any order': return Array.from({ length: 1 + rolls.below(40) }, () => rolls.pick(WORDS)).join(rolls.pick(['', ' ', ' ']));
    case 'noise': return rolls.bytes(rolls.below(300)).toString(rolls.pick(['latin1', 'utf8', 'utf16le']));
    case 'repetition': {
      // Most of them short: a long one costs as much as a thousand others.
      const count = rolls.pick([1, 3, 10, 50, 99, 101, ...rolls.chance(0.02) ? [20_000, 99_000] : [200]]);
      return rolls.pick(REPEATABLE_WHOLE)(rolls.pick(REPEATED).repeat(count)).slice(0, 100_001);
    }
  }
}

function statement(rolls: Dice): string {
  const table = rolls.pick(['T', 'T', 'T', 'U', '"T"', 'Nowhere']);
  const where = () => rolls.chance(0.7) ? ` WHERE ${expression(rolls, 3)}` : '';
  const alias = rolls.pick(['', '', ' AS t', ' t', ' AS t BY id', ' BY id']);
  const end = rolls.chance(0.05) ? ';' : '';
  switch (rolls.below(14)) {
    case 0: case 1: case 2: case 3: case 4: return `SELECT ${projection(rolls)} FROM ${sources(rolls)}${where()}${refusedClause(rolls)}${end}`;
    case 5: return `INSERT INTO ${table} ${rolls.pick(['VALUE ', '', 'VALUES '])}${expression(rolls, 3)}`;
    case 6: return `UPDATE ${table}${alias} SET ${list(rolls, () => `${path(rolls)} = ${expression(rolls, 3)}`, 3)}${where()}`;
    case 7: return `UPDATE ${table}${alias} INSERT INTO ${path(rolls)} VALUE ${expression(rolls, 2)}${rolls.chance(0.5) ? ` AT ${expression(rolls, 1)}` : ''}${where()}`;
    case 8: return `UPDATE ${table}${alias} REMOVE ${path(rolls)}${where()}`;
    case 9: return `FROM ${sources(rolls)}${where()} ${rolls.pick(['SET', 'REMOVE', 'INSERT INTO'])} ${path(rolls)} ${rolls.pick(['=', 'VALUE', ''])} ${expression(rolls, 2)}`;
    case 10: return `DELETE FROM ${table}${alias}${where()}`;
    case 11: return rolls.pick([`CREATE TABLE ${name(rolls)}`, `DROP TABLE ${name(rolls)}`, 'CREATE TABLE V WITH (aws_tags = `{\'k\': \'v\'}`)', 'UNDROP TABLE "table1"']);
    case 12: return rolls.pick([`CREATE INDEX ON ${table} (${name(rolls)})`, `DROP INDEX "index2" ON ${table} WITH (purge = ${rolls.pick(['true', 'false'])})`]);
    default: return `EXEC redact_revision ${list(rolls, () => expression(rolls, 1), 4)}`;
  }
}

function projection(rolls: Dice): string {
  switch (rolls.below(6)) {
    case 0: return '*';
    case 1: return `VALUE ${expression(rolls, 4)}`;
    case 2: return `${rolls.pick(['COUNT(*)', 'MAX', 'MIN', 'SUM', 'AVG'])}${rolls.chance(0.5) ? `(${expression(rolls, 2)})` : ''}`;
    case 3: return `${name(rolls)}.*, ${expression(rolls, 2)}`;
    default: return list(rolls, () => `${expression(rolls, 3)}${rolls.chance(0.3) ? ` AS ${name(rolls)}` : ''}`, 3);
  }
}

function sources(rolls: Dice): string {
  const source = () => rolls.pick([
    () => 'T', () => 'T', () => 'U', () => '_ql_committed_T', () => 'history(T)', () => 'history(T, `2020T`)', () => "history('table1', `2020T`, ?)", () => 'information_schema.user_tables',
    () => path(rolls), () => `@${name(rolls)}.b`, () => '<< 1, 2 >>', () => '[{}, {\'a\': 1}]', () => `(${nested(rolls, 2)})`, () => `UNPIVOT ${expression(rolls, 1)}`,
  ])();
  const item = () => `${source()}${rolls.pick(['', '', ' AS t', ' AS u', ' AS a', ' x'])}${rolls.pick(['', '', ' AT i', ' BY id'])}`;
  const first = item();
  return rolls.chance(0.6) ? first : `${first}${rolls.pick([', ', ' INNER JOIN ', ' JOIN ', ' CROSS JOIN ', ' LEFT JOIN '])}${item()}${rolls.chance(0.4) ? ` ON ${expression(rolls, 2)}` : ''}`;
}

const refusedClause = (rolls: Dice): string => rolls.chance(0.9) ? '' : rolls.pick([' ORDER BY a', ' GROUP BY a', ' LIMIT 1', ' OFFSET 1', ' HAVING a', ' UNION SELECT 1']);
const nested = (rolls: Dice, depth: number): string => `SELECT ${rolls.pick(['', 'VALUE '])}${expression(rolls, depth)} FROM ${rolls.pick(['t.b', '@t.b', '<<1, 2>>', 'T', 'x', `(${expression(rolls, 1)})`])} AS x`;
const name = (rolls: Dice): string => rolls.pick(NAMES);
const list = (rolls: Dice, item: () => string, max: number): string => Array.from({ length: 1 + rolls.below(max) }, item).join(', ');
const path = (rolls: Dice): string => `${name(rolls)}${Array.from({ length: rolls.below(3) }, () => rolls.pick(['.a', '.b', '[0]', '[1]', "['a']", '[*]', '.*', '."x y"'])).join('')}`;

function expression(rolls: Dice, depth: number): string {
  if (depth === 0 || rolls.chance(0.25)) return rolls.chance(0.5) ? rolls.pick(LITERALS) : path(rolls);
  const inner = () => expression(rolls, depth - 1);
  switch (rolls.below(16)) {
    case 0: case 1: return `${inner()} ${rolls.pick(['+', '-', '*', '/', '%', '||'])} ${inner()}`;
    case 2: case 3: return `${inner()} ${rolls.pick(['=', '<>', '!=', '<', '<=', '>', '>='])} ${inner()}`;
    case 4: return `${inner()} ${rolls.pick(['AND', 'OR'])} ${inner()}`;
    case 5: return `${rolls.pick(['-', '+', 'NOT '])}${inner()}`;
    case 6: return `${inner()} ${rolls.pick(['IN', 'NOT IN'])} ${rolls.pick([`(${list(rolls, inner, 3)})`, inner()])}`;
    case 7: return `${inner()} LIKE ${rolls.pick([...PATTERNS, inner()])}${rolls.chance(0.2) ? " ESCAPE '\\'" : ''}`;
    case 8: return `${inner()} BETWEEN ${inner()} AND ${inner()}`;
    case 9: return `${inner()} IS ${rolls.pick(['', 'NOT '])}${rolls.pick(TYPES)}`;
    case 10: return `CAST(${inner()} AS ${rolls.pick(TYPES)})`;
    case 11: return `${rolls.pick(FUNCTIONS)}(${rolls.chance(0.1) ? '' : list(rolls, inner, 3)})`;
    case 12: return rolls.pick([`DATE_ADD(${rolls.pick(PARTS)}, ${inner()}, ${inner()})`, `DATE_DIFF(${rolls.pick(PARTS)}, ${inner()}, ${inner()})`, `EXTRACT(${rolls.pick(PARTS)} FROM ${inner()})`,
      `TRIM(${rolls.pick(['', 'LEADING ', 'BOTH '])}${inner()} FROM ${inner()})`, `TO_STRING(${inner()}, 'yyyy-MM-dd h a X')`]);
    case 13: return rolls.pick([`[${list(rolls, inner, 3)}]`, `<<${list(rolls, inner, 3)}>>`, `{${inner()}: ${inner()}}`, `(${inner()})`, `(${inner()})[${inner()}]`]);
    case 14: return `(${nested(rolls, depth - 1)})`;
    default: return `CASE ${rolls.pick(['', inner()])} WHEN ${inner()} THEN ${inner()}${rolls.chance(0.5) ? ` ELSE ${inner()}` : ''} END`;
  }
}
