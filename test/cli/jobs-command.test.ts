import { CreateLedgerCommand, ExportJournalToS3Command } from '@aws-sdk/client-qldb';
import { runCliWith } from './run-cli';
import { FakeJobServices } from '../fakes/fake-job-services';
import { ACCOUNT_ID } from '../fakes/fake-s3-control';
import { ORGANIZATION_ID } from '../fakes/fake-workmail';
import { eventually, ROLE_ARN, startLocalService } from '../service/local-service';

let services: FakeJobServices;
beforeEach(async () => { services = await FakeJobServices.start(); });
afterEach(() => services.stop());

const jobs = (...args: string[]) => runCliWith({
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL_WORKMAIL: services.url,
  AWS_ENDPOINT_URL_S3_CONTROL: services.url,
}, 'jobs', ...args);

const secondsAgo = (seconds: number): number => Date.now() / 1000 - seconds;

function addMailboxExport(changes: Record<string, unknown> = {}) {
  services.workMail.jobs.push({
    JobId: `mailbox-job-${services.workMail.jobs.length}`,
    OrganizationId: ORGANIZATION_ID,
    EntityId: 'alice@example.com',
    State: 'COMPLETED',
    StartTime: secondsAgo(60),
    ...changes,
  });
}

test('all kinds are printed in one table, and exit code 0 says that there is nothing to look at', async () => {
  services.workMail.pageSize = 1;
  addMailboxExport();
  addMailboxExport({ EntityId: 'bob\u001b[2J', State: 'RUNNING', EstimatedProgress: 40, polls: 99 });
  services.s3Control.jobs.push({ JobId: 'batch-1', Status: 'Complete', seen: 0, request: { Operation: { S3PutObjectCopy: {} } }, CreationTime: new Date().toISOString() });
  const service = await startLocalService();
  try {
    await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL' }));
    await service.qldb.send(new ExportJournalToS3Command({
      Name: 'books',
      InclusiveStartTime: new Date('2026-01-01T00:00:00Z'),
      ExclusiveEndTime: new Date(Date.now() - 1000),
      RoleArn: ROLE_ARN,
      S3ExportConfiguration: { Bucket: 'archive', Prefix: 'journal', EncryptionConfiguration: { ObjectEncryptionType: 'NO_ENCRYPTION' } },
    }));
    const listed = await eventually(
      async () => jobs('--endpoint', service.url, '--organization', ORGANIZATION_ID, '--account', ACCOUNT_ID), ({ stdout }) => !stdout.includes('IN_PROGRESS'),
    );
    expect([listed.code, listed.stderr]).toEqual([0, '']);
    expect(listed.stdout).toMatch(/journal export +│ books +│ COMPLETED/);
    expect(listed.stdout).toMatch(/mailbox export +│ alice@example.com +│ COMPLETED/);
    expect(listed.stdout).toMatch(/mailbox export +│ bob\\u001b\[2J +│ RUNNING .*│ 40 %/);
    expect(listed.stdout).toMatch(/batch operation +│ S3PutObjectCopy +│ Complete .*│ 3 of 3 tasks +│ batch-1/);
    expect(listed.stdout).toContain('4 listed, 1 running, 0 failed lately, 0 stuck');
  } finally {
    await service.stop();
  }
});

test('exit code 1 says that jobs failed or are stuck, and the table which', async () => {
  addMailboxExport({ State: 'FAILED', EndTime: secondsAgo(30) });
  expect(await jobs('--organization', ORGANIZATION_ID)).toMatchObject({ code: 1, stdout: expect.stringContaining('1 failed lately, 0 stuck') });
  services.workMail.jobs.length = 0;
  addMailboxExport({ State: 'RUNNING', StartTime: secondsAgo(7300), polls: 99 });
  expect((await jobs('--organization', ORGANIZATION_ID)).code).toBe(0);
  expect(await jobs('--organization', ORGANIZATION_ID, '--stuck-after', '2')).toMatchObject({ code: 1, stdout: expect.stringContaining('RUNNING (stuck)') });
});

test('exit code 2 says that not all is listed, and why, and prints what is', async () => {
  services.workMail.organizations = [];
  services.s3Control.jobs.push({ JobId: 'batch-1', Status: 'Failed', seen: 0, request: { Operation: { S3PutObjectCopy: {} } }, CreationTime: new Date().toISOString() });
  const { code, stdout } = await jobs('--organization', ORGANIZATION_ID, '--account', ACCOUNT_ID);
  expect(code).toBe(2);
  expect(stdout).toContain('batch-1');
  expect(stdout).toContain(`NOT ALL LISTED: WorkMail organization ${ORGANIZATION_ID}: not listed: OrganizationNotFoundException: No such organization`);
});

test('JSON has the same for programs', async () => {
  addMailboxExport({ State: 'FAILED', EndTime: secondsAgo(30) });
  const { code, stdout } = await jobs('--organization', ORGANIZATION_ID, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    complete: true,
    listings: [{ kind: 'MailboxExport', jobs: 1, pages: 1 }],
    jobs: [{ kind: 'MailboxExport', subject: 'alice@example.com', state: 'FAILED', failed: true, stuck: false }],
  });
});

test('watching lists again until no job runs, a line of JSON each time', async () => {
  addMailboxExport({ State: 'RUNNING', polls: 2 });
  const { code, stdout } = await jobs('--organization', ORGANIZATION_ID, '--json', '--watch', '1');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').map(line => JSON.parse(line).jobs[0].state)).toEqual(['RUNNING', 'RUNNING', 'COMPLETED']);
});

test('a command that asks for nothing, or for nonsense, says what to pass', async () => {
  expect(await jobs()).toMatchObject({ code: 2, stderr: expect.stringContaining('Pass --endpoint for journal exports') });
  expect(await jobs('--account', '12')).toMatchObject({ code: 2, stderr: expect.stringContaining('An account id has 12 digits') });
  expect(await jobs('--organization', ORGANIZATION_ID, '--stuck-after', 'never')).toMatchObject({ code: 2, stderr: expect.stringContaining('Hours are a number above 0') });
});
