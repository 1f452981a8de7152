import { CreateLedgerCommand, GetDigestCommand, GetRevisionCommand } from '@aws-sdk/client-qldb';
import { isOccConflictException, RetryConfig, type QldbDriver, type TransactionExecutor } from 'amazon-qldb-driver-nodejs';
import { load, type dom } from 'ion-js';
import { parseIon, type IonValue } from '../../src/ion';
import { proofFromIon, revisionFromIon, verifyProof } from '../../src/journal';
import { startLocalService, type LocalService } from '../service/local-service';

/** The official driver, unmodified: only its endpoint is ours. */
let service: LocalService;
let driver: QldbDriver;

beforeAll(async () => {
  service = await startLocalService();
  await service.qldb.send(new CreateLedgerCommand({ Name: 'vehicles', PermissionsMode: 'ALLOW_ALL' }));
  driver = service.driver('vehicles');
  await driver.executeLambda(async (transaction) => {
    await transaction.execute('CREATE TABLE Vehicle');
    await transaction.execute('CREATE INDEX ON Vehicle (VIN)');
  });
});
afterAll(async () => service.stop());

const NO_RETRY = new RetryConfig(0);

async function rows(statement: string, ...parameters: unknown[]): Promise<dom.Value[]> {
  return driver.executeLambda(async transaction => (await transaction.execute(statement, ...parameters)).getResultList());
}
const insert = async (document: object) => (await rows('INSERT INTO Vehicle ?', document))[0]!.get('documentId')!.stringValue()!;
const countOf = async (vin: string) => (await rows('SELECT VIN FROM Vehicle WHERE VIN = ?', vin)).length;

test('table names are those of the active tables', async () => {
  expect(await driver.getTableNames()).toEqual(['Vehicle']);
});

test('a document is inserted, selected by its index, updated and deleted', async () => {
  const documentId = await insert({ VIN: 'V1', Colour: 'red' });
  expect(documentId).toMatch(/^[0-9A-Za-z]{22}$/);
  expect((await rows('SELECT * FROM Vehicle WHERE VIN = ?', 'V1'))[0]!.get('Colour')!.stringValue()).toBe('red');
  const [updated] = await rows('UPDATE Vehicle AS v SET v.Colour = ? WHERE v.VIN = ?', 'blue', 'V1');
  expect(updated!.get('documentId')!.stringValue()).toBe(documentId);
  expect((await rows('SELECT v.Colour FROM Vehicle AS v WHERE v.VIN = ?', 'V1'))[0]!.get('Colour')!.stringValue()).toBe('blue');
  await rows('DELETE FROM Vehicle AS v WHERE v.VIN = ?', 'V1');
  expect(await countOf('V1')).toBe(0);
  const history = await rows('SELECT h.data.Colour, h.metadata.version FROM history(Vehicle) AS h WHERE h.metadata.id = ?', documentId);
  expect(history.map(row => [row.get('version')!.numberValue(), row.get('Colour')?.stringValue()])).toEqual([[0, 'red'], [1, 'blue'], [2, undefined]]);
});

test.each([
  ['int', '42'], ['decimal', '1.50'], ['float', '1.5e0'], ['timestamp', '2019-08-28T00:00:00Z'], ['symbol', 'sym'], ['clob', '{{"text"}}'], ['blob', '{{AQID}}'],
  ['list', '[1,"two"]'], ['struct', '{a:{b:null.int}}'], ['sexp', '(a b)'], ['null', 'null'], ['bool', 'true'],
])('a value of type %s comes back as it was sent', async (type, text) => {
  const value = load(text)!;
  await insert({ VIN: `type-${type}`, Value: value });
  const [row] = await rows('SELECT VALUE v."Value" FROM Vehicle AS v WHERE v.VIN = ?', `type-${type}`);
  expect(row!.ionEquals(value)).toBe(true);
});

test('a result of more than a page is read to its end', async () => {
  const count = 520;
  const batch = 40;
  for (let start = 0; start < count; start += batch) {
    await driver.executeLambda(async (transaction) => {
      for (let index = start; index < Math.min(count, start + batch); index++) await transaction.execute('INSERT INTO Vehicle ?', { VIN: 'many', Index: index });
    });
  }
  const all = await rows('SELECT v."Index" FROM Vehicle AS v WHERE v.VIN = ?', 'many');
  expect(new Set(all.map(row => row.get('Index')!.numberValue())).size).toBe(count);

  const streamed = await driver.executeLambda(async (transaction) => {
    let rowCount = 0;
    const result = await transaction.executeAndStreamResults('SELECT v."Index" FROM Vehicle AS v WHERE v.VIN = ?', 'many');
    for await (const row of result) if (row) rowCount++;
    return { rowCount, processingMillis: result.getTimingInformation().getProcessingTimeMilliseconds() };
  });
  expect(streamed.rowCount).toBe(count);
  expect(streamed.processingMillis).toBeGreaterThan(0);
});

