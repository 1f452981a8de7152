import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { readHead } from '../../src/engine/journal-head';
import { readBlocks, readNode } from '../../src/engine/journal-store';
import { digest, isUniqueId, OWN_JOURNAL, ChainVerifier, verifyProof } from '../../src/journal';

async function ledgerWithPeople() {
  const fixture = engineFixture();
  const strandId = await newLedger(fixture.engine);
  await execute(fixture.engine, 'CREATE TABLE People');
  await execute(fixture.engine, 'CREATE INDEX ON People (email)');
  return { ...fixture, strandId };
}

describe('a transaction', () => {
  test('sees its own writes, and others see them after the commit', async () => {
    const { engine } = await ledgerWithPeople();
    const writer = await begin(engine);
    await writer.run('INSERT INTO People ?', '{email:"ada@x.org",age:36}');
    expect(await writer.run('SELECT * FROM People WHERE email = ?', '"ada@x.org"')).toEqual([{ email: 'ada@x.org', age: 36 }]);
    expect(await execute(engine, 'SELECT * FROM People')).toEqual([]);
    await writer.commit();
    expect(await execute(engine, 'SELECT * FROM People WHERE email = ?', '"ada@x.org"')).toEqual([{ email: 'ada@x.org', age: 36 }]);
  });

  test('reads the state at its start, whatever is committed meanwhile', async () => {
    const { engine } = await ledgerWithPeople();
    await execute(engine, 'INSERT INTO People ?', '{email:"ada@x.org",age:36}');
    const reader = await begin(engine);
    await execute(engine, 'UPDATE People SET age = 37 WHERE email = ?', '"ada@x.org"');
    await execute(engine, 'INSERT INTO People ?', '{email:"alan@x.org",age:41}');
    expect(await reader.run('SELECT VALUE age FROM People')).toEqual([36]);
    expect(await reader.run('SELECT VALUE age FROM People WHERE email = ?', '"alan@x.org"')).toEqual([]);
  });

  test('that was aborted leaves nothing', async () => {
    const { engine } = await ledgerWithPeople();
    const writer = await begin(engine);
    await writer.run('INSERT INTO People ?', '{email:"ada@x.org"}');
    await writer.abort();
    await expect(writer.run('SELECT * FROM People')).rejects.toThrow('No open transaction');
    expect(await execute(engine, 'SELECT * FROM People')).toEqual([]);
  });

  test('keeps what it did when a statement of it fails', async () => {
    const { engine } = await ledgerWithPeople();
    const writer = await begin(engine);
    await writer.run('INSERT INTO People ?', '{email:"ada@x.org"}');
    await expect(writer.run('INSERT INTO People << {\'email\': \'alan@x.org\'}, 1 >>')).rejects.toThrow(/struct/i);
    await expect(writer.run('SELEKT')).rejects.toThrow(/line 1, column 1/);
    await writer.commit();
    expect(await execute(engine, 'SELECT VALUE email FROM People')).toEqual(['ada@x.org']);
  });

  test('that deletes what it inserted leaves no trace of the document', async () => {
    const { engine } = await ledgerWithPeople();
    const writer = await begin(engine);
    await writer.run('INSERT INTO People ?', '{email:"ada@x.org"}');
    await writer.run('DELETE FROM People WHERE email = ?', '"ada@x.org"');
    await writer.commit();
    expect(await execute(engine, 'SELECT * FROM history(People)')).toEqual([]);
  });
});

