import type { JsonObject } from '../outcome';
import { fails, succeeds, type HttpStep, type Scenario } from '../scenario';

const NAME = { Name: 'books' };
const BOOKS = { ResourceArn: '<ledger>/books' };
const ID = 'A'.repeat(22);
const BLOCK = { IonText: `{strandId:"${ID}",sequenceNo:0}` };

const ABOUT_ALL = ['ListLedgers', 'ListJournalS3Exports'];

/** A request of every operation but GetDigest. */
const REQUESTS: Readonly<Record<string, JsonObject>> = {
  CancelJournalKinesisStream: { LedgerName: 'books', StreamId: ID },
  CreateLedger: { ...NAME, PermissionsMode: 'STANDARD' },
  DeleteLedger: NAME,
  DescribeJournalKinesisStream: { LedgerName: 'books', StreamId: ID },
  DescribeJournalS3Export: { ...NAME, ExportId: ID },
  DescribeLedger: NAME,
  ExportJournalToS3: {
    ...NAME,
    InclusiveStartTime: '<now-1h>',
    ExclusiveEndTime: '<now>',
    RoleArn: '<role>',
    S3ExportConfiguration: { Bucket: 'archive', Prefix: 'a/', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
  },
  GetBlock: { ...NAME, BlockAddress: BLOCK },
  GetRevision: { ...NAME, BlockAddress: BLOCK, DocumentId: ID },
  ListJournalKinesisStreamsForLedger: { LedgerName: 'books' },
  ListJournalS3Exports: {},
  ListJournalS3ExportsForLedger: NAME,
  ListLedgers: {},
  ListTagsForResource: BOOKS,
  StreamJournalToKinesis: {
    LedgerName: 'books',
    RoleArn: '<role>',
    InclusiveStartTime: '<now-1h>',
    KinesisConfiguration: { StreamArn: '<kinesis>' },
    StreamName: 'changes',
  },
  TagResource: { ...BOOKS, Tags: { team: 'accounts' } },
  UntagResource: { ...BOOKS, TagKeys: ['team'] },
  UpdateLedger: { ...NAME, DeletionProtection: false },
  UpdateLedgerPermissionsMode: { ...NAME, PermissionsMode: 'STANDARD' },
};

/** The world's caller, granted one operation by itself. */
const HELD: HttpStep = {
  kind: 'http',
  operation: 'PutControlGrant',
  request: {
    method: 'PUT',
    path: '/grants/app',
    body: '{"PrincipalArn":"arn:aws:iam::<account>:role/app","LedgerName":"books","Actions":["GetDigest"]}',
  },
  answer: '200',
};

export const GRANT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a caller that was granted one operation',
    only: { world: 'deployed', because: 'the embedded service serves whoever started it, as the account itself' },
    steps: [
      succeeds('CreateLedger', { ...NAME, PermissionsMode: 'STANDARD' }),
      HELD,
      succeeds('GetDigest', NAME, {}, { about: ['Name'], shows: 'a caller with a grant for it' }),
      ...Object.entries(REQUESTS).map(([operation, input]) => fails(operation, input, '403 AccessDeniedException', {
        about: ['! AccessDeniedException'],
        shows: 'a caller with grants on the control plane, but none for it',
        message: `is not authorized to perform: qldb:${operation} on resource: ${ABOUT_ALL.includes(operation) ? '*' : '<ledger>/books'} `,
        differs: 'the caller\'s policies decide whether it may call the service at all; which operations, the grants that the service keeps',
      })),
    ],
  },
];
