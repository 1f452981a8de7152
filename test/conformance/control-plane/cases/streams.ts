import type { JsonObject } from '../outcome';
import { ABSENT, ANY, BELIEVED, control, fails, matching, succeeds, until, type Scenario } from '../scenario';

const GUIDE_NAME = 'same as the guide, name and words; the service model does not know the name';
const BOOKS = { LedgerName: 'books' };
const creation = succeeds('CreateLedger', { Name: 'books', PermissionsMode: 'STANDARD' }, {}, { saves: { creation: 'CreationDateTime' } });
const request = (change: JsonObject = {}) =>
  ({ ...BOOKS, StreamName: 'journal', RoleArn: '<role>', InclusiveStartTime: '2019-09-01T00:00:00.000Z', KinesisConfiguration: { StreamArn: '<kinesis>' }, ...change });
const started = (StreamName: string, change: JsonObject = {}) => succeeds('StreamJournalToKinesis', request({ StreamName, ...change }), {}, { saves: { [StreamName]: 'StreamId' } });
const described = (StreamName: string, Stream: JsonObject, claim = {}) => until('DescribeJournalKinesisStream', { ...BOOKS, StreamId: `<${StreamName}>` }, { Stream }, claim);
const illegal = (input: JsonObject, message: string, about: string, shows: string) =>
  fails('StreamJournalToKinesis', request(input), '400 IllegalArgumentException', { message, about: [about, '! IllegalArgumentException'], shows, note: GUIDE_NAME });
const MEMBERS = ['LedgerName', 'CreationTime', 'InclusiveStartTime', 'ExclusiveEndTime', 'RoleArn', 'StreamId', 'Arn', 'Status', 'KinesisConfiguration',
  'KinesisConfiguration.StreamArn', 'KinesisConfiguration.AggregationEnabled', 'StreamName'];
/** The first scenario's stream. */
const ACTIVE = {
  LedgerName: 'books',
  CreationTime: ANY,
  InclusiveStartTime: '<creation>',
  ExclusiveEndTime: ANY,
  RoleArn: '<role>',
  StreamId: '<journal>',
  Arn: '<stream>/books/<journal>',
  Status: 'ACTIVE',
  KinesisConfiguration: { StreamArn: '<kinesis>', AggregationEnabled: false },
  StreamName: 'journal',
};

