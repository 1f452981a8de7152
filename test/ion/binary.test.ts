import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { decodeIon, decodeIonStream, encodeIon, encodeIonStream, InvalidIon, IonValue, MAXIMUM_DEPTH, parseIon, parseIonStream, printIon } from '../../src/ion';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const document = (hex: string): Uint8Array => bytesOf(`E00100EA ${hex}`);
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

describe('binary Ion', () => {
  test.each([
    ['null', '0F'],
    ['null.struct', 'DF'],
    ['true', '11'],
    ['0', '20'],
    ['-1', '3101'],
    ['256', '220100'],
    ['0e0', '40'],
    ['1e0', '483FF0000000000000'],
    ['0.', '50'],
    ['-0.', '528080'],
    ['128.', '53800080'],
    ['2000T', '63C00FD0'],
    ['2000-01-01T00:00Z', '67800FD081818080'],
    ['name', '7104'],
    ['"hello world!!"', '8D68656C6C6F20776F726C642121'],
    ['"hello world!!!"', '8E8E68656C6C6F20776F726C64212121'],
    ['{{AQI=}}', 'A20102'],
    ['{name:1}', 'D3842101'],
    ['name::1', 'E48184 2101'],
  ])('%s is encoded as %s', (text, hex) => {
    expect(hexOf(encodeIon(parseIon(text)))).toBe(hexOf(document(hex)));
  });

  test('declares only the symbols that the system table lacks', () => {
    expect(hexOf(encodeIon(parseIon('{a:name}')))).toBe(hexOf(document('E7 8183 D4 87 B2 81 61 D3 8A 7104')));
  });

  // Encodings that no careful writer makes but every reader must know.
  test.each([
    ['leading zeros of an int', '22 00 01', '1'],
    ['a length spelled out', '2E 81 01', '1'],
    ['a float of 4 bytes', '44 3FC00000', '1.5e0'],
    ['a struct sorted by symbol', 'D1 83 84 21 01', '{name:1}'],
    ['padding at the top', '00 02 FFFF 21 01', '1'],
    ['padding in a list', 'B4 00 21 01 00', '[1]'],
    ['padding in a struct', 'D6 80 01 FF 84 21 01', '{name:1}'],
    ['an over-long VarUInt', '2E 00 00 81 01', '1'],
    ['a repeated version marker', 'E00100EA 21 01', '1'],
    ['a fraction without digits', '69 80 0FD0 81 81 80 80 80 80', '2000-01-01T00:00:00Z'],
    ['a fraction of exponent 0', '6A 80 0FD0 81 81 80 80 80 80 00', '2000-01-01T00:00:00Z'],
    ['an import of the system table', 'EC 8183 D9 86 B7 D6 84 84 24696F6E 21 01', '1'],
  ])('reads %s', (_, hex, text) => {
    expect(printIon(decodeIon(document(hex)))).toBe(printIon(parseIon(text)));
  });

  test('adds symbols to a table that is imported', () => {
    const declare = (symbol: string): string => `E8 8183 D5 87 B3 82 ${Buffer.from(symbol).toString('hex')}`;
    const append = `EB 8183 D8 86 71 03 87 B3 82 ${Buffer.from('cd').toString('hex')}`;
    expect([...decodeIonStream(document(`${declare('ab')} 710A ${append} 710A 710B`))].map((value) => printIon(value))).toEqual(['ab', 'ab', 'cd']);
  });

  test.each([
    ['no version marker', bytesOf('2101'), 'version marker E0 01 00 EA (at byte 0)'],
    ['nothing', bytesOf(''), 'version marker E0 01 00 EA (at byte 0)'],
    ['another version', document('E00200EA'), 'Only Ion version 1.0 (E0 01 00 EA) is supported (at byte 4)'],
    ['no value', document(''), 'The document holds no value'],
    ['two values', document('20 20'), 'The document holds more than one value'],
    ['a reserved type', document('F0'), 'Type descriptor 0xF0 is reserved (at byte 4)'],
    ['a bool of 2', document('12'), 'Type descriptor 0x12 is no bool'],
    ['a length beyond the end', document('85 61'), 'A length of 5 bytes reaches beyond the end'],
    ['a length beyond its container', document('B2 85 61 61 61 61 61'), 'A length of 5 bytes reaches beyond the end'],
    ['a length beyond all numbers', document('8E 7F7F7F7F7F7F7F7FFF'), 'A number is too large'],
    ['a length that never ends', document('8E 7F7F'), 'The input ends in the middle of a value'],
    ['a negative zero int', document('30'), 'An int may not be negative zero'],
    ['a float of 5 bytes', document('45 0000000000'), 'A float has 0, 4 or 8 bytes, not 5'],
    ['broken UTF-8', document('82 C3 28'), 'A string is not valid UTF-8'],
    ['an unknown symbol', document('71 0A'), 'Symbol id 10 has no known text'],
    ['symbol 0', document('70'), 'Symbol id 0 has no known text'],
    ['an absurd symbol', document('79 FFFFFFFFFFFFFFFFFF'), 'Symbol id Infinity has no known text'],
    ['an annotation without a value', document('E3 82 84 84'), 'The annotations have a wrong length'],
    ['an annotation of padding', document('E3 81 84 00'), 'An annotation may not wrap padding'],
    ['an annotation of an annotation', document('E7 81 84 E4 81 84 21 01'), 'An annotation may not wrap another one'],
    ['an annotation of two values', document('E4 81 84 20 20'), 'An annotation must wrap exactly one value'],
    ['an annotation without annotations', document('E3 80 21 01'), 'The annotations have a wrong length'],
    ['an empty sorted struct', document('D1 80'), 'A struct marked as sorted may not be empty'],
    ['a timestamp of month 13', document('64 C0 0FD0 8D'), 'month 13 is outside 1 to 12'],
    ['a timestamp of an hour alone', document('66 80 0FD0 81 81 80'), 'The input ends in the middle of a value'],
    ['a fraction of 1', document('6A 80 0FD0 81 81 80 80 80 C1 0A'), 'The fraction of a second is not between 0 and 1'],
    ['a fraction of billions of zeros', document('6B 80 0FD0 81 81 80 80 80 43 7F FF'), 'more than 1000 fraction digits'],
    ['an exponent beyond all sense', document('57 3F7F7F7F7FFF 01'), 'A signed number is beyond'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeIon(bytes)).toThrow(InvalidIon);
    expect(() => decodeIon(bytes)).toThrow(message);
  });

  test('refuses bottomless nesting, and reads nesting up to the limit', () => {
    const nested = (depth: number): Uint8Array => {
      let value: IonValue = { kind: 'list', items: [] };
      for (let level = 1; level < depth; level++) value = { kind: 'list', items: [value] };
      return encodeIon(value);
    };
    expect(() => decodeIon(nested(MAXIMUM_DEPTH + 1))).toThrow(`Containers are nested deeper than ${MAXIMUM_DEPTH}`);
    expect(() => decodeIon(nested(MAXIMUM_DEPTH))).not.toThrow();
  });

  test('does not copy the whole table for each of many declarations', () => {
    const append = bytesOf('EA 8183 D7 86 71 03 87 B2 81 61');
    const bytes = Buffer.concat([document(''), ...Array.from({ length: 50_000 }, () => append), bytesOf('71 0A')]);
    expect(decodeIon(bytes)).toEqual({ kind: 'symbol', value: 'a' });
  });

  test('refuses to write what would read as something else, or not at all', () => {
    expect(() => encodeIon({ kind: 'struct', annotations: ['$ion_symbol_table'], fields: [] })).toThrow('would be read as a symbol table');
    expect(() => encodeIon({ kind: 'string', value: '\ud800' })).toThrow('half a surrogate pair');
  });
});

