import { CloudFormationSimulator, type DeploymentOptions } from './cloudformation-simulator';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { formatLedgerId } from '../../src/custom-resources/ledger-id';
import { ledgerLifecycle } from '../../src/custom-resources/ledger-lifecycle';

let world: SimulatedWorld;
beforeEach(async () => { world = await simulatedWorld(); });
afterEach(() => world.end());

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/audit/11111111-1111-1111-1111-111111111111';

function stack(options?: DeploymentOptions, stackId = STACK_ID) {
  return new CloudFormationSimulator(ledgerLifecycle(world.edges), world.clock, options, stackId);
}

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    PermissionsMode: 'STANDARD',
    DeletionProtection: false,
    RemovalPolicy: 'Destroy',
    ...changes,
  };
}

const ledger = (name = 'audit') => world.service.ledgers.get(name);
const tags = (name = 'audit') => world.service.tagsOf(ledger(name)!.Arn);
const declaredTags = { 'cdk-ledger:stack-id': STACK_ID, 'cdk-ledger:logical-id': 'AuditLedger' };
const tables = () => Object.fromEntries([...ledger()!.tables].map(([name, fields]) => [name, [...fields]]));

describe('Create', () => {
  test('L1 creates the ledger, waits until it is active, and returns its name and ARN', async () => {
    const { Status, PhysicalResourceId, Data } = await stack().create(properties({ DeletionProtection: true, Tags: { team: 'ledger' } }));
    expect({ Status, PhysicalResourceId, Data }).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: formatLedgerId('audit', properties().ServiceUrl),
      Data: { LedgerName: 'audit', LedgerArn: 'arn:aws:qldb:eu-central-1:111122223333:ledger/audit' },
    });
    expect(ledger()).toMatchObject({ State: 'ACTIVE', DeletionProtection: true, PermissionsMode: 'STANDARD' });
    expect(tags()).toEqual({ team: 'ledger', ...declaredTags });
  });

  test('L2 creates the declared tables and indexes once the ledger is active', async () => {
    const declared = [{ Name: 'Vehicle', Indexes: ['VIN', 'Year'] }, { Name: 'Person', Indexes: [] }];
    await stack().create(properties({ Tables: declared }));
    expect(tables()).toEqual({ Vehicle: ['VIN', 'Year'], Person: [] });
  });

  test('L3 invoked twice for one request creates one ledger and succeeds', async () => {
    const { Status } = await stack({ invokesTwice: true }).create(properties({ Tables: [{ Name: 'Vehicle', Indexes: ['VIN'] }] }));
    expect(Status).toBe('SUCCESS');
    expect(world.service.count('CreateLedger')).toBe(1);
    expect(tables()).toEqual({ Vehicle: ['VIN'] });
  });

  test('L4 refuses a ledger that this stack did not make, says how to import it, and leaves it alone', async () => {
    world.service.addLedger('audit', { team: 'other' });
    const { Status, Reason } = await stack().create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain("Ledger 'audit' exists already and was not made by this stack.");
    expect(Reason).toContain("Ledger.fromLedgerName(this, 'Ledger', 'audit')");
    expect(ledger()?.State).toBe('ACTIVE');
    expect(tags()).toEqual({ team: 'other' });
  });

  test('L5 refuses a ledger of another resource and names that resource', async () => {
    world.service.addLedger('audit', { ...declaredTags, 'cdk-ledger:logical-id': 'Renamed' });
    const { Reason } = await stack().create(properties());
    expect(Reason).toContain(`is managed by resource Renamed of stack ${STACK_ID}`);
    expect(ledger()?.State).toBe('ACTIVE');
  });

  test('L6 a kept ledger comes back when its construct, or its stack, is deployed again', async () => {
    const old = stack();
    await old.create(properties({ RemovalPolicy: 'Retain', Tables: [{ Name: 'Vehicle', Indexes: [] }] }));
    await old.delete();
    const again = stack({}, STACK_ID.replace(/1{8}-.*/, '22222222-2222-2222-2222-222222222222'));
    expect(await again.create(properties({ RemovalPolicy: 'Retain' }))).toMatchObject({ Status: 'SUCCESS' });
    expect(tags()['cdk-ledger:stack-id']).toBe(again.stackId);
    expect(tables()).toEqual({ Vehicle: [] });
  });

  test('L7 a kept ledger is not taken back with removal policy Destroy, because a failing deployment would then destroy it', async () => {
    const old = stack();
    await old.create(properties({ RemovalPolicy: 'Retain' }));
    await old.delete();
    const { Status, Reason } = await stack().create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('declare removalPolicy RETAIN');
    expect(ledger()?.State).toBe('ACTIVE');
  });

  test('L8 a ledger that a failed Create left unfinished, its Delete never sent, is finished by the next deployment', async () => {
    const lifecycle = ledgerLifecycle(world.edges);
    await lifecycle.onEvent({
      RequestType: 'Create', RequestId: 'request-1', StackId: STACK_ID, LogicalResourceId: 'AuditLedger', ResourceProperties: properties(),
    });
    expect(await stack().create(properties({ Tables: [{ Name: 'Vehicle', Indexes: [] }] }))).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('CreateLedger')).toBe(1);
    expect(tags()).toEqual(declaredTags);
    expect(tables()).toEqual({ Vehicle: [] });
  });

  test('L9 waits for a former ledger of the same name that is still being deleted', async () => {
    world.service.polls = 3;
    world.service.addLedger('audit', {}, { State: 'DELETING' });
    const { Status } = await stack().create(properties());
    expect(Status).toBe('SUCCESS');
    expect(tags()).toEqual(declaredTags);
  });

  test('L10 an answer that gets lost is asked for again, and nothing is made twice', async () => {
    world.service.fail('CreateLedger', { status: 502, afterTheFact: true });
    const { Status } = await stack().create(properties());
    expect(Status).toBe('SUCCESS');
    expect(world.service.count('CreateLedger')).toBe(1);
    expect(tags()).toEqual(declaredTags);
  });

  test('L11 a service that is down for five minutes is waited for', async () => {
    world.service.isDown = true;
    const deployment = stack({ beforePoll: poll => { world.service.isDown = poll < 30; } });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: formatLedgerId('audit', properties().ServiceUrl) });
  });

  test('L12 a service that never answers fails the Create and names its URL, and the Delete that follows succeeds', async () => {
    world.service.isDown = true;
    const deployment = stack();
    const { Status, Reason } = await deployment.create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/^Create of ledger 'audit' failed even after 10 minutes of trying: .*ledger service at http:\/\/127.0.0.1:\d+ does not answer/);
    expect(deployment.responses[1]).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test('L13 throttling and a failing service are retried', async () => {
    world.end();
    world = await simulatedWorld({ maxAttempts: 3 });
    world.service.fail('CreateLedger', { status: 429, name: 'ThrottlingException' });
    world.service.fail('DescribeLedger', { status: 503, nth: 2, times: 2 });
    world.service.fail('SendCommand', { status: 400, name: 'OccConflictException', nth: 4 });
    const { Status } = await stack().create(properties({ Tables: [{ Name: 'Vehicle', Indexes: [] }] }));
    expect(Status).toBe('SUCCESS');
    expect(tables()).toEqual({ Vehicle: [] });
  });

  test('L14 a permission that has not spread yet is waited for', async () => {
    world.service.fail('DescribeLedger', { status: 403, name: 'AccessDeniedException', times: 6 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('L15 a permission that is missing fails after three minutes and says whose', async () => {
    world.service.fail('DescribeLedger', { status: 403, name: 'AccessDeniedException', message: 'no', times: 1000 });
    const { Status, Reason } = await stack().create(properties({ RemovalPolicy: 'Retain' }));
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('even after 3 minutes');
    expect(Reason).toContain('allow its role to invoke the Function URL');
  });

  test('L16 a ledger whose Create fails half way goes, although it is protected and its removal policy is Retain', async () => {
    const { Status, Reason } = await stack().create(properties({
      DeletionProtection: true, RemovalPolicy: 'Retain', Tables: [{ Name: 'not a table', Indexes: [] }],
    }));
    expect(Status).toBe('FAILED');
    expect(Reason).toContain("Create of ledger 'audit' failed: BadRequestException");
    expect(ledger()).toBeUndefined();
  });

  test('L17 the same goes for a ledger that was only made once the service was back', async () => {
    world.service.isDown = true;
    const deployment = stack({ beforePoll: poll => { world.service.isDown = poll < 3; } });
    expect(await deployment.create(properties({ Tables: [{ Name: 'not a table', Indexes: [] }] }))).toMatchObject({ Status: 'FAILED' });
    expect(world.service.count('CreateLedger')).toBe(1);
    expect(ledger()).toBeUndefined();
  });

  test('L18 a refused parameter is reported at once and leaves nothing to delete', async () => {
    world.service.fail('CreateLedger', { status: 400, name: 'InvalidParameterException', message: 'The key is disabled' });
    const { Reason, PhysicalResourceId } = await stack().create(properties());
    expect(Reason).toBe("Create of ledger 'audit' failed: InvalidParameterException: The key is disabled.");
    expect(PhysicalResourceId).toContain('CREATE_FAILED');
  });

  test('L19 a wrong property is named', async () => {
    const { Reason } = await stack().create(properties({ PermissionsMode: 'OPEN' }));
    expect(Reason).toBe('Property PermissionsMode of the custom resource must be one of STANDARD, ALLOW_ALL, but is "OPEN".');
  });
});

describe('Update', () => {
  test('L20 protection, permissions mode, key and tags change in place', async () => {
    const deployment = stack();
    await deployment.create(properties({ Tags: { team: 'a', cost: '1' } }));
    world.service.tagsOf(ledger()!.Arn).byHand = 'yes';
    await deployment.update(properties({
      DeletionProtection: true, PermissionsMode: 'ALLOW_ALL', KmsKey: 'arn:aws:kms:eu-central-1:111122223333:key/k', Tags: { team: 'b', new: '2' },
    }));
    expect(ledger()).toMatchObject({
      DeletionProtection: true, PermissionsMode: 'ALLOW_ALL', EncryptionDescription: { KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k' },
    });
    expect(tags()).toEqual({ team: 'b', new: '2', byHand: 'yes', ...declaredTags });
    expect(world.service.count('CreateLedger')).toBe(1);
  });

  test('L21 a customer key that is no longer declared gives way to the key that AWS owns', async () => {
    const deployment = stack();
    await deployment.create(properties({ KmsKey: 'arn:aws:kms:eu-central-1:111122223333:key/k' }));
    await deployment.update(properties());
    expect(ledger()?.EncryptionDescription).toBeUndefined();
  });

  test('L22 new tables and indexes are added, and none is ever dropped', async () => {
    const deployment = stack();
    await deployment.create(properties({ Tables: [{ Name: 'Vehicle', Indexes: ['VIN'] }] }));
    await deployment.update(properties({ Tables: [{ Name: 'Person', Indexes: ['Id'] }] }));
    expect(tables()).toEqual({ Vehicle: ['VIN'], Person: ['Id'] });
  });

  test('L23 a new name is a new ledger, and the old one goes afterwards', async () => {
    const deployment = stack();
    await deployment.create(properties());
    const { PhysicalResourceId } = await deployment.update(properties({ LedgerName: 'audit-2' }));
    expect(PhysicalResourceId).toBe(formatLedgerId('audit-2', properties().ServiceUrl));
    expect([...world.service.ledgers.keys()]).toEqual(['audit-2']);
  });

  test('L24 a new name that is rolled back returns to the old ledger, and the new one goes', async () => {
    const deployment = stack();
    await deployment.create(properties({ Tags: { team: 'a' } }));
    const { PhysicalResourceId } = await deployment.updateAndRollBack(properties({ LedgerName: 'audit-2', Tags: { team: 'b' } }));
    expect(PhysicalResourceId).toBe(formatLedgerId('audit', properties().ServiceUrl));
    expect([...world.service.ledgers.keys()]).toEqual(['audit']);
    expect(tags()).toEqual({ team: 'a', ...declaredTags });
  });

  test.each(['old id', 'reported id'] as const)('L25 a new name that fails half way rolls back to the old ledger (CloudFormation goes on with the %s)', async from => {
    const deployment = stack();
    await deployment.create(properties());
    const { Status } = await deployment.update(properties({ LedgerName: 'audit-2', Tables: [{ Name: 'not a table', Indexes: [] }] }), from);
    expect(Status).toBe('FAILED');
    expect(deployment.responses.at(-1)?.Status).toBe('SUCCESS');
    expect([...world.service.ledgers.keys()]).toEqual(['audit']);
    expect(deployment.physicalId).toBe(formatLedgerId('audit', properties().ServiceUrl));
  });

  test('L26 a new name that is taken fails, and the old ledger stays', async () => {
    world.service.addLedger('audit-2');
    const deployment = stack();
    await deployment.create(properties());
    expect(await deployment.update(properties({ LedgerName: 'audit-2' }))).toMatchObject({ Status: 'FAILED' });
    expect([...world.service.ledgers.keys()].sort()).toEqual(['audit', 'audit-2']);
  });

  test('L27 changes in place that are rolled back are changed back', async () => {
    const deployment = stack();
    await deployment.create(properties({ Tags: { team: 'a' } }));
    await deployment.updateAndRollBack(properties({ DeletionProtection: true, Tags: { team: 'b', more: 'x' } }));
    expect(ledger()?.DeletionProtection).toBe(false);
    expect(tags()).toEqual({ team: 'a', ...declaredTags });
  });

  test('L28 a ledger that was deleted behind the stack is made anew', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.ledgers.clear();
    expect(await deployment.update(properties({ Tags: { team: 'a' } }))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: formatLedgerId('audit', properties().ServiceUrl) });
    expect(tags()).toEqual({ team: 'a', ...declaredTags });
  });

  test('L29 a ledger whose tags were removed by hand is still known by its stack, and tagged again', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.tags.set(ledger()!.Arn, {});
    expect(await deployment.update(properties({ DeletionProtection: true }))).toMatchObject({ Status: 'SUCCESS' });
    expect(tags()).toEqual(declaredTags);
  });

  test('L56 a ledger that was finished when the Update that asks for it was cancelled is kept, and told in the log', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.addLedger('audit-2', declaredTags);
    expect(await deployment.updateAndCancel(properties({ LedgerName: 'audit-2', RemovalPolicy: 'Retain' }))).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger('audit-2')?.State).toBe('ACTIVE');
    expect(world.log.join('\n')).toContain("Kept ledger 'audit-2', which the Update that is rolled back asked for: it is finished, or not this stack's.");
  });
});

