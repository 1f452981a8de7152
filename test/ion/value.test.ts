import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { fieldOf, hashIon, ionDecimal, ionEquals, ionInt, ionString, ionStruct, ionTimestampFromMillis, ionToJson, millisFromIonTimestamp, parseIon, printIon } from '../../src/ion';

describe('a time', () => {
  test('survives as a timestamp', () => {
    fc.assert(fc.property(fc.integer({ min: -62135596800000, max: 253402300799999 }), (millis) => {
      expect(millisFromIonTimestamp(ionTimestampFromMillis(millis))).toBe(millis);
      expect(millisFromIonTimestamp(parseIon(printIon(ionTimestampFromMillis(millis))) as never)).toBe(millis);
    }));
  });

  test.each([
    ['2019T', '2019-01-01T00:00:00.000Z'],
    ['2019-09-16T19:37+05:30', '2019-09-16T14:07:00.000Z'],
    ['2019-09-16T19:37:05.3609Z', '2019-09-16T19:37:05.360Z'],
    ['2019-09-16T19:37:05.3Z', '2019-09-16T19:37:05.300Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    [`2019-09-16T19:37:05.${'0'.repeat(900)}1Z`, '2019-09-16T19:37:05.000Z'],
  ])('%s is the instant %s', (text, instant) => {
    expect(millisFromIonTimestamp(parseIon(text) as never)).toBe(Date.parse(instant));
  });
});

describe('equivalence', () => {
  test.each([
    ['1', '1.'], ['1.0', '1.00'], ['0e0', '-0e0'], ['0.', '-0.'], ['a', '"a"'], ['null', 'null.int'], ['a::1', '1'], ['a::b::1', 'b::a::1'],
    ['2000T', '2000-01T'], ['2000-01-01T00:00Z', '2000-01-01T00:00-00:00'], ['2000-01-01T00:00Z', '2000-01-01T01:00+01:00'],
    ['2000-01-01T00:00:00Z', '2000-01-01T00:00:00.0Z'], ['[1,2]', '[2,1]'], ['[1]', '(1)'], ['{{"a"}}', '{{YQ==}}'],
    ['{a:1,a:2}', '{a:1,a:1}'], ['{a:1,a:1,b:1}', '{a:1,b:1,b:1}'], ['{a:1}', '{b:1}'], ['{}', 'null.struct'], ['{a:1}', '{a:1,b:2}'],
  ])('tells %s from %s', (one, other) => {
    expect(ionEquals(parseIon(one), parseIon(other))).toBe(false);
    expect(hashIon(parseIon(one))).not.toEqual(hashIon(parseIon(other)));
  });

  test('takes the time of its input for deep values that differ only at the bottom', () => {
    const nested = (bottom: string): string => `${'{a:0,b:'.repeat(200)}${bottom}${'}'.repeat(200)}`;
    expect(ionEquals(parseIon(nested('1')), parseIon(nested('2')))).toBe(false);
  });
});

describe('JSON', () => {
  test.each([
    ['[null, null.int, true, 12345678901234567890, 1.50, 1d3, 5d-9, -0., 1e3, nan, -inf]', '[null,null,true,12345678901234567890,1.50,1e3,5e-9,-0,1000,null,null]'],
    ['[2019-09-16T19:37:05.360Z, 2017-08-21]', '["2019-09-16T19:37:05.360Z","2017-08-21"]'],
    ['x::[sym, "a\\"b", (1 + 2)]', '["sym","a\\"b",[1,"+",2]]'],
    ['{a:{{aGk=}}, b:{{"hi\\xff\\""}}, \'c d\':{}}', '{"a":"aGk=","b":"hi\\u00ff\\"","c d":{}}'],
  ])('of %s is %s', (text, json) => {
    expect(ionToJson(parseIon(text))).toBe(json);
  });

  test('is always well-formed', () => {
    fc.assert(fc.property(arbitraryIon(), (value) => {
      expect(() => JSON.parse(ionToJson(value))).not.toThrow();
    }));
  });
});

test('members that are undefined stay out of a struct', () => {
  const struct = ionStruct({ a: ionInt(1), b: undefined, c: ionString('x') });
  expect(printIon(struct)).toBe('{a:1,c:"x"}');
  expect(fieldOf(struct, 'b')).toBeUndefined();
  expect(printIon(ionDecimal(9025n, -2))).toBe('90.25');
});
