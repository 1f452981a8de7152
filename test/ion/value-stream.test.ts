import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import {
  decodeIon, encodeIon, encodeIonStream, hashIon, hashIonAll, InvalidIon, ionEquals, ionString, ionStruct, ionToJson, parseIonStream, printIon,
  streamIonBatches, streamIonValues, type IonValue, type ValueStreamOptions,
} from '../../src/ion';

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length]!);
    yield bytes.slice(at, at + size);
    at += size;
  }
}

async function valuesOf(
  bytes: Uint8Array, sizes: readonly number[] = [bytes.length], options: ValueStreamOptions = { batchBytes: 1 },
): Promise<IonValue[]> {
  const values: IonValue[] = [];
  for await (const value of streamIonValues(inChunks(bytes, sizes), options)) values.push(value);
  return values;
}

const utf8 = (text: string): Uint8Array => Buffer.from(text);
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replace(/ /g, ''), 'hex'));
const arbitraryChunks = (): fc.Arbitrary<number[]> => fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
const arbitraryValues = (): fc.Arbitrary<IonValue[]> => fc.array(arbitraryIon(), { maxLength: 6 });

function expectSame(actual: readonly IonValue[], expected: readonly IonValue[]): void {
  expect(actual.length).toBe(expected.length);
  expect(actual.every((value, index) => ionEquals(value, expected[index]!))).toBe(true);
}