describe('Delete', () => {
  test('L30 removal policy Destroy deletes the ledger and waits until it is gone', async () => {
    const deployment = stack();
    await deployment.create(properties());
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: formatLedgerId('audit', properties().ServiceUrl) });
    expect(ledger()).toBeUndefined();
  });

  test('L31 removal policy Retain leaves the ledger as it is, even when the service cannot be reached', async () => {
    const deployment = stack();
    await deployment.create(properties({ RemovalPolicy: 'Retain' }));
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    world.service.isDown = true;
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()?.State).toBe('ACTIVE');
  });

  test('L32 a ledger that is gone already is deleted', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.ledgers.clear();
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('L33 protection that was switched on by hand keeps the ledger, lets the stack go, and is told in the log', async () => {
    const deployment = stack();
    await deployment.create(properties());
    ledger()!.DeletionProtection = true;
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()?.State).toBe('ACTIVE');
    expect(world.log.join('\n')).toContain("Kept ledger 'audit': its removal policy is Destroy, but deletion protection was switched on.");
  });

  test('L34 a ledger of the same name that someone else has made since is kept', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.addLedger('audit', { team: 'other' });
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()?.State).toBe('ACTIVE');
  });

  test('L35 invoked twice deletes once and succeeds', async () => {
    const deployment = stack({ invokesTwice: true });
    await deployment.create(properties());
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('DeleteLedger')).toBe(1);
  });

  test('L36 a service that is gone fails with a way out', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.isDown = true;
    const { Status, Reason } = await deployment.delete();
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('--retain-resources AuditLedger');
  });

  test('L37 a physical id that is no ledger name is nothing to delete', async () => {
    const deployment = stack();
    await deployment.create(properties());
    deployment.physicalId = 'AWSCDK::CustomResourceProviderFramework::MISSING_PHYSICAL_ID';
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()?.State).toBe('ACTIVE');
  });

  // Which of the two the original service answered is uncertain; ours answers ResourceInUseException.
  test.each([
    { status: 409, name: 'ResourceInUseException' },
    { status: 412, name: 'ResourcePreconditionNotMetException' },
  ])('L38 a ledger whose streams still have to end is asked for again, and the refusal told when it lasts', async answer => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.fail('DeleteLedger', { ...answer, message: 'Streams are active', times: 1000 });
    const { Status, Reason } = await deployment.delete();
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(new RegExp(`^Delete of ledger 'audit' failed even after 10 minutes of trying: ${answer.name}: Streams are active\\.`));
  });

  test('L39 a waiter that outlives its deployment neither revives a deleted ledger nor touches a stranger of its name', async () => {
    const lifecycle = ledgerLifecycle(world.edges);
    const event = {
      RequestType: 'Create' as const, RequestId: 'request-1', StackId: STACK_ID, LogicalResourceId: 'AuditLedger', ResourceProperties: properties(),
    };
    const begun = await lifecycle.onEvent(event);
    world.service.ledgers.clear();
    await expect(lifecycle.isComplete({ ...event, ...begun })).rejects.toThrow('was deleted while the deployment waited');
    world.service.addLedger('audit', {}, { PermissionsMode: 'ALLOW_ALL' });
    await expect(lifecycle.isComplete({ ...event, ...begun })).rejects.toThrow('was not made by this stack');
    expect(ledger()?.PermissionsMode).toBe('ALLOW_ALL');
  });

  test('L55 a ledger that takes longer to delete than CloudFormation waits goes on being deleted, and the next Delete waits for the rest', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.polls = 400;
    const { Status, Reason } = await deployment.delete();
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/^Ledger 'audit' is still being deleted after 50 minutes, and goes on .* Delete the stack again.* retain the resource AuditLedger\./);
    expect(ledger()?.State).toBe('DELETING');
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()).toBeUndefined();
    expect(world.service.calls.filter(({ operation }) => operation === 'DeleteLedger')).toHaveLength(1);
  });
});

