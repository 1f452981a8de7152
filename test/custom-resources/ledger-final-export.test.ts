import { CloudFormationSimulator, type DeploymentOptions } from './cloudformation-simulator';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { ledgerLifecycle } from '../../src/custom-resources/ledger-lifecycle';

const FINAL_EXPORT = {
  RoleArn: 'arn:aws:iam::111122223333:role/final',
  Bucket: 'archive',
  Prefix: 'final-export/audit/',
  OutputFormat: 'ION_BINARY',
  ObjectEncryptionType: 'SSE_KMS',
  KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k',
};

let world: SimulatedWorld;
beforeEach(async () => {
  world = await simulatedWorld();
  world.service.tipTime = new Date(world.clock.now().getTime() - 1000);
});
afterEach(() => world.end());

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    PermissionsMode: 'STANDARD',
    DeletionProtection: false,
    RemovalPolicy: 'Destroy',
    FinalExport: FINAL_EXPORT,
    ...changes,
  };
}

async function created(options: DeploymentOptions = {}, changes: Record<string, unknown> = {}) {
  const deployment = new CloudFormationSimulator(ledgerLifecycle(world.edges), world.clock, options);
  expect(await deployment.create(properties(changes))).toMatchObject({ Status: 'SUCCESS' });
  return deployment;
}

const jobs = () => [...world.service.exports].reverse();
const hasLedger = () => world.service.ledgers.has('audit');

test('F1 the whole journal is exported, and only a completed export lets the ledger go', async () => {
  let hadLedger = true;
  const deployment = await created({ beforePoll: () => { hadLedger &&= hasLedger() || jobs()[0].Status === 'COMPLETED'; } });
  world.service.polls = 5;
  const { CreationDateTime: creation } = world.service.ledgers.get('audit')!;
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(hadLedger).toBe(true);
  expect(hasLedger()).toBe(false);
  expect(jobs()).toMatchObject([{
    Status: 'COMPLETED',
    RoleArn: FINAL_EXPORT.RoleArn,
    OutputFormat: 'ION_BINARY',
    InclusiveStartTime: creation,
    S3ExportConfiguration: {
      Bucket: 'archive',
      Prefix: 'final-export/audit/3/',
      EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS', KmsKeyArn: FINAL_EXPORT.KmsKeyArn },
    },
  }]);
  expect(world.log.join('\n')).toMatch(/Ledger 'audit' is exported to its block 3: export \w+, s3:\/\/archive\/final-export\/audit\/3\//);
});

test('F2 invoked twice for one request exports once', async () => {
  const deployment = await created({ invokesTwice: true });
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs()).toHaveLength(1);
});

test('F3 a block that is committed while the export runs is exported, too, before the ledger goes', async () => {
  const deployment = await created();
  const commits = new CloudFormationSimulator(ledgerLifecycle(world.edges), world.clock, {
    beforePoll: poll => {
      if (poll === 2) {
        world.service.tip = 4;
        world.service.tipTime = world.clock.now();
      }
    },
  }, deployment.stackId);
  Object.assign(commits, { physicalId: deployment.physicalId, properties: deployment.properties });
  expect(await commits.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs().map(({ S3ExportConfiguration: { Prefix: prefix } }) => prefix)).toEqual(['final-export/audit/3/', 'final-export/audit/4/']);
  expect(hasLedger()).toBe(false);
});

test('F4 the newest block is covered although its clock is ahead', async () => {
  const deployment = await created();
  world.service.tipTime = new Date(world.clock.now().getTime() + 4_000);
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs().filter(({ Status: status }) => status === 'COMPLETED').at(-1)!.ExclusiveEndTime * 1000)
    .toBeGreaterThan(world.service.tipTime.getTime());
});

test('F5 without a declaration there is no export; with removal policy Retain there is none either, and the ledger stays', async () => {
  const plain = await created({}, { FinalExport: undefined });
  expect(await plain.delete()).toMatchObject({ Status: 'SUCCESS' });
  const kept = await created({}, { RemovalPolicy: 'Retain', DeletionProtection: true });
  expect(await kept.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs()).toEqual([]);
  expect(hasLedger()).toBe(true);
});

