import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { binaryByIonJs, hashByIonHashJs, ionJsKeeps } from './ion-js-oracle';
import { loosely } from './loose-encoding';
import { decodeIon, decodeIonStream, encodeIon, encodeIonStream, hashIon, InvalidIon, ionEquals, IonValue, parseIon, printIon, readIonStream } from '../../src/ion';
import { ByteSink } from '../../src/ion/byte-sink';
import { isCanonicalDecimal, isCanonicalTimestamp } from '../../src/ion/canonical-body';
import { DigestSink } from '../../src/ion/digest-sink';
import { appendScalarBody } from '../../src/ion/scalar-body';

const RUNS = { numRuns: 1500 };
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const document = (hex: string): Uint8Array => new Uint8Array(Buffer.from(`E00100EA${hex.replaceAll(' ', '')}`, 'hex'));
/** Inside a list, because only containers are hashed from their bytes. */
const listed = (value: IonValue): IonValue => ({ kind: 'list', items: [value] });
const readOne = (bytes: Uint8Array): IonValue => [...readIonStream(bytes)][0]!;

describe('a container that is hashed from its bytes', () => {
  test('hashes as its value does', () => {
    fc.assert(fc.property(arbitraryIon(), (value) => {
      expect(hexOf(hashIon(readOne(encodeIon(listed(value)))))).toBe(hexOf(hashIon(listed(value))));
    }), RUNS);
  });

  test('hashes as ion-hash-js does, from what ion-js wrote', () => {
    fc.assert(fc.property(arbitraryIon().filter(ionJsKeeps), (value) => {
      expect(hexOf(hashIon(readOne(binaryByIonJs(listed(value)))))).toBe(hexOf(hashByIonHashJs(listed(value))));
    }), RUNS);
  });

  test('hashes the same however loosely it is encoded', () => {
    fc.assert(fc.property(arbitraryIon(), fc.infiniteStream(fc.nat(7)), (value, choices) => {
      const bytes = loosely(listed(value), () => choices.next().value);
      expect(decodeIon(bytes)).toEqual(listed(value));
      expect(hexOf(hashIon(readOne(bytes)))).toBe(hexOf(hashIon(listed(value))));
    }), RUNS);
  });

  test('hashes the same after it was looked into, and annotated or not', () => {
    fc.assert(fc.property(arbitraryIon(), (value) => {
      const read = readOne(encodeIon({ ...listed(value), annotations: ['note'] }));
      expect(printIon(read)).toBe(printIon({ ...listed(value), annotations: ['note'] }));
      expect(hashIon(read)).toEqual(hashIon({ ...listed(value), annotations: ['note'] }));
    }), { numRuns: 300 });
  });

  test('is refused by the hash exactly if it is refused by the decoder', () => {
    fc.assert(fc.property(arbitraryIon(), fc.nat(), fc.nat(255), (value, position, byte) => {
      const bytes = encodeIon(listed(value));
      bytes[position % bytes.length] = byte;
      const decoded = outcome(() => [...decodeIonStream(bytes)].map((each) => hexOf(hashIon(each))).join());
      const hashed = outcome(() => [...readIonStream(bytes)].map((each) => hexOf(hashIon(each))).join());
      expect(hashed).toBe(decoded);
    }), { numRuns: 3000 });
  });

  test.each([
    ['leading zeros of an int', '22 00 01'],
    ['a negative int with leading zeros', '32 00 01'],
    ['zero with bytes', '21 00'],
    ['a float of 4 bytes', '44 3FC00000'],
    ['a positive zero float with bytes', '48 0000000000000000'],
    ['a NaN with a payload', '48 7FF8000000000001'],
    ['a signalling NaN of 4 bytes', '44 7FA00000'],
    ['a decimal zero with a coefficient', '52 80 00'],
    ['a decimal zero with an exponent alone', '51 80'],
    ['a decimal with leading zeros', '54 C2 00 00 01'],
    ['a negative decimal with leading zeros', '53 C2 80 01'],
    ['a decimal whose exponent is -0', '52 C0 01'],
    ['a decimal whose exponent is over-long', '53 00 82 01'],
    ['a timestamp whose fields are over-long', '6A 00 80 0F D0 00 81 81 80 80 80'],
    ['a timestamp whose fraction has leading zeros', '6B 80 0FD0 81 81 80 80 80 C3 00 01'],
    ['a timestamp whose fraction is 0.', '69 80 0FD0 81 81 80 80 80 80'],
    ['a timestamp of the year 1', '66 80 81 81 81 80 80'],
    ['a null of the negative int', '3F'],
    ['a struct marked as sorted', 'D1 83 84 21 01'],
    ['a struct with padding', 'D6 80 01 FF 84 21 01'],
    ['padding alone', '00'],
    ['lengths spelled out', 'BE 00 83 2E 81 01'],
    ['an annotation with over-long lengths', 'EE 00 86 00 82 00 84 21 01'],
  ])('hashes %s as its value', (_, hex) => {
    const body = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const bytes = document(`BE ${(0x80 | body.length).toString(16)} ${hex}`);
    expect(hexOf(hashIon(readOne(bytes)))).toBe(hexOf(hashIon(decodeIon(bytes))));
  });

  test('knows the symbols that were declared before it, and no later ones', () => {
    const declare = 'E8 8183 D5 87 B3 82 6162';
    const append = 'EB 8183 D8 86 71 03 87 B3 82 6364';
    const [first, second] = readIonStream(document(`${declare} B2 71 0A ${append} B4 71 0A 71 0B`));
    expect(hashIon(second!)).toEqual(hashIon(parseIon('[ab,cd]')));
    expect(hashIon(first!)).toEqual(hashIon(parseIon('[ab]')));
    const [early] = readIonStream(document(`${declare} B2 71 0B ${append} 20`));
    expect(() => hashIon(early!)).toThrow('Symbol id 11 has no known text');
    expect(() => (early as { items: unknown }).items).toThrow('Symbol id 11 has no known text');
  });

  test('refuses shared symbol tables as the decoder does', () => {
    const bytes = encodeIon(parseIon('{imports:[{name:"shared",version:1,max_id:3}]}'));
    const body = bytes.subarray(4);
    const table = Buffer.concat([Buffer.from([0xee, 0x80 | (body.length + 2), 0x81, 0x83]), body]);
    for (const read of [decodeIonStream, readIonStream]) {
      expect(() => [...read(Buffer.concat([document(''), table, Buffer.from([0x20])]))]).toThrow('The shared symbol table "shared" is not known');
    }
  });
});

