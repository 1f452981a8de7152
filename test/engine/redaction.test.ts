import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { readHead } from '../../src/engine/journal-head';
import { readBlocks } from '../../src/engine/journal-store';
import { printIon } from '../../src/ion';
import { blockToIon, ChainVerifier, OWN_JOURNAL, verifyProof } from '../../src/journal';

interface Row {
  readonly blockAddress: { readonly strandId: string; readonly sequenceNo: number };
  readonly metadata: { readonly id: string; readonly version: number };
  readonly data?: object;
  readonly dataHash?: string;
}

async function ledgerWithSecret() {
  const fixture = engineFixture();
  const strandId = await newLedger(fixture.engine);
  await execute(fixture.engine, 'CREATE TABLE People');
  await execute(fixture.engine, 'CREATE INDEX ON People (ssn)');
  await execute(fixture.engine, 'INSERT INTO People ?', '{name:"Ada",ssn:"123-45-6789"}');
  await execute(fixture.engine, 'UPDATE People SET ssn = \'\' WHERE name = \'Ada\'');
  const history = await execute(fixture.engine, 'SELECT * FROM history(People)') as Row[];
  const [{ tableId }] = await execute(fixture.engine, 'SELECT tableId FROM information_schema.user_tables') as { tableId: string }[];
  return { ...fixture, strandId, history, tableId };
}

const address = ({ blockAddress: { strandId, sequenceNo } }: Row): string => `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`;

const redact = (fixture: Awaited<ReturnType<typeof ledgerWithSecret>>, row: Row) =>
  execute(fixture.engine, `EXEC REDACT_REVISION ?, '${fixture.tableId}', '${row.metadata.id}'`, address(row));

test('takes the data out of history, journal and indexes, and leaves every hash and proof valid', async () => {
  const fixture = await ledgerWithSecret();
  const { engine, store, strandId, history: [first] } = fixture;
  const { blockAddress, metadata } = first;
  expect(await redact(fixture, first)).toEqual([{ blockAddress, tableId: fixture.tableId, documentId: metadata.id, version: 0 }]);

  const [redacted, current] = await execute(engine, 'SELECT * FROM history(People)') as Row[];
  expect(redacted).toEqual({ blockAddress: first.blockAddress, hash: expect.any(String), dataHash: expect.any(String), metadata: first.metadata });
  expect(current.data).toEqual({ name: 'Ada', ssn: '' });

  const head = await readHead(store, strandId);
  const chain = new ChainVerifier(OWN_JOURNAL);
  for await (const block of readBlocks(store, strandId, 0, head.sequenceNo)) {
    expect(chain.add(block)).toEqual([]);
    expect(printIon(blockToIon(block))).not.toContain('123-45-6789');
  }
  for await (const item of store.query(strandId)) expect(Buffer.from(item.value).toString('latin1')).not.toContain('123-45-6789');
  const [{ indexes: [{ indexId }] }] = await execute(engine, 'SELECT indexes FROM information_schema.user_tables') as { indexes: { indexId: string }[] }[];
  const entries: string[] = [];
  for await (const { key } of store.query(`${strandId}/index/${indexId}`)) entries.push(key.sort);
  expect(entries).toHaveLength(1);

  const { digest, tip } = await engine.proofs.getDigest('books');
  const { revision, proof } = await engine.proofs.getRevision('books', address(first), first.metadata.id, `{strandId:"${strandId}",sequenceNo:${tip.sequenceNo}}`);
  expect(revision.data).toBeUndefined();
  expect(verifyProof(revision.hash, proof!, digest)).toBe(true);
});

test('is refused for the newest revision, one already redacted, one that is not there, and the second in a transaction', async () => {
  const fixture = await ledgerWithSecret();
  const [first, second] = fixture.history;
  await expect(redact(fixture, second)).rejects.toThrow('is its newest one, which cannot be redacted');
  await expect(redact(fixture, { ...first, blockAddress: { ...first.blockAddress, sequenceNo: 1 } })).rejects.toThrow('holds no revision of document');
  await expect(redact(fixture, { ...first, blockAddress: { ...first.blockAddress, sequenceNo: 99 } })).rejects.toThrow('holds no revision of document');
  await expect(redact(fixture, { ...first, metadata: { ...first.metadata, id: 'nobody' } })).rejects.toThrow('holds no revision of document');

  await execute(fixture.engine, 'UPDATE People SET name = \'Ada L.\' WHERE name = \'Ada\'');
  const transaction = await begin(fixture.engine);
  const statement = `EXEC REDACT_REVISION ?, '${fixture.tableId}', '${first.metadata.id}'`;
  await transaction.run(statement, address(first));
  await expect(transaction.run(statement, address(second))).rejects.toThrow('A transaction can redact one revision');
  await transaction.commit();
  await expect(redact(fixture, first)).rejects.toThrow('has no data left to redact');
});

test('of a transaction that is aborted redacts nothing', async () => {
  const fixture = await ledgerWithSecret();
  const [first] = fixture.history;
  const transaction = await begin(fixture.engine);
  await transaction.run(`EXEC REDACT_REVISION ?, '${fixture.tableId}', '${first.metadata.id}'`, address(first));
  await transaction.abort();
  expect((await execute(fixture.engine, 'SELECT * FROM history(People)') as Row[])[0].data).toEqual({ name: 'Ada', ssn: '123-45-6789' });
});

test('erases a deleted document of a dropped table, revision by revision', async () => {
  const fixture = await ledgerWithSecret();
  const { engine, tableId } = fixture;
  await execute(engine, 'DELETE FROM People WHERE name = \'Ada\'');
  await execute(engine, 'DROP TABLE People');
  for (const row of fixture.history) await redact(fixture, row);
  const rows = await execute(engine, `SELECT * FROM history('${tableId}')`) as Row[];
  expect(rows.map(({ data, dataHash }) => [data, typeof dataHash])).toEqual([[undefined, 'string'], [undefined, 'string'], [undefined, 'undefined']]);
});
