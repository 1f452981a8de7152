import { QLDBClient } from '@aws-sdk/client-qldb';
import { CloudFormationSimulator, type DeploymentOptions } from './cloudformation-simulator';
import { STRAND_ID } from './fake-ledger-service';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { s3ArchiveObjects } from '../../src/custom-resources/archive-objects';
import { ledgerDigestDeclaration } from '../../src/custom-resources/ledger-digest-declaration';
import { ledgerDigestLifecycle } from '../../src/custom-resources/ledger-digest-lifecycle';
import { runDigest } from '../../src/custom-resources/ledger-digest-run';
import { signedS3, type SignedS3 } from '../../src/custom-resources/signed-s3';
import { FakeS3 } from '../fakes/fake-s3';

const DIGEST = Buffer.alloc(32).toString('base64');
const KEY = `digests/audit/${STRAND_ID}/000000000003.json`;

let world: SimulatedWorld;
let s3: FakeS3;
let client: SignedS3;

beforeEach(async () => {
  world = await simulatedWorld();
  world.service.addLedger('audit');
  s3 = await FakeS3.start(world.clock.now);
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  client = signedS3(new QLDBClient({ region: 'eu-central-1', credentials }).config, { AWS_ENDPOINT_URL_S3: s3.url }, { attemptsMax: 1 });
});
afterEach(() => {
  s3.stop();
  world.end();
});

function stack(options?: DeploymentOptions) {
  const archive = () => s3ArchiveObjects(client, 'archive');
  return new CloudFormationSimulator(ledgerDigestLifecycle({ ...world.edges, archive }), world.clock, options);
}

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    DigestName: 'Stack-Digest',
    Bucket: 'archive',
    Prefix: 'digests/audit/',
    ...changes,
  };
}

const keep = () => runDigest(
  { control: world.edges.connect(world.service.url).control, objects: s3ArchiveObjects(client, 'archive'), now: world.clock.now, log: world.edges.log },
  ledgerDigestDeclaration(properties()),
);

const reported = () => JSON.parse(world.log.filter(line => line.startsWith('{"_aws"')).at(-1)!);

