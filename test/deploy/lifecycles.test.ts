import {
  DescribeJournalKinesisStreamCommand, DescribeLedgerCommand, GetDigestCommand, ListJournalKinesisStreamsForLedgerCommand,
  ListJournalS3ExportsForLedgerCommand, ListLedgersCommand, ListTagsForResourceCommand, type QLDBClient,
} from '@aws-sdk/client-qldb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { TransactionExecutor } from 'amazon-qldb-driver-nodejs';
import { Deployment } from './deployment';
import { readExport, type ExportOutputs } from './exported-journal';
import { AUDITED_TAG, STACKS, type Fixture } from './fixture-app';

/** What the service says when it cannot write to the bucket of an export, and S3's reason. */
const REFUSAL = 'QLDB encountered an error validating S3 configuration: NoSuchBucket';
const MISSING_BUCKET = 'a-bucket-that-nobody-made';

const FIRST: Fixture = { trigger: 'first', isAggregating: true, accountsSettings: 'lenient' };
const STRICT: Fixture = { ...FIRST, accountsSettings: 'strict' };
const FAILING: Fixture = { trigger: 'second', isAggregating: false, accountsSettings: 'lenient', accountsBucket: MISSING_BUCKET };
const SECOND: Fixture = { trigger: 'second', isAggregating: false, accountsSettings: 'lenient' };

jest.setTimeout(90_000);

let deployment: Deployment;
let qldb: QLDBClient;

beforeAll(async () => {
  deployment = await Deployment.start();
}, 120_000);

afterAll(async () => {
  qldb?.destroy();
  await deployment?.stop();
});

// Deployments cost seconds, so each test goes on from where the one before it left the stacks.
let failedStep: string | undefined;
function step(name: string, work: () => Promise<void>): void {
  test(name, async () => {
    if (failedStep) throw new Error(`Not tried, because an earlier step failed: ${failedStep}`);
    failedStep = name;
    await work();
    failedStep = undefined;
  });
}

