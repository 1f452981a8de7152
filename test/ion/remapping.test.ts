import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { binaryByIonJs, ionJsKeeps } from './ion-js-oracle';
import { loosely } from './loose-encoding';
import {
  decodeIon, decodeIonStream, encodeIon, encodeIonStream, fieldOf, InvalidIon, ionInt, ionString, ionStruct, peekField, readIonStream, type IonStruct,
  type IonValue,
} from '../../src/ion';

const RUNS = { numRuns: 1500 };
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const listed = (value: IonValue): IonValue => ({ kind: 'list', items: [value] });
/** All of several documents under one symbol table, without their values being made. */
const remapped = (documents: readonly Uint8Array[]): string => hexOf(encodeIonStream(documents.flatMap((bytes) => [...readIonStream(bytes)])));
const encodedAnew = (documents: readonly Uint8Array[]): string => hexOf(encodeIonStream(documents.flatMap((bytes) => [...decodeIonStream(bytes)])));
const outcome = (encode: () => string): string => {
  try {
    return encode();
  } catch (error) {
    if (error instanceof InvalidIon) return 'refused';
    throw error;
  }
};

describe('containers that are written from their bytes under another symbol table', () => {
  test('come to the same bytes as decoded and encoded', () => {
    fc.assert(fc.property(fc.array(arbitraryIon(), { maxLength: 5 }), (values) => {
      const documents = values.map((value) => encodeIon(listed(value)));
      expect(remapped(documents)).toBe(hexOf(encodeIonStream(values.map(listed))));
    }), RUNS);
  });

  test('come to them from what ion-js wrote', () => {
    fc.assert(fc.property(fc.array(arbitraryIon().filter(ionJsKeeps), { maxLength: 3 }), (values) => {
      const documents = values.map((value) => binaryByIonJs(listed(value)));
      expect(remapped(documents)).toBe(encodedAnew(documents));
    }), RUNS);
  });

  test('come to them however loosely they were encoded', () => {
    const choices = fc.infiniteStream(fc.nat(7));
    fc.assert(fc.property(fc.array(fc.tuple(arbitraryIon(), choices), { maxLength: 3 }), (values) => {
      const documents = values.map(([value, stream]) => loosely(listed(value), () => stream.next().value));
      expect(remapped(documents)).toBe(hexOf(encodeIonStream(values.map(([value]) => listed(value)))));
    }), RUNS);
  });

  test('are refused exactly if decoding refuses them, whatever byte is changed', () => {
    fc.assert(fc.property(arbitraryIon(), fc.nat(), fc.nat(255), (value, position, byte) => {
      const bytes = encodeIonStream([listed(value)]);
      bytes[position % bytes.length] = byte;
      expect(outcome(() => remapped([bytes]))).toBe(outcome(() => encodedAnew([bytes])));
    }), { numRuns: 3000 });
  });

  test('keep annotations, and stand among values', () => {
    const read = [...readIonStream(encodeIonStream([{ ...ionStruct({ a: ionInt(1) }), annotations: ['note'] }]))][0]!;
    const values = [ionString('before'), ionStruct({ b: read, c: read }), read];
    expect([...decodeIonStream(encodeIonStream(values))]).toEqual([
      ionString('before'),
      ionStruct({ b: { ...ionStruct({ a: ionInt(1) }), annotations: ['note'] }, c: { ...ionStruct({ a: ionInt(1) }), annotations: ['note'] } }),
      { ...ionStruct({ a: ionInt(1) }), annotations: ['note'] },
    ]);
  });

  test.each([1, 100, 130, 16_300, 16_400])('have room for symbol ids of any width: %d symbols before', (count) => {
    const before = ionStruct(Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, ionInt(index)])));
    // Lengths of 13 and 127 bytes, from where on they take another byte.
    const documents = [before, ...[3, 6, 7, 8, 60, 110, 120, 121, 122, 123, 124, 125, 126, 127].map((length) => {
      return ionStruct({ outer: ionStruct({ own: ionStruct({ [`key${length}`]: ionString('x'.repeat(length)) }), sym: { kind: 'symbol', value: `sym${length}` } }) });
    })];
    const bytes = documents.map(encodeIon);
    expect(remapped(bytes)).toBe(hexOf(encodeIonStream(documents)));
    // And back, to ids of one byte.
    const all = [...readIonStream(encodeIonStream(documents))];
    expect(all.slice(1).map((value) => hexOf(encodeIon(value)))).toEqual(documents.slice(1).map((value) => hexOf(encodeIon(value))));
  });
});

test('a single field is found without decoding the others', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), arbitraryIon()), { maxLength: 5 }), fc.constantFrom('a', 'b', 'd'), (fields, name) => {
    const struct: IonStruct = { kind: 'struct', fields };
    const found = peekField([...readIonStream(encodeIon(struct))][0] as IonStruct, name);
    expect(found && decodeIon(encodeIon(found))).toEqual(fieldOf(decodeIon(encodeIon(struct)) as IonStruct, name));
  }), { numRuns: 500 });
});