export const STREAM_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a stream is described and canceled',
    steps: [
      creation,
      succeeds('StreamJournalToKinesis', request({ ExclusiveEndTime: '<now+1h>', KinesisConfiguration: { StreamArn: '<kinesis>', AggregationEnabled: false } }), { StreamId: matching('^[0-9A-Za-z]{22}$') }, {
        about: ['LedgerName', 'RoleArn', 'InclusiveStartTime', 'ExclusiveEndTime', 'KinesisConfiguration', 'KinesisConfiguration.StreamArn', 'KinesisConfiguration.AggregationEnabled', 'StreamName', '-> StreamId'],
        shows: 'a stream with everything that can be said',
        saves: { journal: 'StreamId' },
      }),
      succeeds('DescribeJournalKinesisStream', { ...BOOKS, StreamId: '<journal>' }, {
        Stream: { ...ACTIVE, ErrorCause: ABSENT },
      }, { about: ['LedgerName', 'StreamId', '-> Stream', ...MEMBERS.map(member => `-> Stream.${member}`)], shows: 'as it was asked for, but begun no earlier than the ledger' }),
      succeeds('ListJournalKinesisStreamsForLedger', BOOKS, {
        Streams: [ACTIVE],
        NextToken: ABSENT,
      }, { about: ['LedgerName', '-> Streams', ...MEMBERS.map(member => `-> Streams[].${member}`)], shows: 'streams as DescribeJournalKinesisStream answers them' }),
      succeeds('CancelJournalKinesisStream', { ...BOOKS, StreamId: '<journal>' }, { StreamId: '<journal>' }, { about: ['LedgerName', 'StreamId', '-> StreamId'], shows: 'an ACTIVE stream ends' }),
      succeeds('DescribeJournalKinesisStream', { ...BOOKS, StreamId: '<journal>' }, { Stream: { Status: 'CANCELED', ErrorCause: ABSENT } }, { about: ['-> Stream.Status'], shows: 'CANCELED' }),
      fails('CancelJournalKinesisStream', { ...BOOKS, StreamId: '<journal>' }, '412 ResourcePreconditionNotMetException', {
        members: { ResourceType: 'Stream', ResourceName: '<journal>' }, about: ['! ResourcePreconditionNotMetException'], shows: 'a stream that has ended', note: BELIEVED,
      }),
      control({ name: 'time-passes', hours: 7 * 24 }),
      fails('DescribeJournalKinesisStream', { ...BOOKS, StreamId: '<journal>' }, '404 ResourceNotFoundException', { about: ['! ResourceNotFoundException'], shows: 'a stream that ended seven days ago' }),
      fails('CancelJournalKinesisStream', { ...BOOKS, StreamId: '<journal>' }, '404 ResourceNotFoundException', { about: ['! ResourceNotFoundException'], shows: 'a stream that ended seven days ago' }),
      succeeds('ListJournalKinesisStreamsForLedger', BOOKS, { Streams: [] }, { about: ['-> Streams'], shows: 'seven days after its end a stream is forgotten' }),
    ],
  },
  {
    name: 'a stream reaches its end',
    steps: [
      creation,
      started('journal', { ExclusiveEndTime: '<now+1h>' }),
      described('journal', { Status: 'ACTIVE', KinesisConfiguration: { AggregationEnabled: true } }, { about: ['-> Stream.KinesisConfiguration.AggregationEnabled'], shows: 'records are aggregated by default' }),
      started('endless'),
      described('endless', { ExclusiveEndTime: ABSENT }, { about: ['-> Stream.ExclusiveEndTime'], shows: 'absent where the request named none' }),
      started('past', { ExclusiveEndTime: '2020-01-01T00:00:00.000Z' }),
      described('past', { Status: 'COMPLETED' }, { about: ['-> Stream.Status'], shows: 'COMPLETED once the end has come' }),
    ],
  },
  {
    name: 'a stream whose Kinesis stream vanishes',
    steps: [
      creation,
      started('first'),
      control({ name: 'kinesis-stream-vanishes' }),
      control({ name: 'insert-document', ledger: 'books' }),
      described('first', { Status: 'IMPAIRED', ErrorCause: 'KINESIS_STREAM_NOT_FOUND' }, { about: ['-> Stream.Status', '-> Stream.ErrorCause'], shows: 'IMPAIRED while the Kinesis stream is gone' }),
      succeeds('ListJournalKinesisStreamsForLedger', BOOKS, { Streams: [{ Status: 'IMPAIRED', ErrorCause: 'KINESIS_STREAM_NOT_FOUND' }] }, { about: ['-> Streams[].ErrorCause'], shows: 'the cause of an impairment' }),
      control({ name: 'time-passes', hours: 1 }),
      control({ name: 'kinesis-stream-returns' }),
      described('first', { Status: 'ACTIVE', ErrorCause: ABSENT }, { about: ['-> Stream.Status', '-> Stream.ErrorCause'], shows: 'ACTIVE again once it is back' }),
    ],
  },
  {
    name: 'a stream that stays impaired fails',
    steps: [
      creation,
      started('first'),
      control({ name: 'kinesis-stream-vanishes' }),
      control({ name: 'insert-document', ledger: 'books' }),
      described('first', { Status: 'IMPAIRED' }),
      succeeds('CancelJournalKinesisStream', { ...BOOKS, StreamId: '<first>' }, {}, { about: ['StreamId'], shows: 'an IMPAIRED stream can be canceled, too', note: 'the reference speaks of ACTIVE streams alone' }),
      control({ name: 'kinesis-stream-returns' }),
      started('second'),
      control({ name: 'kinesis-stream-vanishes' }),
      described('second', { Status: 'IMPAIRED' }),
      control({ name: 'time-passes', hours: 7 * 24 + 1 }),
      described('second', { Status: 'FAILED', ErrorCause: 'KINESIS_STREAM_NOT_FOUND' }, { about: ['-> Stream.Status', '-> Stream.ErrorCause'], shows: 'FAILED after seven days of impairment', note: BELIEVED }),
    ],
  },
  {
    name: 'a stream whose role is revoked',
    only: { world: 'embedded', because: 'the local AWS gives credentials for every role' },
    steps: [
      creation,
      started('first'),
      control({ name: 'role-is-revoked' }),
      control({ name: 'insert-document', ledger: 'books' }),
      described('first', { Status: 'IMPAIRED', ErrorCause: 'IAM_PERMISSION_REVOKED' }, { about: ['-> Stream.ErrorCause'], shows: 'IAM_PERMISSION_REVOKED when the role no longer allows writing' }),
    ],
  },
  {
    name: 'a stream that cannot be is refused',
    steps: [
      creation,
      illegal({ ExclusiveEndTime: '2018-01-01T00:00:00.000Z' }, 'Start date must not be greater than end date', 'ExclusiveEndTime', 'a window that ends before it begins'),
      illegal({ InclusiveStartTime: '<now+1h>' }, 'Start date cannot be in the future', 'InclusiveStartTime', 'a start in an hour'),
      illegal({ KinesisConfiguration: { StreamArn: '<nokinesis>' } }, 'QLDB encountered an error validating Kinesis Data Streams: Response from Kinesis: ResourceNotFoundException', 'KinesisConfiguration.StreamArn', 'a Kinesis stream that does not exist'),
      fails('StreamJournalToKinesis', request({ Tags: { 'aws:x': '1' } }), '400 InvalidParameterException', { about: ['Tags', '! InvalidParameterException'], shows: 'a key that begins with aws:, which is reserved', note: 'not documented for QLDB; a rule that all tags of AWS have' }),
      ...['DescribeJournalKinesisStream', 'CancelJournalKinesisStream'].map(operation => fails(operation, { ...BOOKS, StreamId: 'AAAAAAAAAAAAAAAAAAAAAA' }, '404 ResourceNotFoundException', {
        members: { ResourceType: 'Stream', ResourceName: 'AAAAAAAAAAAAAAAAAAAAAA' }, about: ['! ResourceNotFoundException'], shows: 'a stream that does not exist',
      })),
      succeeds('ListJournalKinesisStreamsForLedger', BOOKS, { Streams: [] }),
    ],
  },
  {
    name: 'five streams run at a time, under different names, and are listed page by page',
    steps: [
      creation,
      ...['e', 'd', 'c', 'b', 'a'].flatMap(name => [control({ name: 'time-passes', hours: 1 }), started(name)]),
      fails('StreamJournalToKinesis', request(), '400 LimitExceededException', {
        message: 'Exceeded the limit of 5 concurrently running Journal streams to Kinesis', members: { ResourceType: 'Stream' }, about: ['! LimitExceededException'], shows: 'a sixth running stream of the ledger', note: 'same as the quota; the service model does not name the error',
      }),
      succeeds('ListJournalKinesisStreamsForLedger', { ...BOOKS, MaxResults: 2 }, { Streams: [{ StreamName: 'a' }, { StreamName: 'b' }], NextToken: matching('^[A-Za-z0-9+/=]{4,1024}$') }, {
        about: ['MaxResults', '-> NextToken'], shows: 'newest first, and a token for the next page', note: 'same; the order is not documented', saves: { token: 'NextToken' },
      }),
      succeeds('CancelJournalKinesisStream', { ...BOOKS, StreamId: '<c>' }),
      fails('StreamJournalToKinesis', request({ StreamName: 'a' }), '400 InvalidParameterException', {
        members: { ParameterName: 'StreamName' }, about: ['StreamName', '! InvalidParameterException'], shows: 'the name of a running stream', note: 'refused as documented; the name of the error is not',
      }),
      control({ name: 'time-passes', hours: 1 }),
      succeeds('StreamJournalToKinesis', request({ StreamName: 'c' }), {}, { about: ['StreamName'], shows: 'the name of a stream that has ended' }),
      succeeds('ListJournalKinesisStreamsForLedger', { ...BOOKS, MaxResults: 2, NextToken: '<token>' }, { Streams: [{ StreamName: 'c', Status: 'CANCELED' }, { StreamName: 'd' }] }, {
        about: ['NextToken'], shows: 'the place holds although a stream was started since', saves: { next: 'NextToken' },
      }),
      succeeds('ListJournalKinesisStreamsForLedger', { ...BOOKS, NextToken: '<next>' }, { Streams: [{ StreamName: 'e' }], NextToken: ABSENT }, { about: ['-> NextToken'], shows: 'the last page has none' }),
    ],
  },
];