const accounts = async () => await deployment.outputsOf(STACKS.accounts) as unknown as ExportOutputs & Readonly<Record<string, string>>;
const describeLedger = async (Name: string) => qldb.send(new DescribeLedgerCommand({ Name }));
const tagsOf = async (ResourceArn: string) => (await qldb.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;

async function ledgerNames(): Promise<string[]> {
  const { Ledgers = [] } = await qldb.send(new ListLedgersCommand());
  return Ledgers.map(({ Name }) => Name!);
}

async function exportIds(Name: string): Promise<string[]> {
  const { JournalS3Exports = [] } = await qldb.send(new ListJournalS3ExportsForLedgerCommand({ Name }));
  return JournalS3Exports.map(({ ExportId }) => ExportId!);
}

/** Id and status of every stream of a ledger, those that ended included. */
async function streamStatuses(LedgerName: string): Promise<Record<string, string>> {
  const { Streams = [] } = await qldb.send(new ListJournalKinesisStreamsForLedgerCommand({ LedgerName }));
  return Object.fromEntries(Streams.map(({ StreamId, Status }) => [StreamId!, Status!]));
}

async function run<Result>(ledgerName: string, work: (transaction: TransactionExecutor) => Promise<Result>): Promise<Result> {
  return deployment.withDriver(STACKS.service, ledgerName, driver => driver.executeLambda(work));
}

/** In ascending order; a statement promises none. */
async function accountNumbers(): Promise<number[]> {
  const accountList = await run('accounts', async transaction => (await transaction.execute('SELECT number FROM Account')).getResultList());
  return accountList.map(account => account.get('number')!.numberValue()!).sort((a, b) => a - b);
}

/** What the service was told about the callers of the ledger `kept`, without the ids. */
async function keptGrants(): Promise<object[]> {
  const { Grants } = await deployment.get(STACKS.service, '/ledgers/kept/grants') as { Grants: { GrantId: string; Actions: string[] }[] };
  return Grants.map(({ GrantId, ...grant }) => grant).sort((a, b) => a.Actions[0].localeCompare(b.Actions[0]));
}

/** What the service was told about the callers of its control plane, without the ids. */
async function controlGrants(): Promise<object[]> {
  const { Grants } = await deployment.get(STACKS.service, '/grants') as { Grants: { GrantId: string }[] };
  return Grants.map(({ GrantId, ...grant }) => grant);
}

describe('a ledger with an export and a stream, in a stack of its own', () => {
  step('is deployed on the service of another stack', async () => {
    await deployment.deploy(FIRST, STACKS.service, STACKS.accounts);
    qldb = await deployment.qldb(STACKS.service);

    expect(await describeLedger('accounts')).toMatchObject({ State: 'ACTIVE', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false });
    const { StreamId } = await accounts();
    const { Stream } = await qldb.send(new DescribeJournalKinesisStreamCommand({ LedgerName: 'accounts', StreamId }));
    expect(Stream).toMatchObject({ Status: 'ACTIVE', KinesisConfiguration: { AggregationEnabled: true } });
  });

  step('has its table and index, and takes documents from the official driver', async () => {
    const [table] = await run('accounts', async transaction => {
      await transaction.execute('INSERT INTO Account ?', [{ number: 1 }, { number: 2 }]);
      return (await transaction.execute("SELECT name, indexes FROM information_schema.user_tables WHERE status = 'ACTIVE'")).getResultList();
    });

    expect(table.get('name')!.stringValue()).toBe('Account');
    expect(table.get('indexes', 0, 'expr')!.stringValue()).toBe('[number]');
    expect(table.get('indexes', 0, 'status')!.stringValue()).toBe('ONLINE');
  });

  step('has its journal in the archive, encrypted with the archive\'s key, where the outputs say', async () => {
    const outputs = await accounts();
    const exported = await readExport(deployment.s3, outputs);

    expect(await exportIds('accounts')).toEqual([outputs.ExportId]);
    expect(exported.findings).toEqual([]);
    expect(exported.summary.first?.sequenceNo).toBe(0);
    expect(exported.dataKeys.length).toBeGreaterThan(0);
    expect([...exported.encryptions]).toEqual([`aws:kms ${outputs.ArchiveKey}`]);
  });

  step('is not exported again by a deployment without changes', async () => {
    const before = await accounts();

    expect(await deployment.deploy(FIRST, STACKS.service, STACKS.accounts)).toContain('(no changes)');

    expect(await accounts()).toEqual(before);
    expect(await exportIds('accounts')).toEqual([before.ExportId]);
  });

  step('changes protection, permissions mode and tags in place, and neither export nor stream', async () => {
    const before = await accounts();
    const { CreationDateTime } = await describeLedger('accounts');

    await deployment.deploy(STRICT, STACKS.accounts);

    const ledger = await describeLedger('accounts');
    expect(ledger).toMatchObject({ CreationDateTime, State: 'ACTIVE', PermissionsMode: 'STANDARD', DeletionProtection: true });
    expect(await tagsOf(ledger.Arn!)).toMatchObject(AUDITED_TAG);
    expect(await accountNumbers()).toEqual([1, 2]);
    expect(await accounts()).toEqual(before);
    expect(await exportIds('accounts')).toEqual([before.ExportId]);
    expect(await streamStatuses('accounts')).toEqual({ [before.StreamId]: 'ACTIVE' });
  });

  step('is rolled back when its export is refused: settings, data, export and stream are as before', async () => {
    const before = await accounts();
    const ledger = await describeLedger('accounts');
    const tags = await tagsOf(ledger.Arn!);

    const printed = await deployment.failureOf(deployment.deploy(FAILING, STACKS.accounts));

    expect(printed).toContain(REFUSAL);
    expect(printed).toContain(MISSING_BUCKET);
    expect(await deployment.statusOf(STACKS.accounts)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await describeLedger('accounts')).toEqual({ ...ledger, $metadata: expect.anything() });
    expect(await tagsOf(ledger.Arn!)).toEqual(tags);
    expect(await accountNumbers()).toEqual([1, 2]);
    expect(await accounts()).toEqual(before);
    expect(await exportIds('accounts')).toEqual([before.ExportId]);
    const { [before.StreamId]: original, ...replacements } = await streamStatuses('accounts');
    expect(original).toBe('ACTIVE');
    expect(Object.values(replacements)).toEqual(['CANCELED']); // the changed stream had begun when the export was refused
  });

  step('is exported again by a new trigger, and its stream replaced by a changed property', async () => {
    const before = await accounts();

    await deployment.deploy(SECOND, STACKS.accounts);

    const after = await accounts();
    expect(new Set(await exportIds('accounts'))).toEqual(new Set([before.ExportId, after.ExportId]));
    const statuses = await streamStatuses('accounts');
    expect(statuses[before.StreamId]).toBe('CANCELED');
    expect(Object.entries(statuses).filter(([, status]) => status === 'ACTIVE')).toEqual([[after.StreamId, 'ACTIVE']]);
    const { Stream } = await qldb.send(new DescribeJournalKinesisStreamCommand({ LedgerName: 'accounts', StreamId: after.StreamId }));
    expect(Stream?.KinesisConfiguration?.AggregationEnabled).toBe(false);
  });

  step('has in its second export what was written since the first, up to the digest of the ledger', async () => {
    const exported = await readExport(deployment.s3, await accounts());
    const { Digest } = await qldb.send(new GetDigestCommand({ Name: 'accounts' }));

    expect(exported.findings).toEqual([]);
    expect(Buffer.from(exported.summary.digest!)).toEqual(Buffer.from(Digest!));
  });

  step('is gone when its stack is destroyed, and its archive stays', async () => {
    const outputs = await accounts();

    await deployment.destroy(SECOND, STACKS.accounts);

    expect(await ledgerNames()).not.toContain('accounts');
    expect((await readExport(deployment.s3, outputs)).findings).toEqual([]);
  });
});

describe('a stack whose first deployment fails', () => {
  let created: Date | undefined;

  step('leaves no stream running, no ledger of removal policy Destroy, and no bucket', async () => {
    const printed = await deployment.failureOf(deployment.deploy({ ...FIRST, newcomerBucket: MISSING_BUCKET }, STACKS.newcomer));

    expect(printed).toContain(REFUSAL);
    expect(await deployment.statusOf(STACKS.newcomer)).toBe('ROLLBACK_COMPLETE');
    expect(await ledgerNames()).toEqual(['kept']);
    expect(Object.values(await streamStatuses('kept'))).toEqual(['CANCELED']);
    await expect(deployment.s3.send(new HeadBucketCommand({ Bucket: MISSING_BUCKET }))).rejects.toThrow();
    created = (await describeLedger('kept')).CreationDateTime;
  });

  step('is deleted and deployed again, and takes back the ledger that the failure left', async () => {
    await deployment.deploy(FIRST, STACKS.newcomer); // the CLI deletes a stack that was never complete

    expect((await ledgerNames()).sort()).toEqual(['kept', 'passing']);
    expect((await describeLedger('kept')).CreationDateTime).toEqual(created);
    expect(Object.values(await streamStatuses('passing'))).toEqual(['ACTIVE']);
    await run('kept', async transaction => { await transaction.execute('INSERT INTO Note ?', { text: 'survives' }); });
  });

  step('leaves a ledger with default settings, and its data, when it is destroyed', async () => {
    await deployment.destroy(FIRST, STACKS.newcomer);

    expect(await ledgerNames()).toEqual(['kept']);
    expect(await describeLedger('kept')).toMatchObject({ State: 'ACTIVE', DeletionProtection: true, CreationDateTime: created });
    expect(Object.values(await streamStatuses('kept'))).not.toContain('ACTIVE');
    const texts = await run('kept', async transaction =>
      (await transaction.execute('SELECT text FROM Note')).getResultList().map(note => note.get('text')!.stringValue()));
    expect(texts).toEqual(['survives']);
  });

  step('leaves a ledger that another stack imports by its name and exports', async () => {
    await deployment.deploy(FIRST, STACKS.heir);

    const outputs = await deployment.outputsOf(STACKS.heir) as unknown as ExportOutputs & { readonly ArchiveKey: string };
    const exported = await readExport(deployment.s3, outputs);
    const { Digest } = await qldb.send(new GetDigestCommand({ Name: 'kept' }));
    expect(exported.findings).toEqual([]);
    expect(Buffer.from(exported.summary.digest!)).toEqual(Buffer.from(Digest!));
    expect([...exported.encryptions]).toEqual([`aws:kms ${outputs.ArchiveKey}`]);
  });
});

describe('a stack whose role may read a ledger', () => {
  const verify = ['DescribeLedger', 'GetBlock', 'GetDigest', 'GetRevision'];
  const exportJournal = ['DescribeJournalS3Export', 'ExportJournalToS3', 'ListJournalS3ExportsForLedger'];
  const control = (PrincipalArn: string, ...Actions: string[]) => ({ PrincipalArn, LedgerName: 'kept', Actions: Actions.sort() });
  const createDraft = (PrincipalArn: string) => ({ PrincipalArn, Actions: ['PartiQLCreateTable'], Tables: ['Draft'] });
  const read = (PrincipalArn: string, table: string) => ({ PrincipalArn, Actions: ['PartiQLHistoryFunction', 'PartiQLSelect'], Tables: [table] });

  step('tells the service so', async () => {
    await deployment.deploy(FIRST, STACKS.clerk);

    const { ClerkArn } = await deployment.outputsOf(STACKS.clerk);
    expect(await keptGrants()).toEqual([createDraft(ClerkArn), read(ClerkArn, 'Note')]);
    expect(await controlGrants()).toEqual([control(ClerkArn, ...verify)]);
  });

  step('tells it what has changed', async () => {
    await deployment.deploy({ ...FIRST, clerkReads: 'everything' }, STACKS.clerk);

    const { ClerkArn } = await deployment.outputsOf(STACKS.clerk);
    expect(await keptGrants()).toEqual([createDraft(ClerkArn), read(ClerkArn, '*')]);
    expect(await controlGrants()).toEqual([control(ClerkArn, ...verify, ...exportJournal)]);
  });

  step('takes its grants along when it is destroyed', async () => {
    await deployment.destroy(FIRST, STACKS.clerk);

    expect(await keptGrants()).toEqual([]);
    expect(await controlGrants()).toEqual([]);
  });
});
