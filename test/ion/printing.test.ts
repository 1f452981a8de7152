import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { loosely } from './loose-encoding';
import {
  decodeIonStream, encodeIonLines, encodeIonStream, encodeIonText, encodeJsonLines, InvalidIon, ionDecimal, ionString, ionToJson, parseIon, printIon,
  readIonStream, type IonValue,
} from '../../src/ion';

const RUNS = { numRuns: 1500 };
const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const listed = (value: IonValue): IonValue => ({ kind: 'list', items: [value] });
const outcome = (print: () => string): string => {
  try {
    return print();
  } catch (error) {
    if (error instanceof InvalidIon) return 'refused';
    throw error;
  }
};

describe('printing', () => {
  test('is the same from a value and straight from its bytes, as text and as JSON', () => {
    fc.assert(fc.property(fc.array(arbitraryIon(), { maxLength: 5 }), (values) => {
      const bytes = encodeIonStream(values);
      const lines = values.map(value => `${printIon(value)}\n`).join('');
      const jsonLines = values.map(value => `${ionToJson(value)}\n`).join('');
      expect([...readIonStream(bytes)].map(value => `${printIon(value)}\n`).join('')).toBe(lines);
      expect(utf8(encodeIonLines(readIonStream(bytes)))).toBe(lines);
      expect(utf8(encodeIonLines(values))).toBe(lines);
      expect(utf8(encodeJsonLines(readIonStream(bytes)))).toBe(jsonLines);
      expect(utf8(encodeJsonLines(values))).toBe(jsonLines);
    }), RUNS);
  });

  test('is the same however loosely the bytes are encoded', () => {
    fc.assert(fc.property(arbitraryIon(), fc.infiniteStream(fc.nat(7)), (value, choices) => {
      const bytes = loosely(listed(value), () => choices.next().value);
      expect(utf8(encodeIonLines(readIonStream(bytes), ''))).toBe(printIon(listed(value)));
      expect(utf8(encodeJsonLines(readIonStream(bytes)))).toBe(`${ionToJson(listed(value))}\n`);
    }), RUNS);
  });

  test('is refused exactly if decoding is', () => {
    fc.assert(fc.property(arbitraryIon(), fc.nat(), fc.nat(255), (value, position, byte) => {
      const bytes = encodeIonStream([listed(value)]);
      bytes[position % bytes.length] = byte;
      expect(outcome(() => utf8(encodeIonLines(readIonStream(bytes))))).toBe(outcome(() => utf8(encodeIonLines(decodeIonStream(bytes)))));
      expect(outcome(() => utf8(encodeJsonLines(readIonStream(bytes))))).toBe(outcome(() => utf8(encodeJsonLines(decodeIonStream(bytes)))));
    }), { numRuns: 3000 });
  });

  test('writes decimals out as long as that is short', () => {
    const shown = (...decimal: [bigint, number]): string => `${printIon(ionDecimal(...decimal))} ${ionToJson(ionDecimal(...decimal))}`;
    expect([
      shown(0n, 0), shown(0n, -2), shown(5n, -2), shown(-5n, -1), shown(125n, -2), shown(-1999900n, -2), shown(1n, -6), shown(1n, -7),
      shown(12n, -7), shown(0n, -7), shown(9007199254740993n, -3), shown(5n, 1), shown(-5n, 2),
    ]).toEqual([
      '0. 0', '0.00 0.00', '0.05 0.05', '-0.5 -0.5', '1.25 1.25', '-19999.00 -19999.00', '0.000001 0.000001', '1d-7 1e-7', '0.0000012 0.0000012',
      '0d-7 0e-7', '9007199254740.993 9007199254740.993', '5d1 5e1', '-5d2 -5e2',
    ]);
  });

  test('keeps half a surrogate pair in a string, and refuses it in bytes', () => {
    const half = ionString('a\ud800');
    expect(printIon(half)).toBe('"a\ud800"');
    expect(printIon(listed(half))).toBe('["a\ud800"]');
    expect(() => encodeIonText(half)).toThrow(InvalidIon);
    expect(utf8(encodeIonText(parseIon('{a:"é💩\\x85\\n"}')))).toBe('{a:"é💩\\x85\\n"}');
  });
});