describe('a stream of values', () => {
  test('yields what binary Ion holds, however its bytes arrive', async () => {
    await fc.assert(fc.asyncProperty(arbitraryValues(), arbitraryChunks(), async (values, sizes) => {
      expectSame(await valuesOf(encodeIonStream(values), sizes), values);
    }), { numRuns: 300 });
  });

  test('hashes and yields the same in batches that are decoded when looked into, whatever the symbol tables', async () => {
    await fc.assert(fc.asyncProperty(fc.array(arbitraryValues(), { maxLength: 4 }), arbitraryChunks(), async (documents, sizes) => {
      const bytes = Buffer.concat(documents.map(values => encodeIonStream(values)));
      if (bytes.length === 0) return;
      const read: IonValue[] = [];
      const hashes: Uint8Array[] = [];
      for await (const { values } of streamIonBatches(inChunks(bytes, sizes), { batchBytes: 1 })) {
        hashes.push(...hashIonAll(values));
        read.push(...values.map(value => decodeIon(encodeIon(value))));
      }
      expectSame(read, documents.flat());
      expect(hashes).toEqual(documents.flat().map(hashIon));
    }), { numRuns: 300 });
  });

  test('tells where in the stream a fault lies that shows only when a batch is looked into', async () => {
    const good = encodeIonStream([ionStruct({ a: ionString('good') })]);
    // A list of a string that is not UTF-8.
    const bytes = Buffer.concat([good, good, bytesOf('E00100EA B2 81 FF')]);
    const reported: InvalidIon[] = [];
    for await (const { values, placed } of streamIonBatches(inChunks(bytes, [good.length]), { batchBytes: 1 })) {
      try {
        hashIonAll(values);
      } catch (error) {
        reported.push(placed(error as InvalidIon));
      }
    }
    expect(reported.map(({ position }) => position)).toEqual([{ offset: bytes.length - 1 }]);
  });

  test('yields what Ion text holds, however its bytes arrive', async () => {
    await fc.assert(fc.asyncProperty(arbitraryValues(), arbitraryChunks(), fc.boolean(), async (values, sizes, pretty) => {
      expectSame(await valuesOf(utf8(values.map(value => `${printIon(value, { pretty })}\n`).join('')), sizes), values);
    }), { numRuns: 300 });
  });

  test.each([
    '{a:"}{",b:\'}\',c:\'\'\'}\'\' {\'\'\',d:{{ aGk= }},e:{{"}}"}},f:{{\'\'\'}}\'\'\'}}} // }{ \n [1] /* }{ " */ (a + b)',
    '{a:"\\"}"} {\'\\\'}\':1} {\'\':{{a/+/}}} "}" \'\'\'a\'\'\' \'\'\'b\'\'\' x::\n y :: {z:1} 5 {{aGk=}} null.int',
    '$ion_1_0 $ion_symbol_table::{symbols:["a","b"]} {$10:$11} $ion_symbol_table::{imports:$ion_symbol_table,symbols:["c"]} {$12:$10} '
    + '\'$ion_symbol_table\'::{symbols:["d"]} [$10] $ion_1_0 {name:1}',
    'a:: /* $ion_symbol_table:: */ {b:1} x::$ion_symbol_table::{symbols:["a"]} {y:2}',
  ])('cuts no value in two: %s', async (text) => {
    const expected = [...parseIonStream(text)];
    for (let size = 1; size < 20; size++) expectSame(await valuesOf(utf8(text), [size]), expected);
  });

  test('yields what JSON lines hold', async () => {
    const lines = ['{"a":"}\\"{","b":[1,{"c":"//"}]}', '{"d":"/* \' "}'];
    expect((await valuesOf(utf8(lines.join('\n')), [3])).map(ionToJson)).toEqual(lines);
  });

  test('carries symbol tables from batch to batch', async () => {
    const values = Array.from({ length: 30_000 }, (_, index) => ionStruct({ [`field${index % 500}`]: ionString(`value ${index}`.padEnd(40)) }));
    expectSame(await valuesOf(encodeIonStream(values), [65_536], {}), values);
    const tables = values.map((_, index) => index % 100 === 0 ? Buffer.from(encodeIonStream(values.slice(index, index + 100))) : Buffer.alloc(0));
    expectSame(await valuesOf(Buffer.concat(tables), [65_536], {}), values);
  });

  test.each<[string, Uint8Array]>([
    ['text', utf8(`${'{a:1}\n'.repeat(100_000)}{b:}`)],
    ['binary', Buffer.concat([bytesOf('e00100ea'), ...Array.from({ length: 100_000 }, () => bytesOf('d3 84 21 01')), bytesOf('d3 84 21')])],
  ])('yields all values before a fault in %s, and tells its place', async (kind, bytes) => {
    let count = 0;
    const reading = async (): Promise<void> => {
      for await (const _ of streamIonValues(inChunks(bytes, [10_000]))) count++;
    };
    await expect(reading()).rejects.toThrow(kind === 'text' ? 'line 100001, column 4' : 'byte 400004');
    expect(count).toBe(100_000);
  });

  test('refuses a value that is too large to hold', async () => {
    const text = utf8(`{a:1} {b:"${'x'.repeat(600_000)}"}`);
    await expect(valuesOf(text, [1000], { valueBytesMax: 500_000 })).rejects.toThrow('A value of more than 500000 bytes is not read');
    await expect(valuesOf(text, [1000], { valueBytesMax: 700_000 })).resolves.toHaveLength(2);
    await expect(valuesOf(bytesOf(`e00100ea be 10000000 80 ${'00'.repeat(300_000)}`), [1000], { valueBytesMax: 100_000 })).rejects.toThrow(InvalidIon);
  });

  test.each([
    ['at top level', 'e00100ea d2 84 80 02 00 00'],
    ['in place of a field', 'e00100ea d7 84 03 01 02 03 85 10'],
    ['within an annotated value', 'e00100ea e6 81 84 b3 02 01 02'],
  ])('finds padding %s where it is refused', async (_, hex) => {
    await expect(valuesOf(bytesOf(hex), [3], { padding: 'refused' })).rejects.toThrow('Padding stands here');
  });

  test('refuses what is neither Ion nor UTF-8', async () => {
    await expect(valuesOf(Uint8Array.of(0x22, 0xff, 0x22))).rejects.toThrow('neither binary Ion nor UTF-8');
  });
});