describe('optimistic concurrency control', () => {
  const conflict = { name: 'OccConflictException' };

  test('refuses to update what another transaction updated meanwhile', async () => {
    const { engine } = await ledgerWithPeople();
    await execute(engine, 'INSERT INTO People ?', '{email:"ada@x.org",age:36}');
    const [one, other] = [await begin(engine), await begin(engine)];
    await one.run('UPDATE People SET age = age + 1 WHERE email = ?', '"ada@x.org"');
    await other.run('UPDATE People SET age = age + 1 WHERE email = ?', '"ada@x.org"');
    await one.commit();
    await expect(other.commit()).rejects.toMatchObject(conflict);
    expect(await execute(engine, 'SELECT VALUE age FROM People')).toEqual([37]);
  });

  test('lets only one of two transactions insert after both found an indexed value unused', async () => {
    const { engine } = await ledgerWithPeople();
    const [one, other] = [await begin(engine), await begin(engine)];
    for (const transaction of [one, other]) {
      expect(await transaction.run('SELECT * FROM People WHERE email = ?', '"ada@x.org"')).toEqual([]);
      await transaction.run('INSERT INTO People ?', '{email:"ada@x.org"}');
    }
    await one.commit();
    await expect(other.commit()).rejects.toMatchObject(conflict);
  });

  test('lets both commit when they looked for different values of an index', async () => {
    const { engine } = await ledgerWithPeople();
    const [one, other] = [await begin(engine), await begin(engine)];
    await one.run('SELECT * FROM People WHERE email = ?', '"ada@x.org"');
    await one.run('INSERT INTO People ?', '{email:"ada@x.org"}');
    await other.run('SELECT * FROM People WHERE email = ?', '"alan@x.org"');
    await other.run('INSERT INTO People ?', '{email:"alan@x.org"}');
    await one.commit();
    await other.commit();
    expect(await execute(engine, 'SELECT COUNT(*) FROM People')).toEqual([{ _1: 2 }]);
  });

  test('takes a scan for a read of the whole table', async () => {
    const { engine } = await ledgerWithPeople();
    const reader = await begin(engine);
    await reader.run('SELECT * FROM People WHERE age = 1');
    await execute(engine, 'INSERT INTO People ?', '{email:"ada@x.org",age:2}');
    await expect(reader.commit()).rejects.toMatchObject(conflict);
  });

  test('refuses a transaction that used the catalog when it changed meanwhile', async () => {
    const { engine } = await ledgerWithPeople();
    const writer = await begin(engine);
    await writer.run('INSERT INTO People ?', '{email:"ada@x.org"}');
    await execute(engine, 'CREATE TABLE Other');
    await expect(writer.commit()).rejects.toMatchObject(conflict);
  });

  test('lets many writers of different documents commit at once, a block each', async () => {
    const { engine, strandId, store } = await ledgerWithPeople();
    const before = (await readHead(store, strandId)).sequenceNo;
    const transactions = await Promise.all(Array.from({ length: 50 }, () => begin(engine)));
    await Promise.all(transactions.map((transaction, index) => transaction.run('INSERT INTO People ?', `{email:"${index}@x.org"}`)));
    await Promise.all(transactions.map(transaction => transaction.commit()));
    expect((await readHead(store, strandId)).sequenceNo).toBe(before + 50);
    expect(await execute(engine, 'SELECT COUNT(*) FROM People')).toEqual([{ _1: 50 }]);
  });
});

describe('history', () => {
  test('shows every revision, the deleted one without data', async () => {
    const { engine } = await ledgerWithPeople();
    await execute(engine, 'INSERT INTO People ?', '{email:"ada@x.org",age:36}');
    await execute(engine, 'UPDATE People SET age = 37 WHERE email = ?', '"ada@x.org"');
    await execute(engine, 'DELETE FROM People WHERE email = ?', '"ada@x.org"');
    const revisions = await execute(engine, 'SELECT h.metadata.version, h.data.age FROM history(People) AS h');
    expect(revisions).toEqual([{ version: 0, age: 36 }, { version: 1, age: 37 }, { version: 2 }]);
    expect(await execute(engine, 'SELECT * FROM People')).toEqual([]);
  });
});

describe('the journal', () => {
  test('is a chain of verified blocks whose digest every block can be proven against', async () => {
    const { engine, strandId, store } = await ledgerWithPeople();
    for (let index = 0; index < 12; index++) await execute(engine, 'INSERT INTO People ?', `{email:"${index}@x.org",at:2026-01-01T}`);
    const head = await readHead(store, strandId);
    const chain = new ChainVerifier(OWN_JOURNAL);
    for await (const block of readBlocks(store, strandId, 0, head.sequenceNo)) expect(chain.add(block)).toEqual([]);
    const answered = await engine.proofs.getDigest('books');
    expect(answered.tip).toEqual({ strandId, sequenceNo: head.sequenceNo });
    expect(chain.summary().digest).toEqual(new Uint8Array(answered.digest));
    expect(await digest(head.sequenceNo + 1, readNode(store, strandId))).toEqual(answered.digest);

    const tip = `{strandId:"${strandId}",sequenceNo:${head.sequenceNo}}`;
    for (let sequenceNo = 0; sequenceNo <= head.sequenceNo; sequenceNo++) {
      const { block, proof } = await engine.proofs.getBlock('books', `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`, tip);
      expect(verifyProof(block.blockHash, proof!, answered.digest)).toBe(true);
    }
    const [{ id }] = await execute(engine, 'SELECT metadata.id FROM _ql_committed_People WHERE data.email = ?', '"3@x.org"') as { id: string }[];
    const [{ sequenceNo }] = await execute(engine, 'SELECT h.blockAddress.sequenceNo FROM history(People) AS h WHERE h.metadata.id = ?', `"${id}"`) as { sequenceNo: number }[];
    const { revision, proof } = await engine.proofs.getRevision('books', `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`, id, tip);
    expect(verifyProof(revision.hash, proof!, answered.digest)).toBe(true);
  });

  test('gives tables ids that follow from it alone', async () => {
    const { engine } = await ledgerWithPeople();
    const [{ tableId, indexes }] = await execute(engine, 'SELECT * FROM information_schema.user_tables') as { tableId: string; indexes: { indexId: string }[] }[];
    expect(isUniqueId(tableId)).toBe(true);
    expect(indexes).toEqual([{ indexId: expect.any(String), expr: '[email]', status: 'ONLINE' }]);
  });
});