describe('Create', () => {
  test('D1 keeps the digest as GetDigest answers it, and returns what and where it is', async () => {
    const { Status, Data } = await stack().create(properties());
    expect(Status).toBe('SUCCESS');
    expect(Data).toEqual({ Digest: DIGEST, DigestTipSequenceNo: '3', StrandId: STRAND_ID, DigestKey: KEY });
    expect(JSON.parse(s3.text(KEY))).toEqual({
      LedgerName: 'audit',
      Digest: DIGEST,
      DigestTipAddress: { IonText: `{strandId: "${STRAND_ID}", sequenceNo: 3}` },
      DigestTime: world.clock.now().toISOString(),
    });
  });

  test('D2 invoked twice for one request, and by another stack, keeps one object for one tip', async () => {
    await stack({ invokesTwice: true }).create(properties());
    const before = s3.text(KEY);
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { DigestKey: KEY } });
    expect(s3.keys()).toEqual([KEY]);
    expect(s3.text(KEY)).toBe(before);
  });

  test('D3 a write whose answer is lost is found in place', async () => {
    s3.fail('PutObject', { status: 500, afterTheFact: true });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(s3.keys()).toEqual([KEY]);
  });

  test('D4 a digest that contradicts the one that was kept fails the Create at once, and says what to do', async () => {
    s3.put(KEY, JSON.stringify({ Digest: Buffer.alloc(32, 1).toString('base64') }));
    const { Status, Reason } = await stack().create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/^The digest of ledger 'audit' at block 3 is A+=, but digests\/audit\/\w+\/000000000003\.json in the archive says AQEB/);
    expect(Reason).toContain('run cdk-ledger verify export --digest with both');
  });

  test('D5 an object that is no digest is a contradiction, too', async () => {
    s3.put(KEY, 'garbage');
    expect((await stack().create(properties())).Reason).toContain('says nothing that is a digest');
  });

  test('D6 a service that is down for two minutes, and one that throttles, are waited for', async () => {
    world.service.fail('GetDigest', { status: 429, name: 'ThrottlingException', times: 3 });
    const deployment = stack({ beforePoll: poll => { world.service.isDown = poll < 12; } });
    world.service.isDown = true;
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('D7 an archive that is down for two minutes is waited for', async () => {
    s3.isDown = true;
    const deployment = stack({ beforePoll: poll => { s3.isDown = poll < 12; } });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('D8 permissions that have not spread yet are waited for', async () => {
    s3.fail('PutObject', { status: 403, name: 'AccessDenied', times: 9 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('D9 an archive that refuses fails the Create after three minutes, naming bucket and prefix, and nothing is left to delete', async () => {
    s3.fail('PutObject', { status: 403, name: 'AccessDenied', message: 'Access Denied', times: 1000 });
    const deployment = stack();
    const { Reason } = await deployment.create(properties());
    expect(Reason).toMatch(/^Create of the digest of ledger 'audit' in s3:\/\/archive\/digests\/audit\/ failed even after 3 minutes of trying: /);
    expect(Reason).toContain("Check that bucket archive and its key let the custom resource's function create and read objects below 'digests/audit/'");
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test('D10 a bucket that does not exist fails at once', async () => {
    s3.fail('PutObject', { status: 404, name: 'NoSuchBucket', message: 'The specified bucket does not exist' });
    const started = world.clock.now().getTime();
    expect((await stack().create(properties())).Reason).toContain('NoSuchBucket');
    expect(world.clock.now().getTime() - started).toBeLessThan(60_000);
  });

  test('D11 a service that never answers fails the Create after ten minutes', async () => {
    world.service.isDown = true;
    expect((await stack().create(properties())).Reason).toContain('failed even after 10 minutes of trying');
  });

  test('D12 a missing ledger is reported at once, and a wrong property is named', async () => {
    expect((await stack().create(properties({ LedgerName: 'gone' }))).Reason).toContain('The Ledger with name gone is not found');
    expect((await stack().create(properties({ Bucket: '' }))).Reason).toContain('Property Bucket of the custom resource must be a non-empty string');
  });
});

describe('Update', () => {
  test('D13 asking for nothing new takes no digest and repeats id and attributes, without a call', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    world.service.isDown = s3.isDown = true;
    expect(await deployment.update(properties({ DigestName: 'Stack-Other' }))).toEqual(created);
  });

  test.each([{ Trigger: 'release 2' }, { Prefix: 'other/' }])('D14 a change of %j keeps another digest, and leaves the former one where it is', async (change) => {
    const deployment = stack();
    const created = await deployment.create(properties());
    world.service.tip = 7;
    const updated = await deployment.update(properties(change));
    expect(updated).toMatchObject({ Status: 'SUCCESS', Data: { DigestTipSequenceNo: '7' } });
    expect(updated.PhysicalResourceId).not.toBe(created.PhysicalResourceId);
    expect(s3.keys()).toHaveLength(2);
  });

  test('D15 an Update that fails is rolled back without a call', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    s3.fail('PutObject', { status: 404, name: 'NoSuchBucket' });
    expect(await deployment.update(properties({ Prefix: 'other/' }))).toMatchObject({ Status: 'FAILED' });
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(deployment.responses.at(-1)).toMatchObject({ Status: 'SUCCESS', Data: created.Data });
  });

  test('D16 an Update that succeeded and is rolled back keeps one more digest, or finds it kept', async () => {
    const deployment = stack();
    await deployment.create(properties());
    expect(await deployment.updateAndRollBack(properties({ Prefix: 'other/' }))).toMatchObject({ Status: 'SUCCESS', Data: { DigestKey: KEY } });
    expect(s3.keys()).toHaveLength(2);
  });
});

describe('Delete', () => {
  test('D17 does nothing and needs neither service nor archive: digests that were kept stay', async () => {
    const deployment = stack({ invokesTwice: true });
    await deployment.create(properties());
    world.service.isDown = s3.isDown = true;
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: deployment.physicalId });
    expect(s3.keys()).toEqual([KEY]);
  });
});

describe('Runs', () => {
  test('D18 a run of the schedule keeps a digest for each new tip and reports it', async () => {
    await keep();
    await keep();
    world.service.tip = 12;
    await keep();
    expect(s3.keys()).toEqual([KEY, KEY.replace('003.json', '012.json')]);
    expect(reported()).toMatchObject({ LedgerName: 'audit', DigestName: 'Stack-Digest', DigestsKept: 1, DigestFailures: 0, DigestMismatches: 0 });
  });

  test('D19 a run that cannot keep a digest fails and reports it, and tells a contradiction apart', async () => {
    s3.fail('PutObject', { status: 403, name: 'AccessDenied' });
    await expect(keep()).rejects.toThrow();
    expect(reported()).toMatchObject({ DigestsKept: 0, DigestFailures: 1, DigestMismatches: 0 });
    s3.put(KEY, '{}');
    await expect(keep()).rejects.toThrow('says undefined');
    expect(reported()).toMatchObject({ DigestFailures: 1, DigestMismatches: 1 });
  });
});
