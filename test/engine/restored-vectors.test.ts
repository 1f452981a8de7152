import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineFixture } from './engine-fixture';
import { STANDARD_LEDGER } from './restore-fixture';
import { documentRevisions, documentTables } from '../../src/engine/block-documents';
import { EMPTY_CATALOG, applyDefinition } from '../../src/engine/catalog';
import { replayedDefinitions } from '../../src/engine/replayed-definitions';
import { ObjectInspection } from '../../src/engine/restore-inspection';
import { parseIon } from '../../src/ion';
import { blockFromIon } from '../../src/journal';
import { exportOf, idOf, memorySource } from '../cli/generated-export';

// No two blocks of Amazon QLDB that follow each other were ever published, so its journals cannot be restored here from block 0 on.
const vector = JSON.parse(readFileSync(join(__dirname, '..', 'vectors', '01-block-revision-digest.json'), 'utf8'));
const block = blockFromIon(parseIon(vector.getBlock.response.Block.IonText));
const { strandId, sequenceNo } = block.blockAddress;

test('a block of the real service passes the inspection of a restore, after the block that it links to and after no other', () => {
  const object = { key: `${strandId}.100-100.ion`, format: 'ION', firstSequenceNo: sequenceNo, lastSequenceNo: sequenceNo } as const;
  const before = { strandId, sequenceNo: sequenceNo - 1, blockHash: block.previousBlockHash };
  const inspection = new ObjectInspection(object, strandId, before, Date.now());
  expect(inspection.add(block)).toBe(true);
  expect(inspection.end()).toBeUndefined();
  const after = new ObjectInspection(object, strandId, { ...before, blockHash: new Uint8Array(32) }, Date.now());
  expect(after.add(block)).toBe(false);
  expect(after.end()!.findings).toEqual([`${object.key}: Block 100: previousBlockHash is not the hash of the block before.`]);
});

test('a block of the real service tells the table of its document, and the catalog takes its id', () => {
  const [{ metadata: { id } }] = documentRevisions(block);
  const table = documentTables(block).get(id)!;
  const created = applyDefinition(EMPTY_CATALOG, { kind: 'create-table', tableId: idOf(4, 0), name: table.tableName });
  const { definitions, doubts } = replayedDefinitions(block, created);
  expect(definitions).toEqual([{ kind: 'identify-table', tableId: idOf(4, 0), identifiedAs: table.tableId }]);
  expect(doubts).toEqual([]);
});

test('an export of that block alone is told what is missing', async () => {
  const { engine } = engineFixture();
  const source = memorySource(exportOf([block], 'ION_TEXT', { strandId }));
  await expect(engine.restores.start({ ledger: { ...STANDARD_LEDGER, name: 'real' }, origin: { kind: 'command-line', location: '' } }, source))
    .rejects.toThrow(/^Blocks 0 to 99 are in none of the exports in memory: a ledger is restored from block 0 on/);
});