describe('a stream read without decoding', () => {
  test('holds the same values', () => {
    fc.assert(fc.property(fc.array(arbitraryIon(), { maxLength: 5 }), (values) => {
      const read = [...readIonStream(encodeIonStream(values))];
      expect(read.map((value) => printIon(value))).toEqual(values.map((value) => printIon(value)));
      expect(read.every((value, index) => ionEquals(value, values[index]!))).toBe(true);
      expect(read.map((value) => decodeIon(encodeIon(value)))).toEqual(values);
    }), { numRuns: 500 });
  });

  test('may be looked into in any order', () => {
    const values = fc.sample(arbitraryIon(), { numRuns: 30, seed: 3 });
    const read = [...readIonStream(encodeIonStream(values))];
    expect(read.reverse().map((value) => printIon(value))).toEqual([...values].reverse().map((value) => printIon(value)));
  });
});

describe('bodies taken for canonical', () => {
  const body = (value: Parameters<typeof appendScalarBody>[1]): string => {
    const sink = new ByteSink();
    appendScalarBody(sink, value);
    return hexOf(sink.copy());
  };
  const outcomes = { canonical: 0 };

  const decimals = fc.tuple(fc.constantFrom(0x80, 0xc0, 0xc1, 0xc2, 0x81, 0x41, 0), fc.uint8Array({ maxLength: 4 }))
    .map(([exponent, coefficient]) => [exponent, ...coefficient]);
  const fractions = [
    [], [0xc3], [0xc2, 1], [0xc3, 0], [0xc3, 0x7f], [0xc3, 0x80], [0xc3, 0, 0x80], [0xc3, 3, 0xe7], [0xc3, 3, 0xe8], [0xc3, 0x83, 1], [0xc0, 0],
  ];
  const timestamps = fc.tuple(
    fc.constantFrom(0x80, 0xc0, 0x81), fc.constantFrom(0, 1, 15, 78, 79), fc.integer({ min: 0x7f, max: 0xff }),
    ...[13, 32, 24, 61, 61].map((most) => fc.integer({ min: 0x80, max: 0x80 + most })),
    fc.constantFrom(...fractions),
  ).map((parts) => parts.flat());

  test.each([
    ['decimal', 5, isCanonicalDecimal, decimals],
    ['timestamp', 6, isCanonicalTimestamp, timestamps],
  ] as const)('are those that a %s has when it is written', (_, typeCode, isCanonical, bodies) => {
    outcomes.canonical = 0;
    fc.assert(fc.property(bodies as fc.Arbitrary<number[]>, (candidate) => {
      const bytes = Uint8Array.from(candidate);
      if (!isCanonical(bytes, 0, bytes.length)) return;
      outcomes.canonical += 1;
      const encoded = Buffer.concat([document(''), Buffer.from([typeCode << 4 | 14, 0x80 | bytes.length]), bytes]);
      expect(body(decodeIon(encoded) as never)).toBe(hexOf(bytes));
    }), { numRuns: 5000 });
    expect(outcomes.canonical).toBeGreaterThan(100);
  });
});

test('digests equal those of the runtime at every length up to several blocks, and across the growth of the memory', () => {
  const sink = new DigestSink();
  const seed = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 151) ^ (index >> 3)));
  for (const length of [...Array.from({ length: 300 }, (_, index) => index), 1023, 1024, 1025, 65_000, 65_535, 65_536, 70_000]) {
    const message = seed.subarray(0, length);
    sink.append(Buffer.from('before'));
    const start = sink.length;
    sink.append(message);
    sink.digestFrom(start);
    expect(hexOf(sink.copy(start))).toBe(createHash('sha256').update(message).digest('hex'));
    expect(Buffer.from(sink.copy(start - 6)).toString('latin1', 0, 6)).toBe('before');
  }
});

function outcome(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidIon) return 'refused';
    throw error;
  }
}