test('F6 a ledger whose Create fails half way goes without an export, because nobody was ever given it', async () => {
  world.service.fail('UntagResource', { status: 400, name: 'InvalidParameterException', message: 'no' });
  const deployment = new CloudFormationSimulator(ledgerLifecycle(world.edges), world.clock);
  expect(await deployment.create(properties())).toMatchObject({ Status: 'FAILED' });
  expect(hasLedger()).toBe(false);
  expect(jobs()).toEqual([]);
});

test('F7 a role that may not write keeps the ledger, fails the Delete after three minutes, and tells both ways on', async () => {
  const message = 'QLDB encountered an error validating S3 configuration: AccessDenied Access Denied';
  const deployment = await created();
  world.service.fail('ExportJournalToS3', { status: 400, name: 'IllegalArgumentException', message, times: 1000 });
  const { Status, Reason } = await deployment.delete();
  expect(Status).toBe('FAILED');
  expect(hasLedger()).toBe(true);
  expect(Reason).toContain('So there is no final export, and the ledger is kept. Check that the ledger service may assume role arn:aws:iam::111122223333:role/final');
  expect(Reason).toContain("To delete ledger 'audit' without a final export, tag it cdk-ledger:final-export=skip with TagResource first.");
  expect(Reason).toContain('--retain-resources AuditLedger');
});

test('F8 mended and deleted again, the ledger is exported and goes', async () => {
  const deployment = await created();
  world.service.fail('ExportJournalToS3', { status: 400, name: 'IllegalArgumentException', message: 'NoSuchBucket', times: 30 });
  expect(await deployment.delete()).toMatchObject({ Status: 'FAILED' });
  world.clock.advanceSeconds(600);
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs()).toHaveLength(1);
  expect(hasLedger()).toBe(false);
});

test('F9 tagged to be skipped, the export is not done and the ledger goes', async () => {
  const deployment = await created();
  world.service.tagsOf(world.service.ledgers.get('audit')!.Arn)['cdk-ledger:final-export'] = 'skip';
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs()).toEqual([]);
  expect(hasLedger()).toBe(false);
  expect(world.log.join('\n')).toContain("Deletes ledger 'audit' without a final export, because its tags say so.");
});

test('F10 an export that is cancelled keeps the ledger and fails the Delete; the next Delete starts another', async () => {
  let isMended = false;
  const deployment = await created({
    beforePoll: () => jobs().filter(({ Status: status }) => status === 'IN_PROGRESS' && !isMended).forEach(job => { job.Status = 'CANCELLED'; }),
  });
  const { Reason } = await deployment.delete();
  expect(Reason).toMatch(/^The final export \w+ of ledger 'audit' to s3:\/\/archive\/final-export\/audit\/3\/ was cancelled by the service, so the ledger is kept/);
  expect(hasLedger()).toBe(true);
  isMended = true;
  world.clock.advanceSeconds(60);
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs().map(({ Status: status }) => status)).toEqual(['CANCELLED', 'COMPLETED']);
});

test('F11 an export longer than CloudFormation waits keeps the ledger and says so; the next Delete goes on with it', async () => {
  const deployment = await created();
  world.service.polls = 100_000;
  const { Reason } = await deployment.delete();
  expect(Reason).toMatch(/^The final export \w+ of ledger 'audit' still runs after 50 minutes, so the ledger is kept\. Delete it again when the export has ended/);
  world.service.exports[0].Status = 'COMPLETED';
  world.service.polls = 1;
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs()).toHaveLength(1);
});

test('F12 a ledger that is written to all the time is kept, and its writers are named as the reason', async () => {
  const deployment = await created({
    beforePoll: () => {
      world.service.tip++;
      world.service.tipTime = world.clock.now();
      jobs().forEach(job => { job.Status = 'COMPLETED'; });
    },
  });
  const { Reason } = await deployment.delete();
  expect(Reason).toMatch(/^Ledger 'audit' was still written to 50 minutes after its deletion was asked for/);
  expect(Reason).toContain('Stop its writers and delete it again.');
  expect(hasLedger()).toBe(true);
});

