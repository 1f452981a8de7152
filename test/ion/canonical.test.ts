import * as fc from 'fast-check';
import { arbitraryDocument, arbitraryIon } from './arbitrary-ion';
import { loosely } from './loose-encoding';
import {
  canonicalBytes, encodeIon, encodeIonStream, encodeIonWithin, hashIon, ionInt, ionList, ionString, ionStruct, MAXIMUM_DEPTH, parseIon, readIon,
  readIonStream,
  type IonStruct,
} from '../../src/ion';

const structIn = (bytes: Uint8Array): IonStruct => readIon(bytes) as IonStruct;

describe('the canonical bytes of a struct', () => {
  test('are those of the document that holds just it, when a writer would make the same', () => {
    const document = structIn(encodeIon(parseIon('{name:"x",n:1,list:[1,-2,3.5,1e0,true,null,sym,2020-01-02T03:04:05.678Z],nested:{n:a::2,blob:{{AAAA}}},long:"0123456789abcdef"}')));
    hashIon(document);
    expect(canonicalBytes(document, MAXIMUM_DEPTH)).toEqual(encodeIon(document));
    expect(canonicalBytes(structIn(encodeIon(ionStruct({}))), MAXIMUM_DEPTH)).toEqual(encodeIon(ionStruct({})));
  });

  test('are never anything but what a writer would make', () => {
    fc.assert(fc.property(arbitraryDocument(), fc.infiniteStream(fc.nat(7)), fc.boolean(), (value, choices, loose) => {
      const bytes = loose ? loosely(value, () => choices.next().value as number) : encodeIon(value);
      const document = structIn(bytes);
      hashIon(document);
      const canonical = canonicalBytes(document, MAXIMUM_DEPTH);
      if (canonical) expect(canonical).toEqual(encodeIonWithin(MAXIMUM_DEPTH, structIn(bytes)));
    }), { numRuns: 2_000 });
  });

  test('are known for most documents of writers', () => {
    const values = fc.sample(arbitraryDocument(), { numRuns: 500, seed: 7 });
    const known = values.filter(value => canonicalBytes(structIn(encodeIon(value)), MAXIMUM_DEPTH) !== undefined);
    expect(known.length).toBeGreaterThan(values.length / 4);
  });

  test.each([
    ['a struct within another', () => (structIn(encodeIon(parseIon('{inner:{n:1}}'))).fields[0]![1] as IonStruct)],
    ['one of several values', () => readIonStream(encodeIonStream([ionStruct({ n: ionInt(1) }), ionStruct({ n: ionInt(2) })])).next().value as IonStruct],
    ['an annotated struct', () => structIn(encodeIon(parseIon('a::{n:1}')))],
    ['a value that is no bytes', () => ionStruct({ n: ionInt(1) })],
    ['symbols that nobody uses', () => structIn(Uint8Array.of(0xe0, 1, 0, 0xea, 0xe9, 0x81, 0x83, 0xd6, 0x87, 0xb4, 0x81, 0x61, 0x81, 0x62, 0xd3, 0x8a, 0x21, 0x01))],
    ['symbols out of order', () => structIn(Uint8Array.of(0xe0, 1, 0, 0xea, 0xe9, 0x81, 0x83, 0xd6, 0x87, 0xb4, 0x81, 0x61, 0x81, 0x62, 0xd6, 0x8b, 0x21, 0x01, 0x8a, 0x21, 0x01))],
    ['a symbol table that is marked as sorted, but otherwise as a writer makes it', () => structIn(Buffer.concat([
      Uint8Array.of(0xe0, 1, 0, 0xea, 0xee, 0x93, 0x81, 0x83, 0xd1, 0x8f, 0x87, 0xbd, 0x8c), Buffer.from('twelve chars'), Uint8Array.of(0xd3, 0x8a, 0x21, 0x01),
    ]))],
    ['nesting beyond the limit', () => structIn(encodeIon(ionStruct({ a: ionList([ionList([ionString('x')])]) })))],
  ])('are unknown for %s', (_, make) => {
    expect(canonicalBytes(make(), 2)).toBeUndefined();
  });

  test('are no larger than the nesting that was asked for', () => {
    fc.assert(fc.property(arbitraryIon(), fc.nat(4), (value, depthMax) => {
      const document = structIn(encodeIon(ionStruct({ value })));
      if (canonicalBytes(document, depthMax)) expect(encodeIonWithin(depthMax, document)).toBeDefined();
    }), { numRuns: 300 });
  });
});
