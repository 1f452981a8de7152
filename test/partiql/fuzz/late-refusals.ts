import { limits } from '../../../src/partiql';

/** A text that is no statement, which shows only after all that a statement may have. */
export interface LateRefusal { readonly name: string; readonly text: string }

/** As many units as there is room for, by tokens and by characters. */
function filled(name: string, before: string, unit: string, after: string, tokensOfUnit: number): LateRefusal {
  const byCharacters = Math.floor((limits.statementCharactersMax - before.length - after.length) / unit.length);
  return { name, text: before + unit.repeat(Math.min(byCharacters, Math.floor(0.99 * limits.tokensMax / tokensOfUnit))) + after };
}

const inList = (name: string, unit: string, tokens: number): LateRefusal => filled(name, 'SELECT VALUE [', `${unit},`, '1] FRM', tokens + 1);
const inIon = (name: string, unit: string, weight = 1.5): LateRefusal => filled(`Ion: ${name}`, 'SELECT VALUE `[', `${unit},`, '1]]` FROM <<0>>', weight);
const long = (name: string, before: string, unit: string, after: string): LateRefusal => filled(name, before, unit, after, 0.01);

export const LATE_REFUSALS: readonly LateRefusal[] = [
  filled('items', 'SELECT ', '1,', '1 FRM', 2),
  filled('fields', 'SELECT VALUE {', "'a':1,", "'b':2} FRM", 4),
  filled('alternatives', 'SELECT VALUE ', '1=1 OR ', '1 FRM', 4),
  filled('sum', 'SELECT VALUE ', '1+', '1 FRM', 2),
  filled('assignments', 'UPDATE T SET ', 'a.b=1,', 'a=2 FRM', 6),
  inList('integers', '1', 1), inList('long integers', '12345678901234567890', 1), inList('decimals', '1.5', 1), inList('names', 'abcde', 1),
  inList('keywords', 'null', 1), inList('strings', "'ab'", 1), inList('parameters', '?', 1), inList('structs', "{'a':1}", 5), inList('empty structs', '{}', 2),
  inList('lists', '[1]', 3), inList('parentheses', '(1)', 3), inList('calls', 'TXID()', 3), inList('trimmed texts', "TRIM(' ')", 4), inList('casts', 'CAST(1 AS int)', 6),
  inList('aggregates', 'SUM(1)', 4), inList('paths', 'a.b', 3), inList('elements', 'a[1]', 4), inList('comparisons', '1=1', 3), inList('signs', '-1', 2),
  inList('conjunctions', '1 AND 1', 3), inList('memberships', '1 IN (1)', 5), inList('type tests', '1 IS INT', 3), inList('ranges', '1 BETWEEN 1 AND 1', 5),
  inList('cases', 'CASE WHEN 1 THEN 1 END', 6), inList('queries', '(SELECT a FROM a)', 11), inList('joins', '(SELECT a.b FROM a,b)', 15), inList('Ion literals', '`1`', 1),
  inIon('integers', '1'), inIon('decimals', '1.5', 3.5), inIon('years', '2020T', 13.5), inIon('times', '2020-01-01T00:00:00.000Z', 16.5), inIon('structs', '{a:1}', 4),
  inIon('lists', '[]', 3.5), inIon('annotations', 'a::b::1', 7.5), inIon('strings', '"a"'), inIon('symbols', 'abc'), inIon('lobs', '{{}}', 5.5), inIon('nulls', 'null.int', 2.5),
  long('a string', "SELECT '", 'a', "' FRM"), long('a wide string', "SELECT '", '\u65e5', "' FRM"), long('doubled quotes', "SELECT '", "''", "' FRM"),
  long('an open string', "SELECT '", "''", ''), long('a name', 'SELECT ', 'a', ''), long('a quoted name', 'SELECT "', 'a', '"'),
  long('a number', 'SELECT ', '9', ''), long('a decimal number', 'SELECT ', '9', '.'), long('blanks', 'SELECT ', ' ', ''), long('lines', 'SELECT ', '\n', ''),
  long('comments', 'SELECT ', '--\n', ''), long('Ion: lines', 'SELECT VALUE `[', '\n', ']]` FROM <<0>>'), long('Ion: a number', 'SELECT `', '9', '` FRM'),
  long('Ion: escapes', 'SELECT `"', '\\n', '"` FRM'), long('Ion: a blob', 'SELECT `{{', 'AAAA', '}}` FRM'),
];