test('F13 two running exports, throttling and a service that is down for two minutes are waited for', async () => {
  const other = (id: string) => ({ LedgerName: 'audit', ExportId: id, Status: 'IN_PROGRESS', ExportCreationTime: 0 });
  let deleting = false;
  const deployment = await created({
    beforePoll: poll => {
      world.service.isDown = deleting && poll > 70 && poll < 82;
      if (deleting && poll === 60) { world.service.exports.find(({ ExportId: id }) => id === 'a')!.Status = 'COMPLETED'; }
    },
  });
  deleting = true;
  world.service.exports.push(other('a'), other('b'));
  world.service.polls = 20;
  world.service.fail('GetDigest', { status: 429, name: 'ThrottlingException', times: 3 });
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(hasLedger()).toBe(false);
});

test('F14 a new name under Destroy exports the old ledger before it goes', async () => {
  const deployment = await created();
  expect(await deployment.update(properties({ LedgerName: 'audit-2' }))).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs()).toMatchObject([{ LedgerName: 'audit', Status: 'COMPLETED' }]);
  expect(hasLedger()).toBe(false);
  expect(world.service.ledgers.has('audit-2')).toBe(true);
});

test('F15 another declaration of the final export changes nothing until the ledger goes, and is rolled back likewise', async () => {
  const deployment = await created();
  await deployment.updateAndRollBack(properties({ FinalExport: { ...FINAL_EXPORT, Bucket: 'elsewhere' } }));
  expect(jobs()).toEqual([]);
  await deployment.update(properties({ FinalExport: { ...FINAL_EXPORT, Bucket: 'elsewhere' } }));
  await deployment.delete();
  expect(jobs()).toMatchObject([{ S3ExportConfiguration: { Bucket: 'elsewhere' } }]);
});

test('F16 a wrong member of the declaration is named, and the ledger is kept', async () => {
  const deployment = await created({}, { FinalExport: { ...FINAL_EXPORT, OutputFormat: 'CSV' } });
  expect((await deployment.delete()).Reason).toContain('Property OutputFormat of the custom resource must be one of ION_TEXT');
  expect(hasLedger()).toBe(true);
});

test('F17 a block that is committed between the last look at the journal and the deletion is exported, too, before the ledger goes', async () => {
  const deployment = await created();
  let commits = 0;
  world.service.beforeDeletion = () => {
    if (commits++ < 2) {
      world.service.tip++;
      world.service.tipTime = world.clock.now();
    }
  };
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(jobs().map(({ S3ExportConfiguration: { Prefix: prefix } }) => prefix))
    .toEqual(['final-export/audit/3/', 'final-export/audit/4/', 'final-export/audit/5/']);
  expect(world.service.count('DeleteLedger')).toBe(3);
  expect(hasLedger()).toBe(false);
});

test('F18 a writer that comes between every time keeps the ledger, and is named as the reason', async () => {
  const deployment = await created();
  world.service.beforeDeletion = () => {
    world.service.tip++;
    world.service.tipTime = world.clock.now();
  };
  const { Status, Reason } = await deployment.delete();
  expect(Status).toBe('FAILED');
  expect(Reason).toMatch(/^Ledger 'audit' was still written to 50 minutes after its deletion was asked for/);
  expect(hasLedger()).toBe(true);
});

test('F19 protection that is switched on between the last look and the deletion keeps the ledger', async () => {
  const deployment = await created();
  world.service.beforeDeletion = () => { world.service.ledgers.get('audit')!.DeletionProtection = true; };
  expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  expect(hasLedger()).toBe(true);
  expect(world.log.join('\n')).toContain("Kept ledger 'audit': its removal policy is Destroy, but deletion protection was switched on.");
});
