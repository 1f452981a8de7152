import type { JsonObject } from '../outcome';
import { ABSENT, ANY, control, fails, matching, succeeds, until, untilFails, type Scenario } from '../scenario';

const UNIQUE_ID = matching('^[0-9A-Za-z]{22}$');
const GUIDE_NAME = 'same as the guide, name and words; the service model does not know the name';
const to = (change: JsonObject = {}) => ({ Bucket: 'archive', Prefix: 'journal', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' }, ...change });
const request = (change: JsonObject = {}) =>
  ({ Name: 'books', InclusiveStartTime: '2019-09-01T00:00:00.000Z', ExclusiveEndTime: '<now>', RoleArn: '<role>', S3ExportConfiguration: to(), ...change });
const creation = succeeds('CreateLedger', { Name: 'books', PermissionsMode: 'STANDARD', DeletionProtection: false }, {}, { saves: { creation: 'CreationDateTime' } });
const illegal = (input: JsonObject, message: string, about: string, shows: string) =>
  fails('ExportJournalToS3', request(input), '400 IllegalArgumentException', { message, about: [about, '! IllegalArgumentException'], shows, note: GUIDE_NAME });
const MEMBERS = ['LedgerName', 'ExportId', 'ExportCreationTime', 'Status', 'InclusiveStartTime', 'ExclusiveEndTime', 'RoleArn', 'OutputFormat',
  'S3ExportConfiguration', 'S3ExportConfiguration.Bucket', 'S3ExportConfiguration.Prefix', 'S3ExportConfiguration.EncryptionConfiguration',
  'S3ExportConfiguration.EncryptionConfiguration.ObjectEncryptionType', 'S3ExportConfiguration.EncryptionConfiguration.KmsKeyArn'];
const LISTINGS = [{ operation: 'ListJournalS3ExportsForLedger', input: { Name: 'books' } as JsonObject }, { operation: 'ListJournalS3Exports', input: {} as JsonObject }];
/** The first scenario's export, when it has ended. */
const COMPLETED = {
  LedgerName: 'books',
  ExportId: '<exportId>',
  ExportCreationTime: ANY,
  Status: 'COMPLETED',
  RoleArn: '<role>',
  OutputFormat: 'JSON',
  InclusiveStartTime: '<creation>',
  ExclusiveEndTime: ANY,
  S3ExportConfiguration: to({ EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS', KmsKeyArn: '<key>' } }),
};
const completed = (variable: string) => until('DescribeJournalS3Export', { Name: 'books', ExportId: `<${variable}>` }, { ExportDescription: { Status: 'COMPLETED' } });

export const EXPORT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'an export is described until seven days after its end',
    steps: [
      creation,
      control({ name: 'hold-jobs' }),
      succeeds('ExportJournalToS3', request({
        OutputFormat: 'JSON', S3ExportConfiguration: to({ EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS', KmsKeyArn: '<key>' } }),
      }), { ExportId: UNIQUE_ID }, {
        about: ['Name', 'InclusiveStartTime', 'ExclusiveEndTime', 'RoleArn', 'OutputFormat', 'S3ExportConfiguration', 'S3ExportConfiguration.Bucket', 'S3ExportConfiguration.Prefix',
          'S3ExportConfiguration.EncryptionConfiguration', 'S3ExportConfiguration.EncryptionConfiguration.ObjectEncryptionType', 'S3ExportConfiguration.EncryptionConfiguration.KmsKeyArn', '-> ExportId'],
        shows: 'an export with everything that can be said',
        saves: { exportId: 'ExportId' },
      }),
      succeeds('DescribeJournalS3Export', { Name: 'books', ExportId: '<exportId>' }, { ExportDescription: { Status: 'IN_PROGRESS' } }, { about: ['-> ExportDescription.Status'], shows: 'IN_PROGRESS' }),
      control({ name: 'release-jobs' }),
      until('DescribeJournalS3Export', { Name: 'books', ExportId: '<exportId>' }, {
        ExportDescription: COMPLETED,
      }, {
        about: ['Name', 'ExportId', '-> ExportDescription', ...MEMBERS.map(member => `-> ExportDescription.${member}`)],
        shows: 'as it was asked for, but begun no earlier than the ledger',
      }),
      ...LISTINGS.map(({ operation, input }) => succeeds(operation, input, {
        JournalS3Exports: [COMPLETED],
        NextToken: ABSENT,
      }, {
        about: [...Object.keys(input), '-> JournalS3Exports', ...MEMBERS.map(member => `-> JournalS3Exports[].${member}`)], shows: 'exports as DescribeJournalS3Export answers them',
      })),
      control({ name: 'time-passes', hours: 7 * 24 - 1 }),
      succeeds('DescribeJournalS3Export', { Name: 'books', ExportId: '<exportId>' }, { ExportDescription: { Status: 'COMPLETED' } }),
      control({ name: 'time-passes', hours: 1 }),
      fails('DescribeJournalS3Export', { Name: 'books', ExportId: '<exportId>' }, '404 ResourceNotFoundException', { about: ['! ResourceNotFoundException'], shows: 'an export that ended seven days ago' }),
      ...LISTINGS.map(({ operation, input }) => succeeds(operation, input, { JournalS3Exports: [] }, { about: ['-> JournalS3Exports'], shows: 'seven days after its end an export is forgotten' })),
    ],
  },
  {
    name: 'what an export leaves out has a default',
    steps: [
      creation,
      succeeds('ExportJournalToS3', request({ S3ExportConfiguration: to({ Prefix: '' }) }), {}, { about: ['S3ExportConfiguration.Prefix'], shows: 'an empty prefix', saves: { exportId: 'ExportId' } }),
      until('DescribeJournalS3Export', { Name: 'books', ExportId: '<exportId>' }, { ExportDescription: { OutputFormat: ABSENT, Status: 'COMPLETED', S3ExportConfiguration: { Prefix: '' } } }, {
        about: ['-> ExportDescription.OutputFormat'], shows: 'the format is absent where the request named none',
      }),
      ...['ION_TEXT', 'ION_BINARY'].map(OutputFormat => succeeds('ExportJournalToS3', request({ OutputFormat }), {}, { about: ['OutputFormat'], shows: OutputFormat, saves: { last: 'ExportId' } })),
      completed('last'),
      succeeds('ExportJournalToS3', request({ S3ExportConfiguration: to({ EncryptionConfiguration: { ObjectEncryptionType: 'NO_ENCRYPTION' } }) }), {}, {
        about: ['S3ExportConfiguration.EncryptionConfiguration.ObjectEncryptionType'], shows: 'NO_ENCRYPTION',
      }),
    ],
  },
  {
    name: 'an export that cannot be is refused',
    steps: [
      creation,
      illegal({ ExclusiveEndTime: '2018-01-01T00:00:00.000Z' }, 'Start date must not be greater than end date', 'InclusiveStartTime', 'a window that ends before it begins'),
      illegal({ InclusiveStartTime: '<now-1h>', ExclusiveEndTime: '<now-1h>' }, 'Start date must not be greater than end date', 'InclusiveStartTime', 'an empty window'),
      illegal({ ExclusiveEndTime: '<now+1h>' }, 'End date cannot be in the future', 'ExclusiveEndTime', 'a window that ends in an hour'),
      illegal({ S3ExportConfiguration: to({ Prefix: 'x'.repeat(129) }) }, 'The Amazon S3 bucket prefix must not exceed 128 characters', 'S3ExportConfiguration.Prefix', '129 characters'),
      illegal({ S3ExportConfiguration: to({ EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3', KmsKeyArn: '<key>' } }) }, 'is not compatible with an AWS Key Management Service (AWS KMS) key',
        'S3ExportConfiguration.EncryptionConfiguration.KmsKeyArn', 'a key without SSE_KMS'),
      illegal({ S3ExportConfiguration: to({ EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS' } }) }, 'needs a KmsKeyArn', 'S3ExportConfiguration.EncryptionConfiguration.KmsKeyArn', 'SSE_KMS without a key'),
      illegal({ S3ExportConfiguration: to({ Bucket: 'missing' }) }, 'QLDB encountered an error validating S3 configuration: NoSuchBucket', 'S3ExportConfiguration.Bucket', 'a bucket that does not exist'),
      succeeds('ListJournalS3Exports', {}, { JournalS3Exports: [] }),
      fails('DescribeJournalS3Export', { Name: 'books', ExportId: 'AAAAAAAAAAAAAAAAAAAAAA' }, '404 ResourceNotFoundException', {
        members: { ResourceType: 'JournalS3Export', ResourceName: 'AAAAAAAAAAAAAAAAAAAAAA' }, about: ['! ResourceNotFoundException'], shows: 'an export that does not exist',
      }),
    ],
  },
  {
    name: 'two exports run at a time',
    steps: [
      creation,
      succeeds('CreateLedger', { Name: 'others', PermissionsMode: 'STANDARD' }),
      control({ name: 'hold-jobs' }),
      succeeds('ExportJournalToS3', request(), {}, { saves: { first: 'ExportId' } }),
      succeeds('ExportJournalToS3', request(), {}, { saves: { second: 'ExportId' } }),
      fails('ExportJournalToS3', request(), '400 LimitExceededException', {
        message: 'Exceeded the limit of 2 concurrently running Journal export jobs', members: { ResourceType: 'JournalS3Export' }, about: ['! LimitExceededException'], shows: 'a third running export of the ledger',
      }),
      succeeds('ExportJournalToS3', request({ Name: 'others' }), {}, { about: ['Name'], shows: 'each ledger has its own two' }),
      control({ name: 'release-jobs' }),
      completed('first'),
      completed('second'),
      succeeds('ExportJournalToS3', request()),
    ],
  },
  {
    name: 'exports are listed page by page',
    steps: [
      creation,
      ...['e', 'd', 'c', 'b', 'a'].flatMap(variable => [
        control({ name: 'time-passes', hours: 1 }),
        succeeds('ExportJournalToS3', request(), {}, { saves: { [variable]: 'ExportId' } }),
        completed(variable),
      ]),
      ...LISTINGS.map(({ operation, input }) => succeeds(operation, { ...input, MaxResults: 2 }, {
        JournalS3Exports: [{ ExportId: '<a>' }, { ExportId: '<b>' }], NextToken: matching('^[A-Za-z0-9+/=]{4,1024}$'),
      }, { about: ['MaxResults', '-> NextToken'], shows: 'newest first, and a token for the next page', note: 'same; the order is not documented', saves: { [`${operation}Token`]: 'NextToken' } })),
      succeeds('ExportJournalToS3', request()),
      ...LISTINGS.flatMap(({ operation, input }) => [
        succeeds(operation, { ...input, MaxResults: 2, NextToken: `<${operation}Token>` }, { JournalS3Exports: [{ ExportId: '<c>' }, { ExportId: '<d>' }] }, {
          about: ['NextToken'], shows: 'the place holds although an export was started since', saves: { [`${operation}Next`]: 'NextToken' },
        }),
        succeeds(operation, { ...input, NextToken: `<${operation}Next>` }, { JournalS3Exports: [{ ExportId: '<e>' }], NextToken: ABSENT }, { about: ['-> NextToken'], shows: 'the last page has none' }),
      ]),
      fails('ListJournalS3Exports', { NextToken: '<ListJournalS3ExportsForLedgerToken>' }, '400 InvalidParameterException', {
        members: { ParameterName: 'NextToken' }, about: ['NextToken', '! InvalidParameterException'], shows: 'the token of another operation',
      }),
    ],
  },
  {
    name: 'an export that never gets through is given up',
    only: { world: 'embedded', because: 'the bucket of the local AWS never refuses' },
    steps: [
      creation,
      control({ name: 'role-is-revoked' }),
      succeeds('ExportJournalToS3', request(), {}, { saves: { exportId: 'ExportId' } }),
      control({ name: 'a-job-is-set-back' }),
      control({ name: 'time-passes', hours: 1 }),
      until('DescribeJournalS3Export', { Name: 'books', ExportId: '<exportId>' }, { ExportDescription: { Status: 'CANCELLED' } }, { about: ['-> ExportDescription.Status'], shows: 'CANCELLED after a quarter of an hour of refusals', note: 'same; when an export is given up is not documented' }),
    ],
  },
  {
    name: 'exports of a ledger that is gone',
    steps: [
      creation,
      succeeds('ExportJournalToS3', request(), {}, { saves: { exportId: 'ExportId' } }),
      completed('exportId'),
      succeeds('DeleteLedger', { Name: 'books' }),
      untilFails('DescribeLedger', { Name: 'books' }, '404 ResourceNotFoundException'),
      fails('DescribeJournalS3Export', { Name: 'books', ExportId: '<exportId>' }, '404 ResourceNotFoundException', {
        members: { ResourceType: 'Ledger', ResourceName: 'books' }, about: ['! ResourceNotFoundException'], shows: 'an export of a ledger that is gone',
      }),
      succeeds('ListJournalS3Exports', {}, { JournalS3Exports: [] }, { about: ['-> JournalS3Exports'], shows: 'exports go with their ledger' }),
    ],
  },
];
