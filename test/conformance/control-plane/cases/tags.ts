import { ABSENT, control, fails, succeeds, UNDOCUMENTED, type Claim, type Scenario } from '../scenario';

const BOOKS = { ResourceArn: '<ledger>/books' };
const TABLE = { ResourceArn: '<ledger>/books/table/<tableId>' };
const CATALOG = { ResourceArn: '<ledger>/books/information_schema/user_tables' };
const RESERVED = 'not documented for QLDB; a rule that all tags of AWS have';
const many = (count: number, prefix = 'key') => Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, '']));
const TAG_OPERATIONS = { TagResource: { Tags: { a: 'b' } }, UntagResource: { TagKeys: ['a'] }, ListTagsForResource: {} };

/** One case for each of the three operations. */
const forEach = (ResourceArn: string, answer: string, shows: string, claim: Pick<Claim, 'differs' | 'note'> = {}) =>
  Object.entries(TAG_OPERATIONS).map(([operation, input]) => fails(operation, { ResourceArn, ...input }, answer, { about: [`! ${answer.split(' ')[1]!}`, 'ResourceArn'], shows, ...claim }));

export const TAG_SCENARIOS: readonly Scenario[] = [
  {
    name: 'tags of a ledger',
    steps: [
      succeeds('CreateLedger', { Name: 'books', PermissionsMode: 'STANDARD', Tags: { team: 'accounts', Cost: '' } }, {}, { about: ['Tags'], shows: 'tags come with the ledger' }),
      succeeds('ListTagsForResource', BOOKS, { Tags: { team: 'accounts', Cost: '' } }, { about: ['ResourceArn', '-> Tags'], shows: 'tags of a ledger' }),
      succeeds('TagResource', { ...BOOKS, Tags: { 'a/b c': 'ü', 'cost': 'x' } }, {}, { about: ['ResourceArn', 'Tags'], shows: 'tags are added; keys are case sensitive' }),
      succeeds('ListTagsForResource', BOOKS, { Tags: { 'team': 'accounts', 'Cost': '', 'cost': 'x', 'a/b c': 'ü' } }),
      fails('TagResource', { ...BOOKS, Tags: { team: 'other', free: '1' } }, '400 InvalidParameterException', {
        members: { ParameterName: 'Tags' }, about: ['Tags', '! InvalidParameterException'], shows: 'a key that the resource has already',
      }),
      fails('TagResource', { ...BOOKS, Tags: { team: 'accounts' } }, '400 InvalidParameterException', { about: ['Tags', '! InvalidParameterException'], shows: 'the same, with the value that it has' }),
      succeeds('ListTagsForResource', BOOKS, { Tags: { team: 'accounts', free: ABSENT } }),
      succeeds('UntagResource', { ...BOOKS, TagKeys: ['team', 'never-there', 'a/b c'] }, {}, { about: ['ResourceArn', 'TagKeys'], shows: 'tags are removed; keys that are not there are passed over' }),
      succeeds('TagResource', { ...BOOKS, Tags: { team: 'other' } }),
      succeeds('ListTagsForResource', BOOKS, { Tags: { 'team': 'other', 'Cost': '', 'cost': 'x', 'a/b c': ABSENT } }),
      fails('TagResource', { ...BOOKS, Tags: many(48) }, '400 InvalidParameterException', { about: ['Tags', '! InvalidParameterException'], shows: 'a fifty-first tag' }),
      succeeds('TagResource', { ...BOOKS, Tags: many(47) }, {}, { about: ['Tags'], shows: 'fifty tags are the limit' }),
      succeeds('UntagResource', { ...BOOKS, TagKeys: Object.keys(many(60)) }, {}, {
        about: ['TagKeys'], shows: 'sixty keys at once', note: 'same as the service model, which allows 200 keys; the guide allows 50',
      }),
      fails('UntagResource', { ...BOOKS, TagKeys: [] }, '400 InvalidParameterException', { members: { ParameterName: 'TagKeys' }, about: ['TagKeys', '! InvalidParameterException'], shows: 'no keys, which cannot be told from a missing member', note: UNDOCUMENTED }),
      fails('TagResource', { ...BOOKS, Tags: { 'AWS:x': '1' } }, '400 InvalidParameterException', { about: ['Tags'], shows: 'a key that begins with aws:, which is reserved', note: RESERVED }),
      fails('CreateLedger', { Name: 'other', PermissionsMode: 'STANDARD', Tags: { 'aws:x': '1' } }, '400 InvalidParameterException', {
        members: { ParameterName: 'Tags' }, about: ['Tags', '! InvalidParameterException'], shows: 'a key that begins with aws:, which is reserved', note: RESERVED,
      }),
      fails('CreateLedger', { Name: 'books', PermissionsMode: 'STANDARD' }, '409 ResourceAlreadyExistsException'),
    ],
  },
  {
    name: 'resources that have no tags here',
    steps: [
      succeeds('CreateLedger', { Name: 'books', PermissionsMode: 'STANDARD' }),
      ...forEach('<ledger>/missing', '404 ResourceNotFoundException', 'a ledger that does not exist'),
      ...forEach('<stream>/books/AAAAAAAAAAAAAAAAAAAAAA', '404 ResourceNotFoundException', 'a stream that does not exist'),
      ...forEach('arn:aws:qldb:<region>:444455556666:ledger/books', '404 ResourceNotFoundException', 'a ledger of another account', { note: UNDOCUMENTED }),
      ...forEach('arn:aws:s3:::a-bucket-of-mine', '400 InvalidParameterException', 'the ARN of something else'),
      ...forEach('<ledger>/books/table/AAAAAAAAAAAAAAAAAAAAAA', '404 ResourceNotFoundException', 'a table that does not exist'),
      ...forEach('<ledger>/missing/information_schema/user_tables', '404 ResourceNotFoundException', 'the catalog of a ledger that does not exist'),
      ...forEach('<ledger>/books/table/*', '400 InvalidParameterException', 'all tables', { note: UNDOCUMENTED }),
    ],
  },
  {
    name: 'tags of a table and of the catalog',
    steps: [
      succeeds('CreateLedger', { Name: 'books', PermissionsMode: 'STANDARD', Tags: { of: 'ledger' } }),
      control({ name: 'insert-document', ledger: 'books' }),
      succeeds('ListTagsForResource', TABLE, { Tags: { team: 'accounts' } }, { about: ['ResourceArn'], shows: 'tags that CREATE TABLE has given a table' }),
      succeeds('TagResource', { ...TABLE, Tags: { a: 'b' } }, {}, { about: ['ResourceArn'], shows: 'a table' }),
      fails('TagResource', { ...TABLE, Tags: { team: 'others' } }, '400 InvalidParameterException', { about: ['Tags'], shows: 'a key that the table has already' }),
      succeeds('UntagResource', { ...TABLE, TagKeys: ['team'] }, {}, { about: ['ResourceArn'], shows: 'a table' }),
      succeeds('ListTagsForResource', TABLE, { Tags: { a: 'b', team: ABSENT } }),
      succeeds('ListTagsForResource', CATALOG, { Tags: { a: ABSENT } }),
      succeeds('TagResource', { ...CATALOG, Tags: { c: 'd' } }, {}, { about: ['ResourceArn'], shows: 'the catalog' }),
      succeeds('ListTagsForResource', CATALOG, { Tags: { c: 'd' } }, { about: ['ResourceArn'], shows: 'tags of the catalog' }),
      succeeds('UntagResource', { ...CATALOG, TagKeys: ['c'] }, {}, { about: ['ResourceArn'], shows: 'the catalog' }),
      succeeds('ListTagsForResource', BOOKS, { Tags: { of: 'ledger', a: ABSENT, c: ABSENT } }),
    ],
  },
  {
    name: 'tags of a stream',
    steps: [
      succeeds('CreateLedger', { Name: 'books', PermissionsMode: 'STANDARD' }),
      succeeds('StreamJournalToKinesis', {
        LedgerName: 'books', StreamName: 'journal', RoleArn: '<role>', InclusiveStartTime: '<now>', KinesisConfiguration: { StreamArn: '<kinesis>' }, Tags: { team: 'accounts' },
      }, {}, { about: ['Tags'], shows: 'tags come with the stream', saves: { streamId: 'StreamId' } }),
      succeeds('ListTagsForResource', { ResourceArn: '<stream>/books/<streamId>' }, { Tags: { team: 'accounts' } }, { about: ['ResourceArn'], shows: 'tags of a stream' }),
      succeeds('TagResource', { ResourceArn: '<stream>/books/<streamId>', Tags: { a: 'b' } }, {}, { about: ['ResourceArn'], shows: 'a stream' }),
      fails('TagResource', { ResourceArn: '<stream>/books/<streamId>', Tags: { a: 'c' } }, '400 InvalidParameterException', { about: ['Tags'], shows: 'a key that the stream has already' }),
      succeeds('UntagResource', { ResourceArn: '<stream>/books/<streamId>', TagKeys: ['team'] }, {}, { about: ['ResourceArn'], shows: 'a stream' }),
      succeeds('ListTagsForResource', { ResourceArn: '<stream>/books/<streamId>' }, { Tags: { a: 'b', team: ABSENT } }),
    ],
  },
];