test('a transaction conflicts with one that committed inside it', async () => {
  await insert({ VIN: 'contended', Colour: 'red' });
  const paint = async (transaction: TransactionExecutor, colour: string) =>
    transaction.execute('UPDATE Vehicle AS v SET v.Colour = ? WHERE v.VIN = ?', colour, 'contended');
  const outer = driver.executeLambda(async (transaction) => {
    await paint(transaction, 'outer');
    await driver.executeLambda(async inner => paint(inner, 'inner'), NO_RETRY);
  }, NO_RETRY);
  await expect(outer.catch(error => Promise.reject(isOccConflictException(error)))).rejects.toBe(true);
  expect((await rows('SELECT v.Colour FROM Vehicle AS v WHERE v.VIN = ?', 'contended'))[0]!.get('Colour')!.stringValue()).toBe('inner');
});

test('concurrent increments are retried by the driver until each has counted', async () => {
  await insert({ VIN: 'counter', Count: 0 });
  const increment = async () => driver.executeLambda(async (transaction) => {
    const [row] = (await transaction.execute('SELECT v."Count" FROM Vehicle AS v WHERE v.VIN = ?', 'counter')).getResultList();
    await transaction.execute('UPDATE Vehicle AS v SET v."Count" = ? WHERE v.VIN = ?', row!.get('Count')!.numberValue()! + 1, 'counter');
  }, new RetryConfig(50, () => 5));
  await Promise.all(Array.from({ length: 8 }, increment));
  expect((await rows('SELECT v."Count" FROM Vehicle AS v WHERE v.VIN = ?', 'counter'))[0]!.get('Count')!.numberValue()).toBe(8);
});

test('an aborted transaction leaves nothing behind', async () => {
  await expect(driver.executeLambda(async (transaction) => {
    await transaction.execute('INSERT INTO Vehicle ?', { VIN: 'aborted' });
    await transaction.abort();
  })).rejects.toMatchObject({ name: 'LambdaAbortedError' });
  expect(await countOf('aborted')).toBe(0);
});

test('a statement that fails is a bad request, and the driver\'s session goes on', async () => {
  await expect(rows('SELECT * FROM Nowhere')).rejects.toMatchObject({ name: 'BadRequestException' });
  await expect(rows('CREATE TABLE Vehicle')).rejects.toMatchObject({ name: 'BadRequestException' });
  expect(await driver.getTableNames()).toEqual(['Vehicle']);
});

test('a ledger that does not exist is a bad request', async () => {
  await expect(service.driver('missing').getTableNames()).rejects.toMatchObject({ name: 'BadRequestException' });
});

test('a transaction that takes longer than thirty seconds has expired, and the driver goes on', async () => {
  await expect(driver.executeLambda(async (transaction) => {
    await transaction.execute('INSERT INTO Vehicle ?', { VIN: 'late' });
    service.skewMillis += 40_000;
  }, NO_RETRY)).rejects.toMatchObject({ name: 'InvalidSessionException', message: expect.stringMatching(/^Transaction .* has expired$/) });
  expect(await countOf('late')).toBe(0);
});

test('the driver replaces sessions that have expired', async () => {
  await driver.getTableNames();
  service.skewMillis += 20 * 60_000;
  expect(await driver.getTableNames()).toEqual(['Vehicle']);
});

test('a revision is proven by the digest of the ledger', async () => {
  const documentId = await insert({ VIN: 'proven' });
  const [committed] = await rows('SELECT blockAddress, hash FROM _ql_committed_Vehicle WHERE metadata.id = ?', documentId);
  const address = committed!.get('blockAddress')!;
  const BlockAddress = { IonText: `{strandId:"${address.get('strandId')!.stringValue()}",sequenceNo:${address.get('sequenceNo')!.numberValue()}}` };
  const { Digest, DigestTipAddress } = await service.qldb.send(new GetDigestCommand({ Name: 'vehicles' }));
  const { Revision, Proof } = await service.qldb.send(new GetRevisionCommand({ Name: 'vehicles', BlockAddress, DocumentId: documentId, DigestTipAddress }));
  const revision = revisionFromIon(parsed(Revision));
  expect(Buffer.from(revision.hash)).toEqual(Buffer.from(committed!.get('hash')!.uInt8ArrayValue()!));
  expect(verifyProof(revision.hash, proofFromIon(parsed(Proof)), Digest!)).toBe(true);
});

test('everything is still there when the service starts again', async () => {
  const documentId = await insert({ VIN: 'durable', Colour: 'green' });
  const before = await service.qldb.send(new GetDigestCommand({ Name: 'vehicles' }));
  await service.restart();
  driver = service.driver('vehicles');
  const after = await service.qldb.send(new GetDigestCommand({ Name: 'vehicles' }));
  expect([after.Digest, after.DigestTipAddress]).toEqual([before.Digest, before.DigestTipAddress]);
  const [row] = await rows('SELECT id, v.Colour FROM Vehicle AS v BY id WHERE v.VIN = ?', 'durable');
  expect([row!.get('id')!.stringValue(), row!.get('Colour')!.stringValue()]).toEqual([documentId, 'green']);
});

const parsed = (holder: { IonText?: string } | undefined): IonValue => parseIon(holder!.IonText!);
