import { CloudFormationSimulator, type DeploymentOptions } from './cloudformation-simulator';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { ledgerLifecycle } from '../../src/custom-resources/ledger-lifecycle';

let world: SimulatedWorld;
beforeEach(async () => { world = await simulatedWorld(); });
afterEach(() => world.end());

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/audit/11111111-1111-1111-1111-111111111111';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/Restore';
const SOURCE = { Bucket: 'archive', Prefix: 'journal/audit/', RoleArn: ROLE_ARN, Digest: 'a'.repeat(43) + '=', TipSequenceNo: '4711' };

function stack(options?: DeploymentOptions) {
  return new CloudFormationSimulator(ledgerLifecycle(world.edges), world.clock, options, STACK_ID);
}

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    PermissionsMode: 'STANDARD',
    DeletionProtection: true,
    RemovalPolicy: 'Retain',
    RestoreFrom: SOURCE,
    ...changes,
  };
}

const ledger = (name = 'audit') => world.service.ledgers.get(name);
const tables = () => [...ledger()!.tables.keys()];

describe('Create of a ledger with a source', () => {
  test('L40 asks for a restore, waits until the ledger is active, and then makes the tables that are missing', async () => {
    world.service.polls = 5;
    const { Status, Data } = await stack().create(properties({ Tables: [{ Name: 'Vehicle', Indexes: [] }], Tags: { team: 'audit' } }));
    expect({ Status, Data }).toMatchObject({ Status: 'SUCCESS', Data: { LedgerName: 'audit' } });
    expect(world.service.count('CreateLedger')).toBe(0);
    expect(world.service.calls.find(({ operation }) => operation === 'RestoreLedger')!.input).toMatchObject({
      S3ExportLocation: { Bucket: 'archive', Prefix: 'journal/audit/' },
      RoleArn: ROLE_ARN,
      ExpectedDigest: { Digest: SOURCE.Digest, TipSequenceNo: 4711 },
      PermissionsMode: 'STANDARD',
      DeletionProtection: true,
      Tags: { team: 'audit' },
    });
    expect(tables()).toEqual(['Vehicle']);
    expect(Object.keys(world.service.tagsOf(ledger()!.Arn)).sort())
      .toEqual(['cdk-ledger:logical-id', 'cdk-ledger:restored-from', 'cdk-ledger:stack-id', 'team']);
  });

  test('L41 invoked twice for one request restores one ledger and succeeds', async () => {
    expect(await stack({ invokesTwice: true }).create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('RestoreLedger')).toBe(1);
  });

  test('L42 an answer that gets lost is asked for again, and nothing is restored twice', async () => {
    world.service.fail('RestoreLedger', { status: 502, afterTheFact: true });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('RestoreLedger')).toBe(1);
  });

  test('L43 exports that do not hold fail the Create with what was found in them, and the Delete that follows finds nothing', async () => {
    world.service.restoreRefusal = { Outcome: 'TAMPERED', FindingCount: 7, Findings: Array.from({ length: 7 }, (_, index) => `Block ${index} is bad.`) };
    const deployment = stack();
    const { Reason } = await deployment.create(properties());
    expect(Reason).toBe('Ledger \'audit\' could not be restored from s3://archive/journal/audit/. The exports were tampered with: '
      + 'Block 0 is bad. Block 1 is bad. Block 2 is bad. ... and 4 more. No ledger was made. See `cdk-ledger verify export s3://archive/journal/audit/`.');
    expect(deployment.responses[1]).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
    expect(ledger()).toBeUndefined();
  });

  test('L44 exports that cannot make a ledger are reported at once', async () => {
    world.service.fail('RestoreLedger', { status: 400, name: 'IllegalArgumentException', message: 'No finished export in s3://archive/journal/audit/' });
    const { Status, Reason } = await stack().create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toBe("Create of ledger 'audit' failed: IllegalArgumentException: No finished export in s3://archive/journal/audit/.");
  });

  test('L45 a role that has not spread yet is waited for, and one that may not read the exports fails after three minutes', async () => {
    const refusal = { status: 400, name: 'IllegalArgumentException', message: 'The exports cannot be read: AccessDenied' };
    world.service.fail('RestoreLedger', { ...refusal, times: 3 });
    const deployment = stack();
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS' });
    world.service.fail('RestoreLedger', { ...refusal, times: 1000 });
    const { Reason } = await stack().create(properties({ LedgerName: 'other' }));
    expect(Reason).toContain('even after 3 minutes');
    expect(Reason).toContain(`may assume role ${ROLE_ARN}, and that this role may list and read s3://archive/journal/audit/`);
  });

  test('L46 a ledger whose stack is rolled back while it is being restored goes, although it is protected and kept otherwise', async () => {
    world.service.polls = 1_000_000;
    const lifecycle = ledgerLifecycle(world.edges);
    const event = { RequestId: 'request-1', StackId: STACK_ID, LogicalResourceId: 'AuditLedger', ResourceProperties: properties() };
    const { PhysicalResourceId } = await lifecycle.onEvent({ ...event, RequestType: 'Create' });
    expect(ledger()).toMatchObject({ State: 'CREATING', DeletionProtection: true });
    world.service.polls = 1;
    const deletion = { ...event, RequestType: 'Delete' as const, RequestId: 'request-2', PhysicalResourceId };
    const begun = await lifecycle.onEvent(deletion);
    for (let poll = 0; poll < 5 && ledger(); poll++) await lifecycle.isComplete({ ...deletion, ...begun });
    expect(ledger()).toBeUndefined();
  });

  test('L47 a kept ledger comes back if it was restored from the same source, and is left alone otherwise', async () => {
    const old = stack();
    await old.create(properties());
    await old.delete();
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('RestoreLedger')).toBe(1);
    await old.delete();
    const { Status, Reason } = await stack().create(properties({ RestoreFrom: { ...SOURCE, Prefix: 'elsewhere/' } }));
    expect(Status).toBe('FAILED');
    expect(Reason).toContain("Ledger 'audit' exists already and has a journal, so it cannot be restored from s3://archive/elsewhere/.");
    expect(ledger()?.State).toBe('ACTIVE');
  });

  test('L57 under RetainExceptOnCreate a restored ledger whose Create is undone goes, old as its blocks are, and one that has been here for a day is kept', async () => {
    const undoable = properties({ RemovalPolicy: 'RetainExceptOnCreate' });
    const undone = stack();
    expect(await undone.create(undoable)).toMatchObject({ Status: 'SUCCESS' });
    ledger()!.CreationDateTime -= 365 * 86400;
    expect(await undone.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()).toBeUndefined();
    // What was restored is still in the archive, so the next deployment has it again.
    const next = stack();
    expect(await next.create(undoable)).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('RestoreLedger')).toBe(2);

    world.clock.advanceSeconds(25 * 3600);
    expect(await next.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()?.State).toBe('ACTIVE');
    expect(world.log.join('\n')).toContain('To have it in a stack again, declare removalPolicy RETAIN');
  });

  test('L58 a restored ledger of whose restore nothing is known any more is taken to be as old as its blocks, and kept', async () => {
    const deployment = stack();
    await deployment.create(properties({ RemovalPolicy: 'RetainExceptOnCreate' }));
    ledger()!.CreationDateTime -= 365 * 86400;
    world.service.restores.clear();
    world.service.fail('DescribeLedgerRestore', { status: 404, name: 'ResourceNotFoundException' });
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(ledger()?.State).toBe('ACTIVE');
  });
});

