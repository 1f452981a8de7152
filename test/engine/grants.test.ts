import { engineFixture, execute, newLedger, type EngineFixture } from './engine-fixture';
import type { LedgerGrant } from '../../src/engine';

const WRITER = 'arn:aws:iam::123456789012:role/apps/Writer';
const AS_WRITER = 'arn:aws:sts::123456789012:assumed-role/Writer/session-1';
const DENIED = { name: 'AccessDeniedException', message: expect.stringContaining('Access denied. Unable to run the statement due to insufficient permissions') };

/** Two engines over one store: who administers, and who checks grants. */
async function guardedLedger(permissionsMode: 'STANDARD' | 'ALLOW_ALL' = 'STANDARD') {
  const administrator = engineFixture();
  await newLedger(administrator.engine);
  if (permissionsMode === 'ALLOW_ALL') await administrator.engine.ledgers.updatePermissionsMode('books', 'ALLOW_ALL');
  for (const table of ['Orders', 'Secrets']) await execute(administrator.engine, `CREATE TABLE ${table}`);
  await execute(administrator.engine, 'INSERT INTO Secrets ?', '{word:"xyzzy"}');
  return { administrator, guarded: engineFixture({ store: administrator.store, checkGrants: true }) };
}

const grant = (actions: LedgerGrant['actions'], tables: string[], grantId = 'app'): LedgerGrant => ({ grantId, principalArn: WRITER, actions, tables });

async function runAs({ engine }: EngineFixture, callerArn: string, statement: string): Promise<number> {
  const token = await engine.sessions.startSession('books', callerArn);
  const transactionId = await engine.sessions.startTransaction(token, callerArn);
  const { page } = await engine.sessions.executeStatement(token, callerArn, transactionId, statement, []);
  return page.values.length;
}

test('without a grant every statement is refused', async () => {
  const { guarded } = await guardedLedger();
  for (const statement of ['SELECT * FROM Orders', 'SELECT * FROM information_schema.user_tables', 'CREATE TABLE Mine', 'SELECT * FROM NoSuchTable']) {
    await expect(runAs(guarded, AS_WRITER, statement)).rejects.toMatchObject(DENIED);
  }
});

test('a grant allows its actions on its tables and nothing else', async () => {
  const { administrator, guarded } = await guardedLedger();
  await administrator.engine.ledgers.grant('books', grant(['PartiQLInsert', 'PartiQLSelect'], ['Orders']));
  expect(await runAs(guarded, AS_WRITER, 'INSERT INTO Orders {\'n\': 1}')).toBe(1);
  expect(await runAs(guarded, AS_WRITER, 'SELECT * FROM Orders')).toBe(0);
  for (const statement of [
    'SELECT * FROM Secrets',
    'SELECT o.n FROM Orders AS o, Secrets AS s',
    'DELETE FROM Orders',
    'UPDATE Orders SET n = 2',
    'SELECT * FROM history(Orders)',
    'SELECT * FROM information_schema.user_tables',
    'DROP TABLE Orders',
  ]) await expect(runAs(guarded, AS_WRITER, statement)).rejects.toMatchObject(DENIED);
});

test('a table that does not exist is refused like one that was not granted, unless all tables were', async () => {
  const { administrator, guarded } = await guardedLedger();
  await administrator.engine.ledgers.grant('books', grant(['PartiQLSelect'], ['Orders']));
  await expect(runAs(guarded, AS_WRITER, 'SELECT * FROM NoSuchTable')).rejects.toMatchObject(DENIED);
  await administrator.engine.ledgers.grant('books', grant(['PartiQLSelect'], ['*']));
  await expect(runAs(guarded, AS_WRITER, 'SELECT * FROM NoSuchTable')).rejects.toMatchObject({ name: 'BadRequestException' });
  expect(await runAs(guarded, AS_WRITER, 'SELECT * FROM information_schema.user_tables')).toBe(2);
});

test.each([
  ['another role', 'arn:aws:sts::123456789012:assumed-role/Reader/session-1'],
  ['the same name in another account', 'arn:aws:sts::999999999999:assumed-role/Writer/session-1'],
  ['a user of that name', 'arn:aws:iam::123456789012:user/Writer'],
])('a grant to a role is not one to %s', async (_, callerArn) => {
  const { administrator, guarded } = await guardedLedger();
  await administrator.engine.ledgers.grant('books', grant(['PartiQLSelect'], ['*']));
  await expect(runAs(guarded, callerArn, 'SELECT * FROM Orders')).rejects.toMatchObject(DENIED);
});

test('what was taken back is refused again from the next transaction on', async () => {
  const { administrator, guarded } = await guardedLedger();
  const { ledgers } = administrator.engine;
  await ledgers.grant('books', grant(['PartiQLSelect'], ['Orders'], 'one'));
  await ledgers.grant('books', grant(['PartiQLSelect'], ['Secrets'], 'two'));
  expect(await ledgers.grants('books')).toHaveLength(2);
  await ledgers.revoke('books', 'one');
  await ledgers.revoke('books', 'never granted');
  await expect(runAs(guarded, AS_WRITER, 'SELECT * FROM Orders')).rejects.toMatchObject(DENIED);
  expect(await runAs(guarded, AS_WRITER, 'SELECT * FROM Secrets')).toBe(1);
});

test('a refused statement leaves the transaction open', async () => {
  const { administrator, guarded } = await guardedLedger();
  await administrator.engine.ledgers.grant('books', grant(['PartiQLSelect'], ['Orders']));
  const { sessions } = guarded.engine;
  const token = await sessions.startSession('books', AS_WRITER);
  const transactionId = await sessions.startTransaction(token, AS_WRITER);
  await expect(sessions.executeStatement(token, AS_WRITER, transactionId, 'SELECT * FROM Secrets', [])).rejects.toMatchObject(DENIED);
  await sessions.executeStatement(token, AS_WRITER, transactionId, 'SELECT * FROM Orders', []);
});

test('in an ALLOW_ALL ledger any grant allows everything, and none nothing', async () => {
  const { administrator, guarded } = await guardedLedger('ALLOW_ALL');
  await expect(runAs(guarded, AS_WRITER, 'SELECT * FROM Secrets')).rejects.toMatchObject(DENIED);
  await administrator.engine.ledgers.grant('books', grant(['PartiQLSelect'], ['Orders']));
  expect(await runAs(guarded, AS_WRITER, 'DELETE FROM Secrets')).toBe(1);
});

test('the account itself needs no grants, another account\'s root does', async () => {
  const { guarded } = await guardedLedger();
  expect(await runAs(guarded, 'arn:aws:iam::123456789012:root', 'SELECT * FROM Secrets')).toBe(1);
  await expect(runAs(guarded, 'arn:aws:iam::999999999999:root', 'SELECT * FROM Secrets')).rejects.toMatchObject(DENIED);
});
