import { CreateLedgerCommand, DescribeJournalS3ExportCommand, ExportJournalToS3Command, StreamJournalToKinesisCommand } from '@aws-sdk/client-qldb';
import { ACCOUNT_ID, eventually, LocalService, REGION, ROLE_ARN, startLocalService } from './local-service';
import { keepingStatusReason, STATUS_REASON_HEADER } from '../../src/custom-resources/status-reason';
import { DestinationRefused } from '../../src/engine';
import * as jobReason from '../../src/service/job-reason';

const HOUR_MILLIS = 3_600_000;
const KINESIS_STREAM = `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/changes`;
const NO_ROLE = new DestinationRefused('access-denied', 'AccessDenied', 'User: worker is not authorized to perform: sts:AssumeRole');
const NO_BUCKET = new DestinationRefused('not-found', 'NoSuchBucket', 'The specified bucket does not exist');
const NO_KEY = new DestinationRefused('access-denied', 'KMS.DisabledException', 'arn:aws:kms:eu-central-1:111122223333:key/k is disabled.');

let service: LocalService;
beforeEach(async () => {
  service = await startLocalService();
  await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL' }));
});
afterEach(async () => service.stop());

const startExport = async () => (await service.qldb.send(new ExportJournalToS3Command({
  Name: 'books',
  InclusiveStartTime: new Date(0),
  ExclusiveEndTime: new Date(Date.now() + service.skewMillis),
  RoleArn: ROLE_ARN,
  S3ExportConfiguration: { Bucket: 'archive', Prefix: 'journal', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
}))).ExportId!;

/** What any HTTP client sees: the description and the header. */
async function seen(path: string): Promise<{ readonly Status?: string; readonly StatusReason?: string; readonly header: string | null }> {
  const response = await fetch(`${service.url}/ledgers/books/${path}`);
  const { ExportDescription, Stream } = await response.json() as { ExportDescription?: object; Stream?: object };
  return { ...ExportDescription, ...Stream, header: response.headers.get(STATUS_REASON_HEADER) };
}

test.each([
  ['a role that cannot be assumed', NO_ROLE, 'Check that the service may assume the role'],
  ['no bucket', NO_BUCKET, 'Check that the bucket exists'],
  ['a disabled key', NO_KEY, 'the key it is encrypted with is enabled'],
])('an export that meets %s tells so as long as it tries, and once it is given up; then it can be started again', async (_, refusal, remedy) => {
  service.destinations.refusePuts = refusal;
  const id = await startExport();
  const trying = await eventually(() => seen(`journal-s3-exports/${id}`), ({ header }) => header !== null);
  expect(trying).toMatchObject({ Status: 'IN_PROGRESS', StatusReason: expect.stringContaining(`${refusal.code} ${refusal.message.replace(/\.$/, '')}. `) });
  expect(trying.StatusReason).toContain(`s3://archive/journal under the role ${ROLE_ARN}`);
  expect(trying.StatusReason).toContain(remedy);

  service.skewMillis += HOUR_MILLIS;
  const command = new DescribeJournalS3ExportCommand({ Name: 'books', ExportId: id });
  const reason = keepingStatusReason(command);
  const ended = await eventually(() => seen(`journal-s3-exports/${id}`), ({ Status }) => Status !== 'IN_PROGRESS');
  expect(ended).toMatchObject({ Status: 'CANCELLED', StatusReason: trying.StatusReason, header: trying.StatusReason });
  expect((await service.qldb.send(command)).ExportDescription).toMatchObject({ Status: 'CANCELLED' });
  expect(reason()).toBe(trying.StatusReason);

  service.destinations.refusePuts = undefined;
  const again = await startExport();
  const completed = await eventually(() => seen(`journal-s3-exports/${again}`), ({ Status }) => Status !== 'IN_PROGRESS');
  expect(completed).toMatchObject({ Status: 'COMPLETED', header: null });
  expect('StatusReason' in completed).toBe(false);
});

test('an impaired stream tells more than its cause, until it is active again', async () => {
  service.destinations.refusePuts = NO_KEY;
  const { StreamId } = await service.qldb.send(new StreamJournalToKinesisCommand({
    LedgerName: 'books', StreamName: 'changes', RoleArn: ROLE_ARN, InclusiveStartTime: new Date(0), KinesisConfiguration: { StreamArn: KINESIS_STREAM },
  }));
  const path = `journal-kinesis-streams/${StreamId}`;
  const impaired = await eventually(() => seen(path), ({ Status }) => Status === 'IMPAIRED');
  expect(impaired).toMatchObject({ ErrorCause: 'IAM_PERMISSION_REVOKED', StatusReason: expect.stringContaining('KMS.DisabledException'), header: impaired.StatusReason });
  service.destinations.refusePuts = undefined;
  expect(await eventually(() => seen(path), ({ Status }) => Status === 'ACTIVE')).toMatchObject({ header: null });
});

test('a fault of the service itself is not explained to its users', async () => {
  service.destinations.refusePuts = Object.assign(new Error('table ledgers: ProvisionedThroughput'), { name: 'StoreFault' }) as DestinationRefused;
  const id = await startExport();
  const { StatusReason } = await eventually(() => seen(`journal-s3-exports/${id}`), ({ header }) => header !== null);
  expect(StatusReason).toBe('The service met a fault of its own, which its log describes, and tries again.');
  expect(service.log).toContainEqual(expect.objectContaining({ event: 'job-setback', id, cause: expect.stringContaining('table ledgers: ProvisionedThroughput') }));
});

test('a header has one line of printable characters, whatever a destination said', () => {
  expect(jobReason.statusReasonHeaders({ StatusReason: 'Schlüssel\r\nset-cookie: a=b' })).toEqual({ [STATUS_REASON_HEADER]: 'Schl ssel set-cookie: a=b' });
  expect(jobReason.statusReasonHeaders({ StatusReason: 'x'.repeat(5_000) })[STATUS_REASON_HEADER]).toHaveLength(1_000);
  expect(jobReason.statusReasonHeaders(undefined)).toEqual({});
});

test('the service and the resources behind the constructs mean the same header', () => {
  expect(STATUS_REASON_HEADER).toBe(jobReason.STATUS_REASON_HEADER);
});