describe('Update of a ledger with a source', () => {
  test('L48 a source that is added or changed is refused with the ways out, and the rollback changes nothing', async () => {
    for (const before of [undefined, SOURCE]) {
      const deployment = stack();
      await deployment.create(properties({ RestoreFrom: before }));
      const { Status, Reason } = await deployment.update(properties({ RestoreFrom: { ...SOURCE, Digest: 'b'.repeat(43) + '=' } }));
      expect(Status).toBe('FAILED');
      expect(Reason).toContain('Choose another ledgerName to restore into a new ledger, or take restoreFrom away to keep this one as it is.');
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Update', Status: 'SUCCESS' });
      expect(ledger()?.State).toBe('ACTIVE');
      world.service.ledgers.clear();
    }
  });

  test('L49 taking the source away, or naming another role, changes nothing', async () => {
    const deployment = stack();
    await deployment.create(properties());
    expect(await deployment.update(properties({ RestoreFrom: { ...SOURCE, RoleArn: `${ROLE_ARN}2` } }))).toMatchObject({ Status: 'SUCCESS' });
    expect(await deployment.update(properties({ RestoreFrom: undefined }))).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('RestoreLedger')).toBe(1);
    expect(ledger()?.State).toBe('ACTIVE');
  });

  test('L50 a new name is a new ledger, restored from the source; the former one goes the way of its removal policy', async () => {
    const deployment = stack();
    await deployment.create(properties({ DeletionProtection: false, RemovalPolicy: 'Destroy' }));
    expect(await deployment.update(properties({ LedgerName: 'again', DeletionProtection: false, RemovalPolicy: 'Destroy' }))).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('RestoreLedger')).toBe(2);
    expect(ledger('again')?.State).toBe('ACTIVE');
    expect(ledger()).toBeUndefined();
  });

  test('L51 a restored ledger that was deleted behind the back of its stack is restored anew', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.ledgers.clear();
    expect(await deployment.update(properties({ PermissionsMode: 'ALLOW_ALL' }))).toMatchObject({ Status: 'SUCCESS' });
    expect(world.service.count('RestoreLedger')).toBe(2);
  });
});