describe('noise', () => {
  const onlyInvalidIon = (read: () => unknown): void => {
    try {
      read();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidIon);
    }
  };

  test('of random bytes never breaks the binary reader', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
      onlyInvalidIon(() => [...decodeIonStream(Buffer.concat([document(''), noise]))]);
    }), { numRuns: 5000 });
  });

  test('of flipped and missing bytes never breaks the binary reader', () => {
    const streams = fc.array(arbitraryIon(), { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(streams, fc.nat(), fc.nat(255), fc.nat(), (values, position, byte, cut) => {
      const bytes = encodeIonStream(values);
      onlyInvalidIon(() => [...decodeIonStream(bytes.slice(0, cut % bytes.length))]);
      bytes[position % bytes.length] = byte;
      onlyInvalidIon(() => [...decodeIonStream(bytes)]);
    }), { numRuns: 2000 });
  });

  test('of Ion\'s own characters never breaks the text reader', () => {
    const characters = fc.constantFrom(...'{}[]()"\'\\:,.-+_$0123456789abcdefxTZnul/*\n é\ud83d'.split(''), "'''", '{{', '}}', '::', 'null.', '\\u', '2000-01-01T', '$ion_1_0');
    fc.assert(fc.property(fc.array(characters, { maxLength: 30 }), (parts) => {
      onlyInvalidIon(() => [...parseIonStream(parts.join(''))]);
    }), { numRuns: 5000 });
  });

  test('of cut and altered text never breaks the text reader', () => {
    fc.assert(fc.property(arbitraryIon(), fc.nat(), fc.string({ maxLength: 2 }), (value, position, insert) => {
      const text = printIon(value);
      const at = position % (text.length + 1);
      onlyInvalidIon(() => parseIon(text.slice(0, at)));
      onlyInvalidIon(() => parseIon(text.slice(0, at) + insert + text.slice(at)));
    }), { numRuns: 2000 });
  });
});
