import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { decodeIon, encodeIon, encodeIonWithin, hashIon, InvalidIon, ionInt, ionString, ionStruct, printIon, readIon, type IonValue } from '../../src/ion';
import type { IonList } from '../../src/ion/value';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const listed = (value: IonValue): IonValue => ({ kind: 'list', items: [value] });

describe('the one value of a document that stays bytes', () => {
  test('is the one that is decoded: same hash, same bytes', () => {
    fc.assert(fc.property(arbitraryIon(), (value) => {
      const bytes = encodeIon(listed(value));
      const read = readIon(bytes);
      expect(hexOf(hashIon(read))).toBe(hexOf(hashIon(decodeIon(bytes))));
      expect(hexOf(encodeIon(read))).toBe(hexOf(bytes));
    }), { numRuns: 500 });
  });

  test('is refused beside another, and if there is none', () => {
    expect(() => readIon(Buffer.from('e00100ea2020', 'hex'))).toThrow(InvalidIon);
    expect(() => readIon(Buffer.from('e00100ea', 'hex'))).toThrow(InvalidIon);
  });

  test('is found to be malformed inside when it is hashed', () => {
    const inner = readIon(Buffer.from('e00100eab131', 'hex'));
    expect(() => hashIon(inner)).toThrow(InvalidIon);
  });
});

test('symbols of documents of many shapes that come by turns are told apart', () => {
  const documents = Array.from({ length: 600 }, (_, n) => ionStruct({ [`a${n % 300}`]: ionInt(n), b: ionString(`${n}`) }));
  const bytes = documents.map(encodeIon);
  for (let round = 0; round < 2; round++) for (const [index, document] of documents.entries()) expect(decodeIon(bytes[index]!)).toEqual(document);
});

test('what is encoded can be decoded: containers nested too deeply for that are refused, whether they are values or bytes', () => {
  const lists = (levels: number, inner: IonValue = ionInt(1)): IonValue => levels === 0 ? inner : listed(lists(levels - 1, inner));
  const deepest = encodeIon(lists(256));
  expect(printIon(readIon(deepest))).toBe(printIon(decodeIon(deepest)));
  for (const value of [lists(257), listed(readIon(deepest)), lists(200, readIon(encodeIon(lists(57))))]) {
    expect(() => encodeIon(value)).toThrow('nested deeper than 256');
  }
  expect(() => encodeIonWithin(5, listed(readIon(encodeIon(lists(5)))))).toThrow('nested deeper than 5');
  const inner = (readIon(encodeIon(lists(5))) as IonList).items[0]!;
  expect(printIon(decodeIon(encodeIonWithin(4, inner)))).toBe('[[[[1]]]]');
});
