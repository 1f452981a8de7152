import type { JsonObject } from '../outcome';
import { ABSENT, ANY, BELIEVED, control, fails, matching, succeeds, UNDOCUMENTED, until, untilFails, type HttpStep, type Scenario } from '../scenario';

const BOOKS = { Name: 'books' };
const STANDARD = { PermissionsMode: 'STANDARD' };
const AT_ONCE = 'same, but for how long: QLDB takes about a minute; here nothing has to be set up, and DescribeLedger answers ACTIVE at once';
const NO_REENCRYPTION = 'QLDB encrypts the ledger under that key; here it is kept and described, and data rest under the key of the service\'s table';
const DONE_AT_ONCE = 'same, but for how long: here DescribeLedger answers ENABLED at once';
const NO_LOOKUP = 'QLDB asks KMS for the key behind an id or alias and refuses keys that it cannot use; here KMS is not asked, and an alias stays one';

const created = (name: string, input: JsonObject = {}) => succeeds('CreateLedger', { Name: name, ...STANDARD, DeletionProtection: false, ...input });
const taken = { ResourceType: 'Ledger', ResourceName: 'books' };
const notFound = { message: 'The Ledger with name books is not found', members: taken };

/** No client of QLDB sends the member. */
const deletesAsSeen = (answer: string, shows: string): HttpStep => ({
  kind: 'http',
  operation: 'DeleteLedger',
  request: { method: 'DELETE', path: '/ledgers/books?digest_tip_address=<tip>' },
  answer,
  about: ['DigestTipAddress'],
  shows,
  note: 'not QLDB\'s: a member that this service adds, and no client of QLDB sends',
});

