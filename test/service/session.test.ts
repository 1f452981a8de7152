import { CreateLedgerCommand } from '@aws-sdk/client-qldb';
import { SendCommandCommand, type SendCommandCommandInput } from '@aws-sdk/client-qldb-session';
import { LocalService, startLocalService } from './local-service';
import { decodeIon, encodeIon, hashIon, ionString } from '../../src/ion';
import { foldStatement, statementDigest } from '../../src/journal';

let service: LocalService;
beforeEach(async () => {
  service = await startLocalService();
  await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL' }));
});
afterEach(async () => service.stop());

const send = async (input: SendCommandCommandInput) => service.session.send(new SendCommandCommand(input));
const startSession = async () => (await send({ StartSession: { LedgerName: 'books' } })).StartSession!.SessionToken!;
const startTransaction = async (SessionToken: string) => (await send({ SessionToken, StartTransaction: {} })).StartTransaction!.TransactionId!;

/** A session with an open transaction, and the digest that its client keeps. */
async function openTransaction() {
  const SessionToken = await startSession();
  const TransactionId = await startTransaction(SessionToken);
  let digest = hashIon(ionString(TransactionId));
  return {
    SessionToken,
    TransactionId,
    async execute(Statement: string, ...texts: string[]) {
      const values = texts.map(ionString);
      digest = foldStatement(digest, statementDigest(Statement, values));
      const Parameters = values.map(value => ({ IonBinary: encodeIon(value) }));
      return (await send({ SessionToken, ExecuteStatement: { TransactionId, Statement, Parameters } })).ExecuteStatement!;
    },
    commit: async (CommitDigest = digest) => (await send({ SessionToken, CommitTransaction: { TransactionId, CommitDigest } })).CommitTransaction!,
  };
}

const badRequest = (message: string) => ({ name: 'BadRequestException', $metadata: { httpStatusCode: 400 }, message: expect.stringContaining(message) });
const invalidSession = (message: RegExp) => ({ name: 'InvalidSessionException', $metadata: { httpStatusCode: 400 }, message: expect.stringMatching(message) });

test('a transaction commits under the digest that its client computed', async () => {
  const creation = await openTransaction();
  await creation.execute('CREATE TABLE Entry');
  await creation.commit();
  const transaction = await openTransaction();
  const inserted = await transaction.execute("INSERT INTO Entry VALUE {'text': ?}", 'first');
  expect(inserted.FirstPage!.Values).toHaveLength(1);
  expect(inserted.TimingInformation!.ProcessingTimeMilliseconds).toBeGreaterThanOrEqual(1);
  expect(inserted.ConsumedIOs).toMatchObject({ ReadIOs: expect.any(Number), WriteIOs: expect.any(Number) });
  const selected = await transaction.execute('SELECT VALUE e.text FROM Entry AS e');
  expect(decodeIon(selected.FirstPage!.Values![0]!.IonBinary!)).toEqual(ionString('first'));
  expect(selected.FirstPage!.NextPageToken).toBeUndefined();
  const committed = await transaction.commit();
  expect(committed.TransactionId).toBe(transaction.TransactionId);
  expect(committed.TimingInformation!.ProcessingTimeMilliseconds).toBeGreaterThanOrEqual(1);
});

test('parameters may come as Ion text', async () => {
  const { SessionToken, TransactionId, execute } = await openTransaction();
  await execute('CREATE TABLE Entry');
  const input = { TransactionId, Statement: 'INSERT INTO Entry ?', Parameters: [{ IonText: '{text:"first"}' }] };
  expect((await send({ SessionToken, ExecuteStatement: input })).ExecuteStatement!.FirstPage!.Values).toHaveLength(1);
});

test('another digest than the service\'s own ends the transaction', async () => {
  const transaction = await openTransaction();
  await transaction.execute('CREATE TABLE Entry');
  await expect(transaction.commit(Buffer.alloc(32))).rejects.toMatchObject(badRequest("Digests don't match"));
  await expect(transaction.commit()).rejects.toMatchObject(badRequest('No open transaction'));
});

