import { mkdtemp, rm } from 'fs/promises';
import { tmpdir } from 'os';
import { join } from 'path';
import { setTimeout as sleep } from 'timers/promises';
import { DescribeLedgerCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { QLDBSessionClient } from '@aws-sdk/client-qldb-session';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { CloudFormationSimulator, type Clock } from './cloudformation-simulator';
import { ledgerServiceClientConfig } from '../../src/client';
import { journalExportLifecycle } from '../../src/custom-resources/journal-export-lifecycle';
import { journalStreamLifecycle } from '../../src/custom-resources/journal-stream-lifecycle';
import { ledgerGrantLifecycle } from '../../src/custom-resources/ledger-grant-lifecycle';
import { ledgerLifecycle } from '../../src/custom-resources/ledger-lifecycle';
import { type Edges } from '../../src/custom-resources/lifecycle';
import { type Destinations } from '../../src/engine';
import { startLedgerService, type RunningLedgerService } from '../../src/service';
import { memorySource } from '../cli/generated-export';

const POLL_MILLISECONDS = 20;

/** The lifecycles against the service that they are made for, embedded; S3 and Kinesis are maps. */
const clock: Clock = {
  now: () => new Date(),
  waitUntil: moment => sleep(Math.max(0, moment.getTime() - Date.now())),
  pass: () => sleep(POLL_MILLISECONDS),
};
const objects = new Map<string, Uint8Array>();
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
let directory: string;
let service: RunningLedgerService;
let edges: Edges;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'custom-resources-'));
  const destinations: Destinations = {
    objects: async () => ({ check: async () => undefined, put: async object => { objects.set(`${object.bucket}/${object.key}`, object.body); } }),
    records: async () => ({ check: async () => undefined, put: async () => undefined }),
    exports: async () => memorySource(objects),
  };
  service = await startLedgerService({ directory, port: 0, destinations });
  const config = { ...ledgerServiceClientConfig({ url: service.url, region: 'us-east-1' }), credentials };
  const clients = { control: new QLDBClient(config), session: new QLDBSessionClient(config) };
  edges = { connect: () => clients, now: clock.now, waitUntil: clock.waitUntil, log: () => undefined };
});
afterAll(async () => {
  await service.close();
  await rm(directory, { recursive: true });
});

const common = () => ({ ServiceToken: 'arn:aws:lambda:us-east-1:000000000000:function:provider', ServiceUrl: service.url, LedgerName: 'audit' });
const ledgerProperties = (changes = {}) => ({ ...common(), PermissionsMode: 'STANDARD', DeletionProtection: true, RemovalPolicy: 'Destroy', ...changes });

async function tableNames(): Promise<string[]> {
  const driver = new QldbDriver('audit', { ...ledgerServiceClientConfig({ url: service.url, region: 'us-east-1' }), credentials });
  try {
    return await driver.getTableNames();
  } finally {
    driver.close();
  }
}

test('a ledger with tables, its export and its stream live and end as in a stack', async () => {
  const ledger = new CloudFormationSimulator(ledgerLifecycle(edges), clock, { invokesTwice: true });
  const tables = [{ Name: 'Vehicle', Indexes: ['VIN'] }];
  expect(await ledger.create(ledgerProperties({ Tables: tables, Tags: { team: 'a' } }))).toMatchObject({ Status: 'SUCCESS' });
  const more = [...tables, { Name: 'Person', Indexes: ['Id', 'Name'] }];
  expect(await ledger.update(ledgerProperties({ Tables: more, Tags: { team: 'b' }, DeletionProtection: false }))).toMatchObject({ Status: 'SUCCESS' });
  expect((await tableNames()).sort()).toEqual(['Person', 'Vehicle']);

  const journalExport = new CloudFormationSimulator(journalExportLifecycle(edges), clock, { invokesTwice: true });
  const exported = await journalExport.create({
    ...common(),
    RoleArn: 'arn:aws:iam::000000000000:role/export',
    Bucket: 'archive',
    Prefix: 'journal',
    OutputFormat: 'JSON',
    ObjectEncryptionType: 'SSE_S3',
    InclusiveStartTime: 'LEDGER_CREATION',
    ExclusiveEndTime: 'NOW',
    WaitForCompletion: true,
  });
  expect(exported).toEqual(expect.objectContaining({ Status: 'SUCCESS' }));
  const manifests = [...objects.keys()].filter(key => key.endsWith('.manifest')).sort();
  expect(manifests).toEqual([`archive/${exported.Data?.CompletedManifestKey}`, `archive/${exported.Data?.StartedManifestKey}`].sort());

  const stream = new CloudFormationSimulator(journalStreamLifecycle(edges), clock, { invokesTwice: true });
  const streamProperties = {
    ...common(),
    StreamName: 'one',
    RoleArn: 'arn:aws:iam::000000000000:role/stream',
    AggregationEnabled: true,
    KinesisStreamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/events',
    InclusiveStartTime: 'LEDGER_CREATION',
  };
  expect(await stream.create({ ...streamProperties, Tags: { team: 'a' } })).toMatchObject({ Status: 'SUCCESS' });
  expect(await stream.update({ ...streamProperties, Tags: { team: 'b' } })).toMatchObject({ Status: 'SUCCESS' });
  expect(await stream.updateAndRollBack({ ...streamProperties, StreamName: 'two' })).toMatchObject({ Status: 'SUCCESS' });
  expect(await stream.delete()).toMatchObject({ Status: 'SUCCESS' });

  expect(await ledger.delete()).toMatchObject({ Status: 'SUCCESS' });
  await expect(tableNames()).rejects.toThrow();
});

