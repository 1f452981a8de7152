import { DraftMemory } from '../../src/store/draft-memory';
import { changesOf, findRecord, RECORD_ALIGNMENT } from '../../src/store/log-record';
import { LogRecordDraft } from '../../src/store/log-record-draft';
import { LogContent, LogDamaged, recordsAfter } from '../../src/store/log-recovery';

const SALT = Buffer.from('salt 1..');
const OTHER_SALT = Buffer.from('salt 2..');

describe('records of the log that follow what LMDB has', () => {
  test('come in the order in which they follow each other, from whatever file', () => {
    expect(numbersAfter(4, [record(7, 6), record(8, 7)], [record(5, 4), record(6, 5)])).toEqual([5, 6, 7, 8]);
  });

  test('are none in an empty log, and none that LMDB has', () => {
    expect(numbersAfter(0, [])).toEqual([]);
    expect(numbersAfter(4, [record(3, 2), record(4, 3)])).toEqual([]);
  });

  test('leave out a record whose write failed, wherever the one that took its place stands', () => {
    expect(numbersAfter(4, [record(5, 4), record(6, 5), record(8, 5)], [record(7, 5)])).toEqual([5, 8]);
  });

  test('leave out what has another salt', () => {
    expect(numbersAfter(4, [record(5, 4), record(6, 5, OTHER_SALT)])).toEqual([5]);
  });

  test('leave out what only looks like a record inside another one', () => {
    const inner = record(6, 5, OTHER_SALT);
    const memory = new DraftMemory();
    const draft = new LogRecordDraft(memory);
    draft.addAll([{ put: { partition: 'p', sort: 's' }, value: Buffer.concat([Buffer.alloc(RECORD_ALIGNMENT), inner, inner]) }]);
    expect(numbersAfter(4, [draft.complete({ number: 5, previous: 4, salt: SALT })])).toEqual([5]);
  });

  test('end at a record that is not whole', () => {
    const torn = record(6, 5);
    torn.fill(0, 50);
    expect(numbersAfter(4, [record(5, 4), torn])).toEqual([5]);
  });

  test('are refused when one of them is missing', () => {
    expect(() => numbersAfter(4, [record(5, 4), record(7, 6)])).toThrow(LogDamaged);
    expect(() => numbersAfter(4, [record(5, 4), record(7, 6)])).toThrow('Record 7 in file 0 follows record 6, which cannot be read; the last one that can is 5.');
    expect(() => numbersAfter(4, [record(6, 5)])).toThrow(/the last one that can is 4/);
  });
});

test('a record that grew beyond one piece of memory holds its changes, and leaves those before it alone', () => {
  const memory = new DraftMemory();
  const small = new LogRecordDraft(memory);
  const [first] = small.addAll([{ put: { partition: 'p', sort: 'first' }, value: Buffer.from('1'), ordinal: 7 }]);
  const large = new LogRecordDraft(memory);
  const values = [100_000, 300_000, 5, 900_000].map((length, index) => Buffer.alloc(length, index + 1));
  const versions = values.flatMap((value, index) => large.addAll([{ put: { partition: 'p', sort: `${index}` }, value, ordinal: index }]));
  const bytes = large.complete({ number: 1, previous: 0, salt: SALT });
  small.complete({ number: 2, previous: 1, salt: SALT });
  expect(first.item({ partition: 'p', sort: 'first' })).toMatchObject({ ordinal: 7, value: Buffer.from('1') });
  versions.forEach((version, index) => expect(Buffer.compare(version.item({ partition: 'p', sort: '' }).value, values[index])).toBe(0));
  const found = [...changesOf(bytes, findRecord(bytes, 0, SALT)!)];
  expect(found.map(({ valueLength }) => valueLength)).toEqual(values.map(value => 16 + value.length));
});

function record(number: number, previous: number, salt = SALT): Buffer {
  const draft = new LogRecordDraft(new DraftMemory());
  draft.addAll([{ put: { partition: 'p', sort: `${number}` }, value: Buffer.from(`value ${number}`) }]);
  return Buffer.from(draft.complete({ number, previous, salt }));
}

/** Files of the given records, with what a preallocated file has behind them. */
function numbersAfter(applied: number, ...files: Buffer[][]): number[] {
  const contents = files.map((records, index): LogContent => ({ name: `file ${index}`, bytes: Buffer.concat([...records, Buffer.alloc(3 * RECORD_ALIGNMENT)]) }));
  return recordsAfter(applied, SALT, contents).map(({ number }) => number);
}
