import * as fc from 'fast-check';
import { LatestChanges } from '../../src/engine/latest-changes';
import { conflicts, type BlockChanges, type ReadSet } from '../../src/engine/read-set';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const changes: fc.Arbitrary<BlockChanges> = fc.record({
  transactionId: fc.constant('T'),
  documents: fc.array(fc.record({ tableId: name, documentId: name }), { maxLength: 2 }),
  indexValues: fc.array(name, { maxLength: 2 }),
  definesTables: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  redactedRevisions: fc.array(name, { maxLength: 1 }),
});
const names = fc.array(name, { maxLength: 2 }).map(all => new Set(all));
const reads: fc.Arbitrary<ReadSet> = fc.record({
  documentIds: names, indexValues: names, scannedTableIds: names, revisions: names, catalog: fc.boolean(),
});

test('a transaction is in conflict with a run of blocks when it is with one of them, whichever have left', () => {
  fc.assert(fc.property(fc.array(changes, { maxLength: 12 }), reads, fc.nat(12), fc.nat(12), (blocks, read, left, first) => {
    const latest = new LatestChanges();
    for (const [sequenceNo, block] of blocks.entries()) latest.add(sequenceNo, block);
    for (const [sequenceNo, block] of blocks.slice(0, left).entries()) latest.remove(sequenceNo, block);
    const from = Math.max(first, left);
    expect(latest.conflict(read, from)).toBe(blocks.slice(from).some(block => conflicts(read, block)));
  }), { numRuns: 2_000 });
});
