import { begin, CALLER, engineFixture, execute, newLedger } from './engine-fixture';
import { advance, exported, STANDARD_LEDGER, type Objects } from './restore-fixture';
import { watchedStore } from './watched-store';
import { verifyExports } from '../../src/cli/verify-export';
import type { Engine } from '../../src/engine';
import { memorySource } from '../cli/generated-export';

/** Two processes over one store with a ledger of some blocks, and an export from before the newest of them. */
async function archivedLedger() {
  const one = engineFixture();
  const other = engineFixture({ store: one.store });
  const strandId = await newLedger(one.engine);
  await execute(one.engine, 'CREATE TABLE People');
  for (let index = 0; index < 8; index++) await execute(one.engine, 'INSERT INTO People ?', `{n:${index}}`);
  return { one, other, strandId, archive: await exported(one) };
}

async function deleteLedger({ engine, strandId }: { engine: Engine; strandId: string }): Promise<void> {
  await engine.ledgers.delete('books');
  await engine.worker('purger', () => undefined).run(strandId, Infinity);
}

const beginRestore = async (engine: Engine, objects: Objects) => engine.restores.start(
  { ledger: { ...STANDARD_LEDGER, name: 'books', deletionProtection: false }, origin: { kind: 'command-line', location: 'memory' } }, memorySource(objects));

describe('a journal that is restored into the service in which it was deleted', () => {
  test('is whole, though a process remembers what was committed after the export', async () => {
    const { one, other, strandId, archive } = await archivedLedger();
    for (let index = 100; index < 106; index++) await execute(one.engine, 'INSERT INTO People ?', `{n:${index}}`);
    await deleteLedger({ engine: other.engine, strandId });
    await beginRestore(other.engine, archive);
    expect(await advance(other.engine, archive)).toMatchObject({ status: 'COMPLETED' });
    for (let index = 200; index < 203; index++) await execute(other.engine, 'INSERT INTO People ?', `{n:${index}}`);
    for (let index = 300; index < 305; index++) await execute(one.engine, 'INSERT INTO People ?', `{n:${index}}`);
    one.time.millis += 1_000_000;
    const { digest, tip } = await other.engine.proofs.getDigest('books');
    const expected = { digest, sequenceNo: tip.sequenceNo };
    const verdict = await verifyExports(memorySource(await exported(one)), { expected, strict: true }, () => undefined);
    expect(verdict.strands).toEqual([expect.objectContaining({ findingCount: 0 })]);
  });

  test('takes no transaction that began on what it was before', async () => {
    const { one, other, strandId, archive } = await archivedLedger();
    const transaction = await begin(one.engine);
    await transaction.run('INSERT INTO People ?', '{n:100}');
    const reading = await begin(one.engine);
    await reading.run('SELECT * FROM People');
    await deleteLedger({ engine: other.engine, strandId });
    await beginRestore(other.engine, archive);
    await expect(transaction.commit()).rejects.toMatchObject({ name: 'OccConflictException' });
    await expect(reading.commit()).rejects.toMatchObject({ name: 'OccConflictException' });
    expect(await advance(other.engine, archive)).toMatchObject({ status: 'COMPLETED' });
    expect(await execute(one.engine, 'SELECT VALUE n FROM People WHERE n = 100')).toEqual([]);
  });

  test('opens no transaction in a session from before until it is restored', async () => {
    const { one, other, strandId, archive } = await archivedLedger();
    const session = await one.engine.sessions.startSession('books', CALLER);
    await deleteLedger({ engine: other.engine, strandId });
    await beginRestore(other.engine, archive);
    await expect(one.engine.sessions.startTransaction(session, CALLER)).rejects.toThrow(/deleted/);
    expect(await advance(other.engine, archive)).toMatchObject({ status: 'COMPLETED' });
    await one.engine.sessions.startTransaction(session, CALLER);
  });

  test('has no grant and no tag that were being put while it was deleted', async () => {
    const { one, other, strandId, archive } = await archivedLedger();
    for (const put of [
      async (engine: Engine) => engine.ledgers.grant('books', { grantId: 'late', principalArn: CALLER, actions: ['PartiQLSelect'], tables: ['*'] }),
      async (engine: Engine) => engine.tableTags.tag('books', 'catalog', { late: 'yes' }),
    ]) {
      let isDeleted = false;
      const store = watchedStore(one.store, {
        async beforeTransact() {
          if (!isDeleted) await deleteLedger({ engine: other.engine, strandId });
          isDeleted = true;
        },
      });
      const { engine } = engineFixture({ store });
      await expect(put(engine)).rejects.toThrow(/is not found/);
      await beginRestore(other.engine, archive);
      expect(await advance(other.engine, archive)).toMatchObject({ status: 'COMPLETED' });
      expect(await other.engine.ledgers.grants('books')).toEqual([]);
      expect(await other.engine.tableTags.list('books', 'catalog')).toEqual({});
    }
  });
});