test('a final export has the block, too, that somebody commits while the deletion is on its way', async () => {
  const driver = new QldbDriver('exported', { ...ledgerServiceClientConfig({ url: service.url, region: 'us-east-1' }), credentials });
  let insertions = 0;
  const { control, session } = edges.connect(service.url);
  const overtaken = new QLDBClient({ ...ledgerServiceClientConfig({ url: service.url, region: 'us-east-1' }), credentials });
  overtaken.middlewareStack.add(next => async args => {
    const { method, path } = args.request as { method: string; path: string };
    if (method === 'DELETE' && path === '/ledgers/exported' && insertions < 2) {
      insertions++;
      await driver.executeLambda(transaction => transaction.execute(`INSERT INTO Vehicle {'VIN': 'late-${insertions}'}`));
    }
    return next(args);
  }, { step: 'finalizeRequest' });
  const ledger = new CloudFormationSimulator(ledgerLifecycle({ ...edges, connect: () => ({ control: overtaken, session }) }), clock);
  expect(await ledger.create(ledgerProperties({
    LedgerName: 'exported',
    DeletionProtection: false,
    Tables: [{ Name: 'Vehicle', Indexes: [] }],
    FinalExport: {
      RoleArn: 'arn:aws:iam::000000000000:role/final', Bucket: 'archive', Prefix: 'final/', OutputFormat: 'JSON', ObjectEncryptionType: 'SSE_S3',
    },
  }))).toMatchObject({ Status: 'SUCCESS' });
  expect(await ledger.delete()).toMatchObject({ Status: 'SUCCESS' });
  driver.close();
  overtaken.destroy();
  expect(insertions).toBe(2);
  await expect(control.send(new DescribeLedgerCommand({ Name: 'exported' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const manifests = [...objects.keys()].filter(key => /^archive\/final\/\d+\/.*\.completed\.manifest$/.test(key));
  expect(manifests).toHaveLength(3);
  const last = Math.max(...manifests.map(key => Number(key.split('/')[2])));
  const exported = [...objects].filter(([key]) => key.startsWith(`archive/final/${last}/`)).map(([, body]) => Buffer.from(body).toString()).join('\n');
  expect(exported).toContain('late-1');
  expect(exported).toContain('late-2');
});

test('grants live and end as in a stack, also when their ledger goes first', async () => {
  const ledger = new CloudFormationSimulator(ledgerLifecycle(edges), clock);
  await ledger.create(ledgerProperties({ LedgerName: 'granted', DeletionProtection: false }));
  const grants = async () => (await (await fetch(`${service.url}/ledgers/granted/grants`)).json() as { Grants: object[] }).Grants;
  const clerk = (changes = {}) => ({
    ...common(),
    LedgerName: 'granted',
    GrantId: 'Stack-Clerk',
    PrincipalArn: 'arn:aws:iam::000000000000:role/clerk',
    Actions: ['PartiQLSelect'],
    Tables: ['Vehicle'],
    ...changes,
  });
  const [first, second] = ['First', 'Second'].map(logicalId =>
    new CloudFormationSimulator(ledgerGrantLifecycle(edges), clock, { invokesTwice: true }, undefined, logicalId));

  const { Data } = await first.create(clerk());
  await second.create(clerk({ Tables: ['*'] }));
  expect(await grants()).toContainEqual({
    GrantId: Data!.GrantId, PrincipalArn: 'arn:aws:iam::000000000000:role/clerk', Actions: ['PartiQLSelect'], Tables: ['Vehicle'],
  });
  expect(await first.update(clerk({ PrincipalArn: 'arn:aws:iam::000000000000:user/clerk' }))).toMatchObject({ Status: 'SUCCESS' });
  expect(await grants()).toHaveLength(2);
  expect(await first.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(await grants()).toMatchObject([{ Tables: ['*'] }]);

  expect(await ledger.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(await second.delete()).toMatchObject({ Status: 'SUCCESS' });
});

test('grants on the control plane live and end as in a stack, also without their ledger', async () => {
  const grants = async () => (await (await fetch(`${service.url}/grants`)).json() as { Grants: object[] }).Grants;
  const auditor = { PrincipalArn: 'arn:aws:iam::000000000000:role/auditor', LedgerName: 'to-come', Actions: ['GetBlock', 'GetDigest'] };
  const properties = { ...common(), ...auditor, GrantId: 'Stack-Auditor' };
  const deployment = new CloudFormationSimulator(ledgerGrantLifecycle(edges), clock, { invokesTwice: true });
  const { Data } = await deployment.create(properties);
  expect(await grants()).toEqual([{ GrantId: Data!.GrantId, ...auditor }]);
  expect(await deployment.update({ ...properties, LedgerName: '*', Actions: ['*'] })).toMatchObject({ Status: 'SUCCESS' });
  expect(await grants()).toEqual([{ GrantId: Data!.GrantId, ...auditor, LedgerName: '*', Actions: ['*'] }]);
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(await grants()).toEqual([]);
});

test('a grant stays as narrow as it was when the Update that widens it is cancelled before the service answers', async () => {
  const nowhere = new QLDBClient({ ...ledgerServiceClientConfig({ url: 'http://127.0.0.1:1', region: 'us-east-1' }), credentials, maxAttempts: 1 });
  let isDown = false;
  const { control, session } = edges.connect(service.url);
  const stumbling: Edges = { ...edges, connect: () => ({ control: isDown ? nowhere : control, session }) };
  // The service is back by the time that CloudFormation rolls the Update back.
  const passing: Clock = { ...clock, async pass(seconds) { isDown = false; await clock.pass(seconds); } };
  const grants = async () => (await (await fetch(`${service.url}/grants`)).json() as { Grants: object[] }).Grants;
  const properties = {
    ...common(), PrincipalArn: 'arn:aws:iam::000000000000:role/clerk', LedgerName: 'to-come', Actions: ['GetDigest'], GrantId: 'Stack-Clerk',
  };
  const deployment = new CloudFormationSimulator(ledgerGrantLifecycle(stumbling), passing, { cancelledIsLast: true });
  await deployment.create(properties);
  const before = await grants();
  isDown = true;
  expect(await deployment.updateAndCancel({ ...properties, LedgerName: '*', Actions: ['*'] })).toMatchObject({ Status: 'SUCCESS' });
  expect(await grants()).toEqual(before);
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  nowhere.destroy();
});

test('a ledger that someone else made is refused and survives', async () => {
  const owner = new CloudFormationSimulator(ledgerLifecycle(edges), clock, {}, undefined, 'Owner');
  await owner.create(ledgerProperties({ LedgerName: 'shared', DeletionProtection: false }));
  const intruder = new CloudFormationSimulator(ledgerLifecycle(edges), clock, {}, undefined, 'Intruder');
  const { Reason } = await intruder.create(ledgerProperties({ LedgerName: 'shared', DeletionProtection: false }));
  expect(Reason).toContain("Ledger 'shared' exists already and is managed by resource Owner");
  expect(await owner.update(ledgerProperties({ LedgerName: 'shared', DeletionProtection: true }))).toMatchObject({ Status: 'SUCCESS' });
});
