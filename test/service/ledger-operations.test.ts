import {
  CreateLedgerCommand, DeleteLedgerCommand, DescribeLedgerCommand, ListLedgersCommand, ListTagsForResourceCommand, paginateListLedgers,
  TagResourceCommand, UntagResourceCommand, UpdateLedgerCommand, UpdateLedgerPermissionsModeCommand,
} from '@aws-sdk/client-qldb';
import { ACCOUNT_ID, eventually, LocalService, REGION, startLocalService } from './local-service';

let service: LocalService;
beforeEach(async () => {
  service = await startLocalService();
});
afterEach(async () => service.stop());

const arn = (name: string) => `arn:aws:qldb:${REGION}:${ACCOUNT_ID}:ledger/${name}`;
const create = async (Name: string, more = {}) => service.qldb.send(new CreateLedgerCommand({ Name, PermissionsMode: 'STANDARD', ...more }));
const createUnprotected = async (Name: string) => create(Name, { DeletionProtection: false });

test('a ledger is created with QLDB\'s defaults and described', async () => {
  const created = await create('books');
  expect(created).toMatchObject({ Name: 'books', Arn: arn('books'), PermissionsMode: 'STANDARD', DeletionProtection: true });
  expect(created.KmsKeyArn).toBeUndefined();
  const described = await service.qldb.send(new DescribeLedgerCommand({ Name: 'books' }));
  expect(described).toMatchObject({
    Name: 'books', Arn: arn('books'), State: 'ACTIVE', PermissionsMode: 'STANDARD', DeletionProtection: true, CreationDateTime: created.CreationDateTime,
  });
  expect(described.EncryptionDescription).toBeUndefined();
  expect(Math.abs(created.CreationDateTime!.getTime() - Date.now())).toBeLessThan(60_000);
});

test.each([
  ['1234abcd-12ab', `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/1234abcd-12ab`],
  ['alias/books', `arn:aws:kms:${REGION}:${ACCOUNT_ID}:alias/books`],
  ['arn:aws:kms:eu-central-1:444455556666:key/k', 'arn:aws:kms:eu-central-1:444455556666:key/k'],
])('the key %s is described by its ARN', async (KmsKey, KmsKeyArn) => {
  expect(await create('books', { KmsKey })).toMatchObject({ KmsKeyArn });
  const { EncryptionDescription } = await service.qldb.send(new DescribeLedgerCommand({ Name: 'books' }));
  expect(EncryptionDescription).toMatchObject({ KmsKeyArn, EncryptionStatus: 'ENABLED' });
});

test('an update changes what it names and nothing else', async () => {
  await create('books', { KmsKey: 'alias/books' });
  const updated = await service.qldb.send(new UpdateLedgerCommand({ Name: 'books', DeletionProtection: false }));
  expect(updated).toMatchObject({ Name: 'books', State: 'ACTIVE', DeletionProtection: false, EncryptionDescription: { EncryptionStatus: 'ENABLED' } });
  const owned = await service.qldb.send(new UpdateLedgerCommand({ Name: 'books', KmsKey: 'AWS_OWNED_KMS_KEY' }));
  expect(owned).toMatchObject({ DeletionProtection: false });
  expect(owned.EncryptionDescription).toEqual({ KmsKeyArn: 'AWS_OWNED_KMS_KEY', EncryptionStatus: 'UPDATING' });
  expect((await service.qldb.send(new DescribeLedgerCommand({ Name: 'books' }))).EncryptionDescription).toBeUndefined();
  expect(await service.qldb.send(new UpdateLedgerCommand({ Name: 'books' }))).toMatchObject({ DeletionProtection: false });
});

test('the permissions mode changes in both directions', async () => {
  await create('books');
  for (const PermissionsMode of ['ALLOW_ALL', 'STANDARD'] as const) {
    expect(await service.qldb.send(new UpdateLedgerPermissionsModeCommand({ Name: 'books', PermissionsMode }))).toMatchObject({
      Name: 'books', Arn: arn('books'), PermissionsMode,
    });
  }
});

