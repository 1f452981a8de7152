import * as fc from 'fast-check';
import {
  decodeIon, decodeIonStream, encodeIon, encodeIonStream, InvalidIon, ionList, ionString, printIon, readIonStream, type IonValue,
} from '../../src/ion';

const SYSTEM_SYMBOLS = 9;
const MARKER = [0xe0, 0x01, 0x00, 0xea];

const bytesOf = (value: Parameters<typeof encodeIon>[0]): number[] => [...encodeIon(value).subarray(4)];
const sized = (typeCode: number, content: readonly number[]): number[] => {
  return [(typeCode << 4) | 14, (content.length >> 14) & 0x7f, (content.length >> 7) & 0x7f, (content.length & 0x7f) | 0x80, ...content];
};
/** A declaration of symbols, which replaces the table before or is appended to it. */
const declaration = (symbols: readonly string[], appended = false): number[] => {
  const list = [0x87, ...bytesOf(ionList(symbols.map(ionString)))];
  return sized(0xe, [0x81, 0x83, ...sized(0xd, [...(appended ? [0x86, 0x71, 0x03] : []), ...list])]);
};
/** A list of symbols by their ids, counted from the first declared one. */
const symbolsById = (count: number, from = 0): number[] => {
  const ids = Array.from({ length: count }, (_, index) => SYSTEM_SYMBOLS + 1 + from + index);
  return sized(0xb, ids.flatMap((id) => [0x72, id >> 8, id & 0xff]));
};
const shown = (texts: readonly string[]): string => printIon({ kind: 'list', items: texts.map((value) => ({ kind: 'symbol', value })) });

/** Texts that look alike, and some that need more than ASCII. */
const text = fc.oneof(
  fc.constantFrom('blockAddress', 'strandId', 'sequenceNo', 'a', 'b', 'ab', '', 'ä', '日本'),
  fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('x', 'y') }),
);
const table = fc.array(text, { maxLength: 30 });
/** The same table with some symbols replaced, put in or left out. */
const change = fc.record({ at: fc.nat(), removed: fc.nat(6), added: fc.array(text, { maxLength: 4 }) });
const tables = fc.tuple(table, fc.array(change, { maxLength: 8 })).map(([first, changes]) => {
  const all = [first];
  for (const { at, removed, added } of changes) {
    const next = [...all.at(-1)!];
    next.splice(at % (next.length + 1), removed, ...added);
    all.push(next);
  }
  return all;
});

test('documents whose symbol tables resemble each other are read each by its own', () => {
  fc.assert(fc.property(tables, (declared) => {
    for (const symbols of declared) {
      const document = Uint8Array.from([...MARKER, ...declaration(symbols), ...symbolsById(symbols.length)]);
      expect(printIon(decodeIon(document))).toBe(shown(symbols));
      expect([...readIonStream(document)].map((value) => printIon(value))).toEqual([shown(symbols)]);
    }
  }), { numRuns: 1500 });
});

test('a document that appends symbols to a table leaves the same table of other documents alone', () => {
  fc.assert(fc.property(fc.array(text, { minLength: 1, maxLength: 10 }), fc.array(text, { minLength: 1, maxLength: 3 }), (symbols, more) => {
    const first = Uint8Array.from([...MARKER, ...declaration(symbols), ...symbolsById(symbols.length)]);
    const grown = Uint8Array.from([...MARKER, ...declaration(symbols), ...declaration(more, true), ...symbolsById(symbols.length + more.length)]);
    const beyond = Uint8Array.from([...MARKER, ...declaration(symbols), ...symbolsById(1, symbols.length)]);
    expect(printIon(decodeIon(first))).toBe(shown(symbols));
    const [waiting] = [...readIonStream(first)];
    expect([...decodeIonStream(grown)].map((value) => printIon(value))).toEqual([shown([...symbols, ...more])]);
    expect(() => decodeIon(beyond)).toThrow(`Symbol id ${SYSTEM_SYMBOLS + 1 + symbols.length} has no known text`);
    expect(printIon(waiting!)).toBe(shown(symbols));
  }), { numRuns: 500 });
});

test('a list of symbols that is not well-formed is refused, whatever was read before', () => {
  const good = Uint8Array.from([...MARKER, ...declaration(['one', 'two']), ...symbolsById(2)]);
  const at = Buffer.from(good).indexOf('two');
  const bad = Uint8Array.from(good);
  bad[at] = 0xff;
  expect(printIon(decodeIon(good))).toBe('[one,two]');
  expect(() => decodeIon(bad)).toThrow(InvalidIon);
  expect(printIon(decodeIon(good))).toBe('[one,two]');
});

describe('the symbols of documents that are written', () => {
  const named = (names: readonly string[]): IonValue => ({ kind: 'struct', fields: names.map((name) => [name, { kind: 'symbol', value: name }]) });

  test('are declared in the order in which they were first written, whatever was written before', () => {
    fc.assert(fc.property(fc.array(fc.array(fc.oneof(text, fc.constantFrom('name', '$ion', 'version')), { maxLength: 20 }), { maxLength: 5 }), (documents) => {
      for (const names of documents) {
        const system = ['$ion', 'name', 'version'];
        const declared = [...new Set(names)].filter((name) => !system.includes(name));
        const list = Buffer.from(declared.length === 0 ? [] : bytesOf(ionList(declared.map(ionString))));
        const document = Buffer.from(encodeIon(named(names)));
        expect(document.includes(list)).toBe(true);
        expect(decodeIon(document)).toEqual(named(names));
      }
    }), { numRuns: 500 });
  });

  test('are the same when other documents are written in the middle', () => {
    const manyNames = fc.array(fc.array(text, { maxLength: 6 }), { maxLength: 6 });
    fc.assert(fc.property(manyNames, manyNames, (one, other) => {
      const alone = encodeIonStream(one.map(named));
      const others: Uint8Array[] = [];
      function* interrupted(): Generator<IonValue> {
        for (const [index, names] of one.entries()) {
          yield named(names);
          others.push(encodeIon(named(other[index] ?? names)));
        }
      }
      expect(encodeIonStream(interrupted())).toEqual(alone);
      expect(others).toEqual(one.map((names, index) => encodeIon(named(other[index] ?? names))));
    }), { numRuns: 500 });
  });

  test('may be more than are remembered, and longer', () => {
    const names = Array.from({ length: 9000 }, (_, index) => index % 100 === 0 ? `${index}`.padEnd(300, 'x') : `name${index}`);
    const twice = named([...names, ...names]);
    expect(decodeIon(encodeIon(twice))).toEqual(twice);
    expect([...decodeIonStream(encodeIonStream([twice, named(['name1', 'name8999', 'new'])]))]).toEqual([twice, named(['name1', 'name8999', 'new'])]);
    expect(encodeIon(named(['a', 'b']))).toEqual(encodeIon(named(['a', 'b'])));
  });
});

test('a list of no symbols leaves the system symbols known, even if it is the first that is ever read', () => {
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- what is known of symbols belongs to the module
    const fresh = require('../../src/ion') as typeof import('../../src/ion');
    const bytes = Buffer.from('e00100eae58183d287b0d3842101', 'hex');
    for (const read of [fresh.decodeIon, fresh.readIon]) expect(fresh.printIon(read(bytes))).toBe('{name:1}');
  });
});
