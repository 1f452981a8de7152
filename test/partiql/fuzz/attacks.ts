import { limits } from '../../../src/partiql';

/** A statement made to cost much, of about the largest size there may be. */
export interface Attack {
  readonly name: string;
  readonly text: string;
  /** Ion text. */
  readonly parameters?: readonly string[];
}

/** As many units between the two as a statement has room for. */
function filled(before: string, unit: string, after: string, unitsMax = Infinity): string {
  const room = Math.floor((limits.statementCharactersMax - before.length - after.length) / unit.length);
  return before + unit.repeat(Math.min(room, unitsMax)) + after;
}
const zeros = (count: number): string => `[${'0,'.repeat(count - 1)}0]`;
const nestedQueries = (levels: number, wrap: (inner: string) => string, seed: string): string =>
  Array.from({ length: levels }).reduce<string>(inner => `(SELECT VALUE ${wrap('x')} FROM ${inner} AS x)`, seed);
const DIGITS = '9'.repeat(90_000);
const LONG_TEXT = `"${'a'.repeat(130_000)}"`;
const WIDE_STRUCT = `{${Array.from({ length: 15_000 }, (_, index) => `f${index}:0`).join()}}`;

export const ATTACKS: readonly Attack[] = [
  { name: 'a join of literals', text: `SELECT COUNT(*) FROM ${Array.from({ length: 8 }, (_, index) => `${zeros(500)} AS a${index}`).join()}` },
  { name: 'a join of one literal with itself by nested queries', text: `SELECT VALUE ${nestedQueries(30, x => `(SELECT COUNT(*) FROM ${zeros(50)} AS y, ${zeros(50)} AS z WHERE ${x} = 0)`, '<<0>>')} FROM <<0>>` },
  { name: 'a text doubled by each of many nested queries', text: `SELECT VALUE t FROM ${nestedQueries(60, x => `${x} || ${x}`, "<<'aaaaaaaaaaaaaaaa'>>")} AS t` },
  { name: 'a list that holds the list before it ten times', text: `SELECT VALUE t FROM ${nestedQueries(60, x => `[${Array(10).fill(x).join()}]`, '<<0>>')} AS t` },
  { name: 'such a list compared with itself', text: `SELECT VALUE t = t FROM ${nestedQueries(60, x => `{'a': ${x}, 'b': ${x}}`, '<<0>>')} AS t` },
  { name: 'such a list below wildcards', text: `SELECT VALUE t${'[*]'.repeat(60)} FROM ${nestedQueries(60, x => `[${x}, ${x}]`, '<<0>>')} AS t` },
  { name: 'a LIKE pattern that almost fits everywhere', text: 'SELECT VALUE ? LIKE ? FROM <<0>>', parameters: [LONG_TEXT, `"%${'a'.repeat(60_000)}b"`] },
  { name: 'a LIKE pattern of many wildcards', text: `SELECT VALUE ? LIKE '${'%a'.repeat(20_000)}%b' FROM <<0>>`, parameters: [LONG_TEXT] },
  { name: 'LIKE against each of many patterns', text: filled('SELECT VALUE ', "? LIKE '%aaaaaaab' OR ", 'false FROM <<0>>', 2_000), parameters: Array(2_000).fill(LONG_TEXT) },
  { name: 'arithmetic on numbers of very many digits', text: `SELECT VALUE x * 1. * x * x * x FROM <<${DIGITS}>> AS x, ${zeros(2_000)} AS y` },
  { name: 'comparisons of numbers of very many digits', text: `SELECT VALUE x FROM <<${DIGITS}.>> AS x, ${zeros(2_000)} AS y WHERE x <> x` },
  { name: 'casts of numbers of very many digits', text: `SELECT VALUE CAST(x AS string) FROM <<${DIGITS}.>> AS x, ${zeros(2_000)} AS y WHERE y <> 0 OR CHAR_LENGTH(CAST(x AS string)) < 0` },
  { name: 'decimals of exponents far apart', text: 'SELECT VALUE `1d999999` + `1d-999999` + 1e999999 * 1e-999999 % `1d-999999` FROM <<0>>' },
  { name: 'functions of a long text for each of many rows', text: `SELECT VALUE 1 FROM ${zeros(4_000)} AS y WHERE UPPER(?) = TRIM(LOWER(?)) AND y > 0`, parameters: [LONG_TEXT, LONG_TEXT] },
  { name: 'many names searched in a wide struct', text: filled('SELECT VALUE 1 FROM ? AS x, <<0,0,0>> AS y WHERE ', 'q=1 OR ', 'false', 2_000), parameters: [WIDE_STRUCT] },
  { name: 'all fields of a wide struct, many times over', text: filled('SELECT ', 'x.*,', '1 FROM ? AS x', 2_400), parameters: [WIDE_STRUCT] },
  { name: 'a wide struct copied for each row of a nested query', text: `SELECT VALUE SIZE((SELECT * FROM ? AS x, ${zeros(1_000)} AS y, ${zeros(1_000)} AS z)) FROM <<0>>`, parameters: [WIDE_STRUCT] },
  { name: 'a long list searched for each of many rows', text: `SELECT VALUE 1 FROM ${zeros(2_000)} AS x WHERE x + 1 IN (${'0,'.repeat(1_900)}0)` },
  { name: 'a long sum for each of many rows', text: `SELECT VALUE ${'x + '.repeat(1_900)}x FROM ${zeros(2_000)} AS x` },
  { name: 'the catalog joined with itself', text: `SELECT COUNT(*) FROM ${Array.from({ length: 30 }, (_, index) => `information_schema.user_tables AS a${index}`).join()}` },
  { name: 'very many tokens', text: filled('SELECT ', '1,', '') },
  { name: 'very many names', text: filled('SELECT ', 'a ,', '') },
  { name: 'very many parameters', text: filled('INSERT INTO T << ', '?,', '') },
  { name: 'very many blanks', text: filled('SELECT ', ' ', '') },
  { name: 'very many lines', text: filled('SELECT ', '\n', '') },
  { name: 'very many comments', text: filled('SELECT ', '/**/', '') },
  { name: 'very many doubled quotes', text: filled("SELECT '", "''", '') },
  { name: 'parentheses without end', text: filled('SELECT ', '(', '') },
  { name: 'negations without end', text: filled('SELECT ', 'NOT ', '') },
  { name: 'predicates without end', text: filled('SELECT * FROM T WHERE a ', 'IS NULL ', '') },
  { name: 'a path without end', text: filled('SELECT a', '.a', '') },
  { name: 'an unclosed Ion literal', text: filled('SELECT `[', "'a',", '') },
  { name: 'an Ion literal of many values', text: filled('SELECT `[', '1,', '1]`') },
  { name: 'an Ion literal of many values without commas', text: filled('SELECT `(', 'a ', 'a)`') },
  { name: 'a deep Ion literal', text: filled('SELECT `', '[', '`') },
  { name: 'a number of very many digits', text: filled('SELECT ', '9', '') },
  { name: 'half a character at the end', text: filled("SELECT '", 'a', "\ud800'") },
];