export const LEDGER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a ledger is made and described',
    steps: [
      succeeds('CreateLedger', { ...BOOKS, ...STANDARD }, {
        Name: 'books', Arn: '<ledger>/books', PermissionsMode: 'STANDARD', DeletionProtection: true, KmsKeyArn: ABSENT, CreationDateTime: ANY,
      }, {
        about: ['Name', 'PermissionsMode', 'DeletionProtection', '-> Name', '-> Arn', '-> PermissionsMode', '-> DeletionProtection', '-> CreationDateTime'],
        shows: 'by default the ledger is protected and under the owned key',
        saves: { creation: 'CreationDateTime' },
      }),
      succeeds('DescribeLedger', BOOKS, {
        Name: 'books', Arn: '<ledger>/books', State: 'ACTIVE', PermissionsMode: 'STANDARD', DeletionProtection: true, CreationDateTime: '<creation>', EncryptionDescription: ABSENT,
      }, {
        about: ['Name', '-> Name', '-> Arn', '-> State', '-> PermissionsMode', '-> DeletionProtection', '-> CreationDateTime', '-> EncryptionDescription'],
        shows: 'a ledger under the owned key has no encryption description',
      }),
      fails('CreateLedger', { ...BOOKS, ...STANDARD }, '409 ResourceAlreadyExistsException', { members: taken, about: ['! ResourceAlreadyExistsException'], shows: 'a name that is taken' }),
      succeeds('CreateLedger', { Name: 'Books', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }, { Name: 'Books', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }, {
        about: ['Name', 'PermissionsMode', 'DeletionProtection'], shows: 'names are case sensitive; protection can be off',
      }),
      succeeds('CreateLedger', { Name: 'a1-b', ...STANDARD }, { State: 'CREATING' }, { about: ['-> State'], shows: 'the state that creation answers', note: AT_ONCE }),
      succeeds('ListLedgers', {}, {
        Ledgers: [{ Name: 'Books', State: 'ACTIVE', CreationDateTime: ANY }, { Name: 'a1-b' }, { Name: 'books' }], NextToken: ABSENT,
      }, { about: ['-> Ledgers', '-> Ledgers[].Name', '-> Ledgers[].State', '-> Ledgers[].CreationDateTime'], shows: 'every ledger, in order of names', note: 'same; the order is not documented' }),
    ],
  },
  {
    name: 'keys of ledgers are described',
    steps: [
      succeeds('CreateLedger', { Name: 'by-arn', ...STANDARD, KmsKey: '<key>' }, { KmsKeyArn: '<key>' }, { about: ['KmsKey', '-> KmsKeyArn'], shows: 'a key by its ARN', differs: NO_REENCRYPTION }),
      succeeds('CreateLedger', { Name: 'by-id', ...STANDARD, KmsKey: '1234abcd-12ab-34cd-56ef-1234567890ab' }, { KmsKeyArn: '<key>' }, { about: ['KmsKey'], shows: 'a key by its id', differs: NO_LOOKUP }),
      succeeds('CreateLedger', { Name: 'by-alias', ...STANDARD, KmsKey: 'alias/books' }, { KmsKeyArn: 'arn:aws:kms:<region>:<account>:alias/books' }, {
        about: ['KmsKey'], shows: 'a key by its alias', differs: NO_LOOKUP,
      }),
      succeeds('CreateLedger', { ...BOOKS, ...STANDARD, KmsKey: 'AWS_OWNED_KMS_KEY' }, { KmsKeyArn: ABSENT }, { about: ['KmsKey'], shows: 'the owned key by its name' }),
      succeeds('DescribeLedger', { Name: 'by-arn' }, { EncryptionDescription: { KmsKeyArn: '<key>', EncryptionStatus: 'ENABLED', InaccessibleKmsKeyDateTime: ABSENT } }, {
        about: ['-> EncryptionDescription', '-> EncryptionDescription.KmsKeyArn', '-> EncryptionDescription.EncryptionStatus'], shows: 'a customer key is described',
      }),
      succeeds('UpdateLedger', { ...BOOKS, KmsKey: '<key>' }, { EncryptionDescription: { KmsKeyArn: '<key>', EncryptionStatus: 'UPDATING' }, DeletionProtection: true }, {
        about: ['KmsKey', '-> EncryptionDescription', '-> EncryptionDescription.KmsKeyArn', '-> EncryptionDescription.EncryptionStatus'],
        shows: 'UPDATING when a customer key takes the place of the owned one',
        note: DONE_AT_ONCE,
      }),
      succeeds('DescribeLedger', BOOKS, { EncryptionDescription: { KmsKeyArn: '<key>', EncryptionStatus: 'ENABLED' } }),
      succeeds('UpdateLedger', { ...BOOKS, KmsKey: '<key>' }, { EncryptionDescription: { KmsKeyArn: '<key>', EncryptionStatus: 'ENABLED' } }, {
        about: ['KmsKey'], shows: 'the key that the ledger has changes nothing', note: UNDOCUMENTED,
      }),
      succeeds('UpdateLedger', { ...BOOKS, KmsKey: 'AWS_OWNED_KMS_KEY' }, { EncryptionDescription: { KmsKeyArn: 'AWS_OWNED_KMS_KEY', EncryptionStatus: 'UPDATING' } }, {
        about: ['KmsKey'], shows: 'UPDATING on the way back to the owned key, which goes by its name then', note: DONE_AT_ONCE,
      }),
      succeeds('DescribeLedger', BOOKS, { EncryptionDescription: ABSENT }),
    ],
  },
  {
    name: 'a ledger changes',
    steps: [
      succeeds('CreateLedger', { ...BOOKS, ...STANDARD }, {}, { saves: { creation: 'CreationDateTime' } }),
      succeeds('UpdateLedger', BOOKS, { Name: 'books', Arn: '<ledger>/books', State: 'ACTIVE', CreationDateTime: '<creation>', DeletionProtection: true, EncryptionDescription: ABSENT }, {
        about: ['Name', '-> Name', '-> Arn', '-> State', '-> CreationDateTime', '-> DeletionProtection'], shows: 'nothing to change answers the current state',
      }),
      succeeds('UpdateLedger', { ...BOOKS, DeletionProtection: false }, { DeletionProtection: false }, { about: ['DeletionProtection'], shows: 'protection goes off' }),
      succeeds('UpdateLedgerPermissionsMode', { ...BOOKS, PermissionsMode: 'ALLOW_ALL' }, { Name: 'books', Arn: '<ledger>/books', PermissionsMode: 'ALLOW_ALL' }, {
        about: ['Name', 'PermissionsMode', '-> Name', '-> Arn', '-> PermissionsMode'], shows: 'STANDARD becomes ALLOW_ALL',
      }),
      succeeds('DescribeLedger', BOOKS, { PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }),
      succeeds('UpdateLedgerPermissionsMode', { ...BOOKS, PermissionsMode: 'STANDARD' }, { PermissionsMode: 'STANDARD' }, { about: ['PermissionsMode'], shows: 'and STANDARD again' }),
    ],
  },
  {
    name: 'a ledger is deleted when nothing stands against it',
    steps: [
      succeeds('CreateLedger', { ...BOOKS, ...STANDARD }),
      fails('DeleteLedger', BOOKS, '412 ResourcePreconditionNotMetException', { members: taken, about: ['! ResourcePreconditionNotMetException'], shows: 'a protected ledger' }),
      succeeds('UpdateLedger', { ...BOOKS, DeletionProtection: false }),
      control({ name: 'hold-jobs' }),
      succeeds('StreamJournalToKinesis', {
        LedgerName: 'books', StreamName: 'journal', RoleArn: '<role>', InclusiveStartTime: '<now>', KinesisConfiguration: { StreamArn: '<kinesis>' },
      }, {}, { saves: { streamId: 'StreamId' } }),
      fails('DeleteLedger', BOOKS, '409 ResourceInUseException', { members: taken, about: ['! ResourceInUseException'], shows: 'a ledger with a running stream', note: BELIEVED }),
      succeeds('CancelJournalKinesisStream', { LedgerName: 'books', StreamId: '<streamId>' }),
      succeeds('DeleteLedger', BOOKS, {}, { about: ['Name'], shows: 'an unprotected ledger goes' }),
      untilFails('DescribeLedger', BOOKS, '404 ResourceNotFoundException', { about: ['! ResourceNotFoundException'], shows: 'a ledger that has gone' }),
      created('books'),
      succeeds('DescribeLedger', BOOKS, { State: 'ACTIVE' }),
    ],
  },
  {
    name: 'a ledger is deleted as its caller has seen it, or not at all',
    steps: [
      created('books'),
      succeeds('GetDigest', BOOKS, {}, { saves: { tip: 'DigestTipAddress.IonText' } }),
      control({ name: 'insert-document', ledger: 'books' }),
      deletesAsSeen('412 ResourcePreconditionNotMetException', 'the journal has gone on since the tip that is named'),
      succeeds('DescribeLedger', BOOKS, { State: 'ACTIVE' }),
      succeeds('GetDigest', BOOKS, {}, { saves: { tip: 'DigestTipAddress.IonText' } }),
      deletesAsSeen('200', 'the tip that is named is still the newest block'),
      untilFails('DescribeLedger', BOOKS, '404 ResourceNotFoundException'),
    ],
  },
  {
    name: 'a ledger on its way out',
    only: { world: 'deployed', because: 'the embedded service deletes a small ledger faster than a client can ask for it' },
    steps: [
      created('books'),
      succeeds('DeleteLedger', BOOKS),
      succeeds('DescribeLedger', BOOKS, { State: 'DELETING' }, { about: ['-> State'], shows: 'DELETING until the last of it is gone' }),
      succeeds('ListLedgers', {}, { Ledgers: [{ Name: 'books', State: 'DELETING' }] }, { about: ['-> Ledgers[].State'], shows: 'DELETING until the last of it is gone' }),
      fails('CreateLedger', { ...BOOKS, ...STANDARD }, '409 ResourceInUseException', { members: taken, about: ['! ResourceInUseException'], shows: 'a name whose former ledger is still being deleted', note: BELIEVED }),
      fails('UpdateLedger', BOOKS, '404 ResourceNotFoundException', { ...notFound, about: ['! ResourceNotFoundException'], shows: 'a ledger that is being deleted', note: BELIEVED }),
      fails('GetDigest', BOOKS, '404 ResourceNotFoundException', { ...notFound, about: ['! ResourceNotFoundException'], shows: 'a ledger that is being deleted', note: BELIEVED }),
      fails('DeleteLedger', BOOKS, '404 ResourceNotFoundException', { ...notFound, about: ['! ResourceNotFoundException'], shows: 'a ledger that is being deleted', note: UNDOCUMENTED }),
      untilFails('DescribeLedger', BOOKS, '404 ResourceNotFoundException'),
      created('books'),
    ],
  },
  {
    name: 'five ledgers are the quota',
    steps: [
      ...['a', 'b', 'c', 'd', 'e'].map(name => created(name)),
      fails('CreateLedger', { Name: 'f', ...STANDARD }, '400 LimitExceededException', { members: { ResourceType: 'Ledger' }, about: ['! LimitExceededException'], shows: 'a sixth ledger' }),
      succeeds('DeleteLedger', { Name: 'c' }),
      created('f'),
      until('ListLedgers', {}, { Ledgers: ['a', 'b', 'd', 'e', 'f'].map(Name => ({ Name })) }),
    ],
  },
  {
    name: 'ledgers are listed page by page while others come and go',
    steps: [
      ...['a', 'b', 'c', 'd'].map(name => created(name)),
      succeeds('ListLedgers', { MaxResults: 2 }, { Ledgers: [{ Name: 'a' }, { Name: 'b' }], NextToken: matching('^[A-Za-z0-9+/=]{4,1024}$') }, {
        about: ['MaxResults', '-> NextToken'], shows: 'a page, and a token for the next', saves: { token: 'NextToken' },
      }),
      succeeds('DeleteLedger', { Name: 'b' }),
      until('ListLedgers', {}, { Ledgers: ['a', 'c', 'd'].map(Name => ({ Name })) }),
      created('bb'),
      succeeds('ListLedgers', { MaxResults: 2, NextToken: '<token>' }, { Ledgers: [{ Name: 'bb' }, { Name: 'c' }], NextToken: ANY }, {
        about: ['NextToken'], shows: 'the place holds although the ledger there was deleted and one was made behind it', saves: { next: 'NextToken' },
      }),
      succeeds('ListLedgers', { MaxResults: 2, NextToken: '<next>' }, { Ledgers: [{ Name: 'd' }], NextToken: ABSENT }, { about: ['-> NextToken'], shows: 'the last page has none' }),
      succeeds('ListLedgers', { MaxResults: 100, NextToken: '<token>' }, { Ledgers: [{ Name: 'bb' }, { Name: 'c' }, { Name: 'd' }] }, { about: ['NextToken'], shows: 'a token may be used again, with another page size' }),
    ],
  },
];