test('a protected ledger cannot be deleted; an unprotected one goes, and its name becomes free', async () => {
  await create('books');
  await expect(service.qldb.send(new DeleteLedgerCommand({ Name: 'books' }))).rejects.toMatchObject({
    name: 'ResourcePreconditionNotMetException', $metadata: { httpStatusCode: 412 }, ResourceName: 'books',
  });
  await service.qldb.send(new UpdateLedgerCommand({ Name: 'books', DeletionProtection: false }));
  await service.qldb.send(new DeleteLedgerCommand({ Name: 'books' }));
  await eventually(async () => (await service.qldb.send(new ListLedgersCommand({}))).Ledgers!.length, count => count === 0);
  await expect(service.qldb.send(new DescribeLedgerCommand({ Name: 'books' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await create('books');
});

test('a name is taken once', async () => {
  await create('books');
  await expect(create('books')).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException', $metadata: { httpStatusCode: 409 }, ResourceType: 'Ledger', ResourceName: 'books',
  });
  await create('Books');
});

test('the sixth ledger exceeds the limit', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name);
  await expect(create('f')).rejects.toMatchObject({ name: 'LimitExceededException', $metadata: { httpStatusCode: 400 }, ResourceType: 'Ledger' });
});

test('ledgers are listed in pages that survive a deletion', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await createUnprotected(name);
  const pages: string[][] = [];
  for await (const { Ledgers = [] } of paginateListLedgers({ client: service.qldb, pageSize: 2 }, {})) {
    pages.push(Ledgers.map(({ Name }) => Name!));
    if (pages.length === 1) await service.qldb.send(new DeleteLedgerCommand({ Name: 'b' }));
  }
  expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

test.each([
  ['a page size out of range', { MaxResults: 101 }, 'MaxResults'],
  ['a token of someone else', { NextToken: 'AAAA' }, 'NextToken'],
])('%s is an invalid parameter of a listing', async (_, input, ParameterName) => {
  await expect(service.qldb.send(new ListLedgersCommand(input))).rejects.toMatchObject({ name: 'InvalidParameterException', ParameterName });
});

test('constraints are checked before anything happens', async () => {
  await expect(create('1--', { PermissionsMode: 'OPEN' as 'STANDARD' })).rejects.toMatchObject({
    name: 'InvalidParameterException', ParameterName: 'Name', message: expect.stringMatching(/^2 validation errors detected: Value '1--' at 'name'/),
  });
  expect((await service.qldb.send(new ListLedgersCommand({}))).Ledgers).toEqual([]);
});

test.each([
  ['update', new UpdateLedgerCommand({ Name: 'missing' })],
  ['permissions mode', new UpdateLedgerPermissionsModeCommand({ Name: 'missing', PermissionsMode: 'STANDARD' })],
  ['deletion', new DeleteLedgerCommand({ Name: 'missing' })],
])('the %s of a missing ledger is refused', async (_, command) => {
  await expect(service.qldb.send(command as DeleteLedgerCommand)).rejects.toMatchObject({
    name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 }, ResourceType: 'Ledger', ResourceName: 'missing',
  });
});

describe('tags of a ledger', () => {
  const ResourceArn = arn('books');
  const tags = async () => (await service.qldb.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;

  test('come with it, grow and shrink', async () => {
    await create('books', { Tags: { team: 'accounts', Cost: '' } });
    await service.qldb.send(new TagResourceCommand({ ResourceArn, Tags: { 'a/b c': 'ü' } }));
    expect(await tags()).toEqual({ 'team': 'accounts', 'Cost': '', 'a/b c': 'ü' });
    await service.qldb.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a/b c', 'cost', 'team'] }));
    expect(await tags()).toEqual({ Cost: '' });
  });

  test('are fifty at most', async () => {
    await create('books');
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, '']));
    await expect(service.qldb.send(new TagResourceCommand({ ResourceArn, Tags }))).rejects.toMatchObject({ name: 'InvalidParameterException' });
    expect(await tags()).toEqual({});
  });

  test.each([
    ['of a missing ledger', arn('missing'), 'ResourceNotFoundException'],
    ['of another account', 'arn:aws:qldb:eu-central-1:444455556666:ledger/books', 'ResourceNotFoundException'],
    ['of a table that does not exist', `${arn('books')}/table/JdxjkR9bSYB5jMHWcI464T`, 'ResourceNotFoundException'],
    ['of something else', 'arn:aws:s3:::a-bucket-of-mine', 'InvalidParameterException'],
  ])('%s are refused', async (_, other, name) => {
    await expect(service.qldb.send(new ListTagsForResourceCommand({ ResourceArn: other }))).rejects.toMatchObject({ name });
    await expect(service.qldb.send(new TagResourceCommand({ ResourceArn: other, Tags: { a: 'b' } }))).rejects.toMatchObject({ name });
    await expect(service.qldb.send(new UntagResourceCommand({ ResourceArn: other, TagKeys: ['a'] }))).rejects.toMatchObject({ name });
  });

  test('that begin with aws: are reserved', async () => {
    await expect(create('books', { Tags: { 'AWS:x': '1' } })).rejects.toMatchObject({ name: 'InvalidParameterException', ParameterName: 'Tags' });
  });
});
