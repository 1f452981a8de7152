import { CreateLedgerCommand, ExportJournalToS3Command } from '@aws-sdk/client-qldb';
import { SendCommandCommand } from '@aws-sdk/client-qldb-session';
import { ROLE_ARN, startLocalService, type LocalService } from './local-service';

const DOCUMENT = 'what-only-the-ledger-knows';
const STATEMENT = 'StatementOfNobodyElse';

let service: LocalService;
beforeAll(async () => { service = await startLocalService(); });
afterAll(async () => service.stop());

test('no log line tells a statement, a document, a token or a credential, whether requests succeed or fail', async () => {
  await service.qldb.send(new CreateLedgerCommand({ Name: 'secrets', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }));
  const driver = service.driver('secrets');
  await driver.executeLambda(async transaction => { await transaction.execute(`CREATE TABLE ${STATEMENT}`); });
  await driver.executeLambda(async transaction => { await transaction.execute(`INSERT INTO ${STATEMENT} ?`, { content: DOCUMENT }); });
  await driver.executeLambda(async transaction => transaction.execute(`SELECT * FROM ${STATEMENT} WHERE content = '${DOCUMENT}'`));
  await expect(driver.executeLambda(async transaction => transaction.execute(`SELECT FROM ${STATEMENT} '${DOCUMENT}'`))).rejects.toThrow();

  const { StartSession } = await service.session.send(new SendCommandCommand({ StartSession: { LedgerName: 'secrets' } }));
  const token = StartSession!.SessionToken!;
  const commitOfNothing = { TransactionId: DOCUMENT, CommitDigest: new Uint8Array(32) };
  await expect(service.session.send(new SendCommandCommand({ SessionToken: token, CommitTransaction: commitOfNothing }))).rejects.toThrow();
  await expect(service.session.send(new SendCommandCommand({ SessionToken: `${DOCUMENT}${token}`, StartTransaction: {} }))).rejects.toThrow();
  await expect(service.qldb.send(new ExportJournalToS3Command({
    Name: 'secrets',
    RoleArn: ROLE_ARN,
    InclusiveStartTime: new Date(0),
    ExclusiveEndTime: new Date('2999-01-01'),
    S3ExportConfiguration: { Bucket: 'bucket', Prefix: DOCUMENT, EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
  }))).rejects.toThrow();

  expect(service.log.length).toBeGreaterThan(10);
  const logged = service.log.map(event => JSON.stringify(event)).join('\n');
  expect(logged).toContain('"status":400');
  for (const secret of [DOCUMENT, STATEMENT, token, 'AWS4-HMAC-SHA256', 'Signature']) expect(logged).not.toContain(secret);
});