describe('RetainExceptOnCreate', () => {
  const undoable = (changes: Record<string, unknown> = {}) => properties({ DeletionProtection: true, RemovalPolicy: 'RetainExceptOnCreate', ...changes });

  test('L52 the Delete that undoes a Create deletes the ledger, although it is protected as declared', async () => {
    const deployment = stack();
    await deployment.create(undoable());
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()).toBeUndefined();
  });

  test('L53 protection that was switched on by hand, and an age of more than a day, keep the ledger all the same', async () => {
    const deployment = stack();
    await deployment.create(undoable({ DeletionProtection: false }));
    ledger()!.DeletionProtection = true;
    await deployment.delete();
    expect(ledger()?.State).toBe('ACTIVE');
    world.service.ledgers.clear();
    const old = stack();
    await old.create(undoable());
    world.clock.advanceSeconds(25 * 3600);
    await old.delete();
    expect(ledger()?.State).toBe('ACTIVE');
    expect(world.log.join('\n')).toContain("Kept ledger 'audit': it is older than the deployment that is undone can be.");
  });

  test('L54 a kept ledger is not taken back, because a failing deployment would then destroy it', async () => {
    const old = stack();
    await old.create(properties({ RemovalPolicy: 'Retain' }));
    await old.delete();
    expect((await stack().create(undoable())).Reason).toContain('declare removalPolicy RETAIN');
    expect(ledger()?.State).toBe('ACTIVE');
  });
});
