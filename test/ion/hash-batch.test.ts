import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { hashByIonHashJs, ionJsKeeps } from './ion-js-oracle';
import {
  encodeIon, encodeIonStream, hashIon, hashIonAll, ionInt, ionList, ionString, ionStruct, readIonStream, type IonStruct, type IonValue,
} from '../../src/ion';
import { EncodedContainer } from '../../src/ion/encoded-container';
import { HashBatch } from '../../src/ion/hash-batch';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const listed = (value: IonValue): IonValue => ({ kind: 'list', items: [value] });
const read = (values: readonly IonValue[]): IonValue[] => [...readIonStream(encodeIonStream(values))];
const members = (count: number, value: (index: number) => IonValue): IonStruct => {
  return ionStruct(Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, value(index)])));
};
const nested = (depth: number, value: IonValue): IonValue => depth === 0 ? value : ionStruct({ text: ionString(`level ${depth}`), inner: nested(depth - 1, value) });

/** What each step of the WebAssembly has its own way for. */
const SHAPES: Readonly<Record<string, IonValue>> = {
  'no fields': ionStruct({}),
  'empty containers in containers': ionStruct({ list: ionList([]), struct: ionStruct({}), both: ionList([ionStruct({}), ionList([ionStruct({})])]) }),
  'structs in a list in a struct': ionStruct({ list: ionList([1, 2, 3, 4, 5].map(value => ionStruct({ value: ionInt(value) }))) }),
  'fields of one name and value': { kind: 'struct', fields: [['a', ionInt(1)], ['a', ionInt(1)], ['a', ionInt(1)], ['a', ionInt(2)]] },
  'fields whose message ends around a block': members(130, index => ionString('x'.repeat(index))),
  'structs whose message ends around a block': ionList(Array.from({ length: 12 }, (_, count) => members(count, ionInt))),
  'texts full of markers': members(40, index => ionString('\x0b\x0c\x0e'.repeat(index) + 'x'.repeat(index % 17))),
  'texts beyond ASCII': members(40, index => ionString(`${'x'.repeat(index)}é漢字💩${'\x0b'.repeat(index % 3)}`)),
  'names full of markers': { kind: 'struct', fields: [['\x0b\x0c\x0e', ionInt(1)], ['\x0e', ionInt(2)], ['', ionInt(3)]] },
  'as many fields as are sorted here': members(256, ionInt),
  'more fields than are sorted here': members(257, ionInt),
  'more fields in all than have a slot': ionList(Array.from({ length: 300 }, () => members(120, ionInt))),
  'more text than is read here': ionStruct({ text: ionString('long '.repeat(40_000)), other: ionInt(1) }),
  'a name longer than is kept': { kind: 'struct', fields: [['n'.repeat(5000), ionInt(1)]] },
  'as many levels as are allowed': nested(255, ionInt(1)),
  'bytes of all values': ionStruct({ all: { kind: 'blob', value: Uint8Array.from({ length: 600 }, (_, index) => index) } }),
};

describe('values hashed together', () => {
  test('hash as each of them does by itself', () => {
    fc.assert(fc.property(fc.array(arbitraryIon(), { maxLength: 12 }), (values) => {
      const all = values.map(listed);
      expect(hashIonAll(read(all)).map(hexOf)).toEqual(all.map(value => hexOf(hashIon(value))));
    }), { numRuns: 500 });
  });

  test('hash as ion-hash-js says', () => {
    fc.assert(fc.property(fc.array(arbitraryIon().filter(ionJsKeeps), { minLength: 1, maxLength: 6 }), (values) => {
      const struct: IonStruct = { kind: 'struct', fields: values.map((value, index) => [`field ${index % 4}`, value]) };
      expect(hashIonAll(read([struct, struct])).map(hexOf)).toEqual([hexOf(hashByIonHashJs(struct)), hexOf(hashByIonHashJs(struct))]);
    }), { numRuns: 300 });
  });

  test.each(Object.entries(SHAPES))('may have %s', (_, value) => {
    const expected = hexOf(hashIon(value));
    expect(hashIonAll(read([value, ionList([value]), value])).map(hexOf)).toEqual([expected, hexOf(hashIon(ionList([value]))), expected]);
  });

  test('may be of any number and of any kind, read or made', () => {
    const values = Array.from({ length: 3000 }, (_, index) => index % 5 === 0 ? ionInt(index) : nested(index % 7, members(index % 40, ionInt)));
    const mixed = read(values).map((value, index) => index % 3 === 0 ? values[index]! : value);
    expect(hashIonAll(mixed).map(hexOf)).toEqual(values.map(value => hexOf(hashIon(value))));
  });

  test('may come from many documents, each with symbols of its own', () => {
    // More names than are kept at a time.
    const values = Array.from({ length: 400 }, (_, index) => members(60, ionInt).fields
      .reduce<IonStruct>((struct, [name, value]) => ({ kind: 'struct', fields: [...struct.fields, [`${name} of ${index}`, value]] }), { kind: 'struct', fields: [] }));
    const all = values.map(value => [...readIonStream(encodeIon(value))][0]!);
    expect(hashIonAll(all).map(hexOf)).toEqual(values.map(value => hexOf(hashIon(value))));
    expect(hashIonAll([...all].reverse()).map(hexOf)).toEqual([...values].reverse().map(value => hexOf(hashIon(value))));
  });

  test('are refused together if one of them is malformed, and leave nothing behind', () => {
    const [good] = read([ionStruct({ a: ionInt(1) })]);
    // A string of a byte that UTF-8 does not know.
    const [bad] = readIonStream(Uint8Array.of(0xe0, 1, 0, 0xea, 0xd3, 0x84, 0x81, 0xff));
    expect(() => hashIonAll([good!, bad!, good!])).toThrow('A string is not valid UTF-8');
    expect(hashIonAll([good!]).map(hexOf)).toEqual([hexOf(hashIon(ionStruct({ a: ionInt(1) })))]);
  });
});

test('only what is rare is left to the slower hasher', () => {
  const batch = new HashBatch();
  const isTaken = (name: string): boolean => {
    batch.reset();
    return batch.add(read([SHAPES[name]!])[0] as unknown as EncodedContainer) !== undefined;
  };
  const left = Object.keys(SHAPES).filter(name => !isTaken(name));
  expect(left).toEqual(['more fields than are sorted here', 'more fields in all than have a slot', 'more text than is read here', 'a name longer than is kept']);
});
