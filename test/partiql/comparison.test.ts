import fc from 'fast-check';
import { parseIon } from '../../src/ion/text-reader';
import { ionBool, ionDecimal, ionFloat, ionInt, ionList, ionNull, ionString, ionSymbol, ionTimestampFromMillis, type IonValue } from '../../src/ion/value';
import { equalityKey, valuesEqual } from '../../src/partiql';
import { compareValues } from '../../src/partiql/comparison';

const { value: anyValue } = fc.letrec<{ value: IonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(ionNull()),
    fc.boolean().map(ionBool),
    fc.integer({ min: -20, max: 20 }).map(ionInt),
    fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -2, max: 1 })).map(([digits, exponent]) => ionDecimal(BigInt(digits), exponent)),
    fc.oneof(fc.double(), fc.integer({ min: -20, max: 20 })).map(ionFloat),
    fc.string({ maxLength: 2 }).map(ionString),
    fc.string({ maxLength: 2 }).map(ionSymbol),
    fc.integer({ min: 0, max: 3000 }).map(ionTimestampFromMillis),
    fc.array(tie('value'), { maxLength: 3 }).map(ionList),
    fc.array(fc.tuple(fc.constantFrom('a', 'b'), tie('value')), { maxLength: 3 }).map((fields): IonValue => ({ kind: 'struct', fields })),
  ),
}));

test('two values are equal exactly if they share their key', () => {
  const agree = (left: IonValue, right: IonValue) => valuesEqual(left, right) === (equalityKey(left) === equalityKey(right));
  fc.assert(fc.property(anyValue, anyValue, agree), { numRuns: 2000 });
});

test('the order of values is total and agrees with equality', () => {
  fc.assert(fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
    expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0);
    expect(compareValues(a, b) === 0).toBe(valuesEqual(a, b));
    if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
  }), { numRuns: 2000 });
});

test.each([
  ['1', '1.0'], ['1', '1e0'], ['100', '1d2'], ['0.1', '1e-1'], ['0', '-0.0'], ['"a"', 'a'], ['"a"', 'x::"a"'], ['2020T', '2020-01-01'],
  ['2020-01-01T00:00Z', '2020-01-01T01:00:00.000+01:00'], ['{a:1,b:2}', '{b:2,a:1}'], ['[1,[a]]', '[1.0,["a"]]'], ['{{"a"}}', '{{YQ==}}'], ['nan', 'nan'],
])('%s equals %s', (left, right) => {
  expect(valuesEqual(parseIon(left), parseIon(right))).toBe(true);
});

test.each([
  ['1', '"1"'], ['1', '2'], ['1', 'true'], ['[1]', '(1)'], ['[1,2]', '[2,1]'], ['{a:1}', '{a:1,a:1}'], ['"a"', '"A"'], ['"a,b"', '["a","b"]'],
  ['2020-01-01T00:00:00.1Z', '2020-01-01T00:00:00.2Z'], ['+inf', '-inf'], ['1', '1.0000000000000000000000000000001'],
])('%s does not equal %s', (left, right) => {
  expect(valuesEqual(parseIon(left), parseIon(right))).toBe(false);
});

test('text is ordered by code points, not by UTF-16 units', () => {
  expect(compareValues(ionString('\uFFFD'), ionString('\u{1F600}'))).toBeLessThan(0);
});
