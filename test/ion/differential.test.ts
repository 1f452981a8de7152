import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { binaryByIonJs, hashByIonHashJs, ionJsKeeps, ionJsPrints, readByIonJs, textByIonJs } from './ion-js-oracle';
import { decodeIon, decodeIonStream, encodeIon, encodeIonStream, hashIon, ionEquals, IonValue, parseIon, parseIonStream, printIon } from '../../src/ion';

const RUNS = { numRuns: 1500 };
const shared = (): fc.Arbitrary<IonValue> => arbitraryIon().filter(ionJsKeeps);

describe('binary Ion', () => {
  test('a value survives being written and read', () => {
    fc.assert(fc.property(arbitraryIon(), (value) => {
      expect(decodeIon(encodeIon(value))).toEqual(value);
    }), RUNS);
  });

  test('ion-js reads what is written here', () => {
    fc.assert(fc.property(shared(), (value) => {
      expect(readByIonJs(encodeIon(value))).toEqual([value]);
    }), RUNS);
  });

  test('what ion-js writes is read here', () => {
    fc.assert(fc.property(shared(), (value) => {
      expect(decodeIon(binaryByIonJs(value))).toEqual(value);
    }), RUNS);
  });

  test('a stream shares one symbol table and keeps its order', () => {
    fc.assert(fc.property(fc.array(arbitraryIon(), { maxLength: 5 }), (values) => {
      expect([...decodeIonStream(encodeIonStream(values))]).toEqual(values);
    }), { numRuns: 300 });
  });
});

describe('Ion text', () => {
  test.each([{ pretty: false }, { pretty: true }])('a value survives being printed and parsed (%p)', (options) => {
    fc.assert(fc.property(arbitraryIon(), (value) => {
      expect(parseIon(printIon(value, options))).toEqual(value);
    }), RUNS);
  });

  test.each([{ pretty: false }, { pretty: true }])('ion-js parses what is printed here (%p)', (options) => {
    fc.assert(fc.property(shared(), (value) => {
      expect(readByIonJs(printIon(value, options))).toEqual([value]);
    }), RUNS);
  });

  test('what ion-js prints is parsed here', () => {
    fc.assert(fc.property(shared().filter(ionJsPrints), (value) => {
      expect(parseIon(textByIonJs(value))).toEqual(value);
    }), RUNS);
  });

  test('a stream keeps its order', () => {
    fc.assert(fc.property(fc.array(arbitraryIon(), { maxLength: 5 }), (values) => {
      expect([...parseIonStream(values.map((value) => printIon(value)).join('\n'))]).toEqual(values);
    }), { numRuns: 300 });
  });
});

describe('Ion hash', () => {
  test('equals that of ion-hash-js', () => {
    fc.assert(fc.property(shared(), (value) => {
      expect(Buffer.from(hashIon(value)).toString('hex')).toBe(Buffer.from(hashByIonHashJs(value)).toString('hex'));
    }), RUNS);
  });

  test('is the same for exactly the values that are equivalent', () => {
    fc.assert(fc.property(arbitraryIon(), arbitraryIon(), (one, other) => {
      expect(ionEquals(one, one)).toBe(true);
      expect(ionEquals(one, other)).toBe(Buffer.compare(hashIon(one), hashIon(other)) === 0);
    }), RUNS);
  });

  test('does not depend on the order of fields', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), arbitraryIon()), { maxLength: 6 }), (fields) => {
      const one = { kind: 'struct', fields } as const;
      const other = { kind: 'struct', fields: [...fields].reverse() } as const;
      expect(hashIon(one)).toEqual(hashIon(other));
      expect(ionEquals(one, other)).toBe(true);
    }), { numRuns: 300 });
  });
});