test('a failed statement leaves the transaction open, and counts in its digest', async () => {
  const transaction = await openTransaction();
  await transaction.execute('CREATE TABLE Entry');
  await expect(transaction.execute('SELECT * FROM Nowhere')).rejects.toMatchObject({ name: 'BadRequestException' });
  await expect(transaction.execute('SELEC')).rejects.toMatchObject({ name: 'BadRequestException' });
  await transaction.commit();
});

test('a transaction expires after thirty seconds, and its session goes on', async () => {
  const { SessionToken, TransactionId, execute } = await openTransaction();
  service.skewMillis += 30_000;
  await expect(execute('CREATE TABLE Entry')).rejects.toMatchObject(invalidSession(new RegExp(`^Transaction ${TransactionId} has expired$`)));
  await send({ SessionToken, AbortTransaction: {} });
  await startTransaction(SessionToken);
});

test('a session expires, and is forgotten later', async () => {
  const SessionToken = await startSession();
  service.skewMillis += 17 * 60_000;
  await expect(send({ SessionToken, StartTransaction: {} })).rejects.toMatchObject(invalidSession(/^Session .+ has expired$/));
  service.skewMillis += 60 * 60_000;
  await startSession();
  await expect(send({ SessionToken, StartTransaction: {} })).rejects.toMatchObject(invalidSession(/^No such session$/));
});

test('an ended session is unknown', async () => {
  const SessionToken = await startSession();
  expect((await send({ SessionToken, EndSession: {} })).EndSession!.TimingInformation).toBeDefined();
  await expect(send({ SessionToken, StartTransaction: {} })).rejects.toMatchObject(invalidSession(/^No such session$/));
});

test('a session has one transaction at a time', async () => {
  const { SessionToken } = await openTransaction();
  await expect(send({ SessionToken, StartTransaction: {} })).rejects.toMatchObject(badRequest('Transaction already open'));
});

test('a command must name the open transaction', async () => {
  const { SessionToken, execute } = await openTransaction();
  const input = { TransactionId: 'A'.repeat(22), Statement: 'CREATE TABLE Entry' };
  await expect(send({ SessionToken, ExecuteStatement: input })).rejects.toMatchObject(badRequest('A'.repeat(22)));
  await send({ SessionToken, AbortTransaction: {} });
  await expect(execute('CREATE TABLE Entry')).rejects.toMatchObject(badRequest('No open transaction'));
  await send({ SessionToken, AbortTransaction: {} });
});

test('a missing ledger has no sessions', async () => {
  await expect(send({ StartSession: { LedgerName: 'missing' } })).rejects.toMatchObject(badRequest('missing'));
});

test('a page token that the service has not given is refused', async () => {
  const { SessionToken, TransactionId } = await openTransaction();
  await expect(send({ SessionToken, FetchPage: { TransactionId, NextPageToken: 'AAAA' } })).rejects.toMatchObject({ name: 'BadRequestException' });
});

test('a transaction that read what another one changed conflicts', async () => {
  const setup = await openTransaction();
  await setup.execute('CREATE TABLE Entry');
  await setup.execute("INSERT INTO Entry VALUE {'text': ?}", 'first');
  await setup.commit();
  const [one, other] = [await openTransaction(), await openTransaction()];
  for (const transaction of [one, other]) await transaction.execute('UPDATE Entry AS e SET e.text = ?', transaction.TransactionId);
  await one.commit();
  await expect(other.commit()).rejects.toMatchObject({
    name: 'OccConflictException', message: 'Optimistic concurrency control (OCC) failure encountered while committing the transaction',
  });
});

test('a statement that is too long is refused', async () => {
  const { execute } = await openTransaction();
  await expect(execute('x'.repeat(100_001))).rejects.toMatchObject(badRequest('Member must have length less than or equal to 100000'));
});
