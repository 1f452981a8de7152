import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
// eslint-disable-next-line import/no-extraneous-dependencies -- optional for users, installed for tests
import * as lmdb from 'lmdb';
import { Range } from '../../src/store';
import { byteBounds, isEmpty } from '../../src/store/bounds';
import { DraftMemory } from '../../src/store/draft-memory';
import { EmbeddedReads } from '../../src/store/embedded-reads';
import { LogRecordDraft } from '../../src/store/log-record-draft';
import { MemoryTable } from '../../src/store/memory-table';
import { sortText } from '../../src/store/sort-text';
import { UnappliedChanges } from '../../src/store/unapplied-changes';

/** What each layer says of a key; the value tells the layer, so that one read from a wrong one is noticed. */
interface Layers { readonly resting: boolean; readonly previous: Said; readonly current: Said }
type Said = 'put' | 'delete' | undefined;

/** More than a page of them, some beyond ASCII, and one that other keys begin with. */
const SORTS = [...Array.from({ length: 300 }, (_, index) => `k${String(index).padStart(3, '0')}`), 'k', 'k1é', 'é', '\uffff', '😀'];
const said = fc.constantFrom<Said>(undefined, undefined, 'put', 'delete');
const layers: fc.Arbitrary<Layers> = fc.record({ resting: fc.boolean(), previous: said, current: said });
const bound = fc.constantFrom(...SORTS, 'k0', 'k15', 'x');
const range: fc.Arbitrary<Range> = fc.record({ from: bound, to: bound, reverse: fc.boolean() }, { requiredKeys: [] });

describe('reading what LMDB has and what is above it', () => {
  let directory: string;
  let root: lmdb.RootDatabase<Buffer, Buffer>;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'embedded-reads-'));
    root = lmdb.open({ path: join(directory, 'data'), noSubdir: true, pageSize: 8192, keyEncoding: 'binary', encoding: 'binary', overlappingSync: false });
  });

  afterAll(async () => {
    await root.close();
    rmSync(directory, { recursive: true });
  });

  test('each key is as the newest layer says, by itself and in ranges, in both directions and in pages of any size', () => {
    let run = 0;
    fc.assert(fc.property(
      fc.array(layers, { minLength: SORTS.length, maxLength: SORTS.length }),
      fc.array(range, { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 1, max: 140 }),
      (all, ranges, limit) => {
        const partition = `run ${run++}`;
        const { changes, expected } = layered(root, partition, all);
        const reads = new EmbeddedReads(root, changes);
        for (const sort of SORTS) {
          expect(textOf(reads.get({ partition, sort })?.value)).toBe(expected.get(sort));
        }
        for (const each of ranges) {
          expect(inPages(reads, partition, each, limit)).toEqual(wanted(expected, each));
        }
      },
    ), { numRuns: 30 });
  }, 60_000);

  test('what is on its way into the log is read by nobody', () => {
    const changes = new UnappliedChanges();
    const draft = new LogRecordDraft(new DraftMemory());
    const slot = changes.current.slot('pending', 'a');
    [slot.latest] = draft.addAll([{ put: { partition: 'pending', sort: 'a' }, value: Buffer.from('x'), ordinal: 3 }]);
    const reads = new EmbeddedReads(root, changes);
    expect(changes.latest('pending', 'a')?.ordinal()).toBe(3);
    expect(reads.get({ partition: 'pending', sort: 'a' })).toBeUndefined();
    expect(inPages(reads, 'pending', {}, 10)).toEqual([]);
    slot.show(slot.latest);
    expect(inPages(reads, 'pending', {}, 10)).toEqual([['a', 'x']]);
  });
});

interface Layered { readonly changes: UnappliedChanges; readonly expected: ReadonlyMap<string, string> }

function layered(root: lmdb.RootDatabase<Buffer, Buffer>, partition: string, all: readonly Layers[]): Layered {
  const changes = new UnappliedChanges();
  changes.previous = new MemoryTable();
  const draft = new LogRecordDraft(new DraftMemory());
  const expected = new Map<string, string>();
  const change = (table: MemoryTable, name: string, sort: string, what: Said): void => {
    const key = { partition, sort };
    if (what === undefined) return;
    table.slot(partition, sortText(sort)).show(draft.addAll([what === 'put' ? { put: key, value: Buffer.from(name) } : { delete: key }])[0]);
    if (what === 'put') expected.set(sort, name);
    else expected.delete(sort);
  };
  root.transactionSync(() => SORTS.forEach((sort, index) => {
    if (!all[index].resting) return;
    const [version] = draft.addAll([{ put: { partition, sort }, value: Buffer.from('resting') }]);
    root.putSync(version.keyBytes(), Buffer.from(version.valueBytes()!));
    expected.set(sort, 'resting');
  }));
  SORTS.forEach((sort, index) => change(changes.previous!, 'previous', sort, all[index].previous));
  // Half of them before the order of the partition is first asked for, half after.
  SORTS.forEach((sort, index) => index % 2 && change(changes.current, 'current', sort, all[index].current));
  changes.sortsBetween(partition, byteBounds({}), false, 1);
  SORTS.forEach((sort, index) => index % 2 || change(changes.current, 'current', sort, all[index].current));
  return { changes, expected };
}

function inPages(reads: EmbeddedReads, partition: string, { reverse = false, ...rest }: Range, limit: number): [string, string][] {
  const found: [string, string][] = [];
  let bounds = byteBounds(rest);
  while (!isEmpty(bounds)) {
    const page = reads.page({ partition, bounds, reverse }, limit);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    page.items.forEach(({ key, value }) => found.push([key.sort, textOf(value)!]));
    if (!page.rest) break;
    bounds = page.rest;
  }
  return found;
}

function wanted(expected: ReadonlyMap<string, string>, { from = '', to = '\u{10ffff}', reverse }: Range): [string, string][] {
  const compare = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));
  const found = [...expected].filter(([sort]) => compare(sort, from) >= 0 && compare(sort, to) <= 0).sort(([left], [right]) => compare(left, right));
  return reverse ? found.reverse() : found;
}

function textOf(value: Uint8Array | undefined): string | undefined {
  return value && Buffer.from(value).toString();
}
