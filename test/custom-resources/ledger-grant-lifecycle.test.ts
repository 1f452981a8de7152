import { CloudFormationSimulator, type DeploymentOptions } from './cloudformation-simulator';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { ledgerGrantLifecycle } from '../../src/custom-resources/ledger-grant-lifecycle';

let world: SimulatedWorld;
beforeEach(async () => {
  world = await simulatedWorld();
  world.service.addLedger('audit');
});
afterEach(() => world.end());

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/audit/11111111-1111-1111-1111-111111111111';

function stack(options?: DeploymentOptions, logicalId = 'ClerkLedgerGrant') {
  return new CloudFormationSimulator(ledgerGrantLifecycle(world.edges), world.clock, options, STACK_ID, logicalId);
}

const principal = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    GrantId: 'Stack-Clerk',
    PrincipalArn: principal('clerk'),
    Actions: ['PartiQLSelect'],
    Tables: ['Orders'],
    ...changes,
  };
}

const grants = () => [...world.service.grants.values()];
const READ_ORDERS = { PrincipalArn: principal('clerk'), Actions: ['PartiQLSelect'], Tables: ['Orders'] };
const CHANGED = { Actions: ['PartiQLInsert', 'PartiQLSelect'], Tables: ['*'] };

describe('Create', () => {
  test('G1 puts the grant and returns its id, which begins as declared and is 17 characters longer', async () => {
    const { Status, PhysicalResourceId, Data } = await stack().create(properties());
    const [[key, grant]] = [...world.service.grants];
    expect({ Status, PhysicalResourceId }).toEqual({ Status: 'SUCCESS', PhysicalResourceId: key });
    expect(key).toMatch(/^audit\/Stack-Clerk-[0-9a-f]{16}$/);
    expect(Data).toEqual({ GrantId: key.split('/')[1] });
    expect(grant).toEqual(READ_ORDERS);
    expect(world.service.count('DescribeLedger')).toBe(0);
  });

  test('G2 invoked twice for one request puts one grant', async () => {
    expect(await stack({ invokesTwice: true }).create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(grants()).toEqual([READ_ORDERS]);
  });

  test('G3 two resources that declare the same have a grant each, and deleting one leaves the other', async () => {
    const [first, second] = [stack(), stack({}, 'Other')];
    await first.create(properties());
    await second.create(properties());
    expect(grants()).toHaveLength(2);
    await first.delete();
    expect([...world.service.grants.keys()]).toEqual([second.physicalId]);
  });

  test('G4 an answer that gets lost is asked for again, and nothing is put twice', async () => {
    world.service.fail('PutLedgerGrant', { status: 500, afterTheFact: true });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.stringMatching(/^audit\/Stack-Clerk-/) });
    expect(grants()).toEqual([READ_ORDERS]);
  });

  test('G5 a service that is down for five minutes is waited for', async () => {
    world.service.isDown = true;
    expect(await stack({ beforePoll: poll => { world.service.isDown = poll < 30; } }).create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(grants()).toEqual([READ_ORDERS]);
  });

  test('G6 a service that never answers fails the Create and names its URL, and the Delete that follows succeeds', async () => {
    world.service.isDown = true;
    const deployment = stack();
    const { Status, Reason } = await deployment.create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('even after 10 minutes of trying');
    expect(Reason).toContain(`The ledger service at ${world.service.url} does not answer`);
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test('G7 a grant whose every answer gets lost goes with the Create that failed, although its id was never told', async () => {
    world.service.fail('PutLedgerGrant', { status: 500, afterTheFact: true, times: 1000 });
    const deployment = stack();
    expect(await deployment.create(properties())).toMatchObject({ Status: 'FAILED' });
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
    expect(world.service.count('PutLedgerGrant')).toBeGreaterThan(1);
    expect(grants()).toEqual([]);
  });

  test('G8 a permission that has not spread yet is waited for', async () => {
    world.service.fail('PutLedgerGrant', { status: 403, times: 10 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('G9 a missing ledger is reported at once', async () => {
    const { Status, Reason } = await stack().create(properties({ LedgerName: 'nowhere' }));
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/^Create of grant 'Stack-Clerk-[0-9a-f]+' on ledger 'nowhere' failed: ResourceNotFoundException: The Ledger with name nowhere/);
    expect(world.service.count('PutLedgerGrant')).toBe(1);
  });

  test('G10 a refused parameter is reported at once and leaves nothing to delete', async () => {
    world.service.fail('PutLedgerGrant', { status: 400, name: 'InvalidParameterException', message: 'not an ARN' });
    const deployment = stack();
    expect((await deployment.create(properties())).Reason).toContain('InvalidParameterException: not an ARN');
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
    expect(world.service.count('DeleteLedgerGrant')).toBe(0);
  });

  test.each([
    [{ PrincipalArn: '' }, 'Property PrincipalArn of the custom resource must be a non-empty string'],
    [{ Actions: undefined }, 'Property Actions of the custom resource must be a list of at least one text, but is undefined'],
    [{ Tables: [] }, 'Property Tables of the custom resource must be a list of at least one text, but is []'],
    [{ Tables: 'Orders' }, 'but is "Orders"'],
  ])('G11 a wrong property is named (%j)', async (changes, reason) => {
    expect((await stack().create(properties(changes))).Reason).toContain(reason);
  });
});

describe('Update', () => {
  test('G12 actions and tables change in place', async () => {
    const deployment = stack({ invokesTwice: true });
    await deployment.create(properties());
    const { physicalId } = deployment;
    expect(await deployment.update(properties(CHANGED))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId });
    expect(grants()).toEqual([{ ...READ_ORDERS, ...CHANGED }]);
  });

  test('G13 changes in place that are rolled back are changed back', async () => {
    const deployment = stack();
    await deployment.create(properties());
    expect(await deployment.updateAndRollBack(properties(CHANGED))).toMatchObject({ Status: 'SUCCESS' });
    expect(grants()).toEqual([READ_ORDERS]);
  });

  test('G14 another principal gets a grant of its own before the former one goes', async () => {
    const deployment = stack();
    await deployment.create(properties());
    await deployment.update(properties({ PrincipalArn: principal('auditor') }));
    expect(grants()).toEqual([{ ...READ_ORDERS, PrincipalArn: principal('auditor') }]);
    expect(world.service.calls.map(({ operation }) => operation)).toEqual(['PutLedgerGrant', 'PutLedgerGrant', 'DeleteLedgerGrant']);
  });

  test('G15 another ledger gets the grant, and the former one loses it', async () => {
    world.service.addLedger('books');
    const deployment = stack();
    await deployment.create(properties());
    await deployment.update(properties({ LedgerName: 'books' }));
    expect([...world.service.grants.keys()]).toEqual([deployment.physicalId]);
    expect(deployment.physicalId).toMatch(/^books\//);
  });

  test('G16 another principal that is rolled back loses its grant, and the former one still has it', async () => {
    const deployment = stack();
    await deployment.create(properties());
    const { physicalId } = deployment;
    await deployment.updateAndRollBack(properties({ PrincipalArn: principal('auditor') }));
    expect([deployment.physicalId, ...grants()]).toEqual([physicalId, READ_ORDERS]);
  });

  test.each(['old id', 'reported id'] as const)(
    'G17 an Update whose every answer gets lost is rolled back to the former grant alone (CloudFormation goes on with the %s)', async (from) => {
      const deployment = stack();
      await deployment.create(properties());
      world.service.fail('PutLedgerGrant', { status: 500, afterTheFact: true, times: 62 });
      const { Status } = await deployment.update(properties({ PrincipalArn: principal('auditor') }), from);
      expect(Status).toBe('FAILED');
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
      expect(grants()).toEqual([READ_ORDERS]);
    });

  test('G28 a ledger whose name the former one ends with gets the grant, and the former one keeps its until CloudFormation deletes it', async () => {
    world.service.addLedger('our-audit');
    const deployment = stack();
    await deployment.create(properties({ LedgerName: 'our-audit' }));
    await deployment.update(properties());
    expect([...world.service.grants.keys()]).toEqual([deployment.physicalId]);
    expect(world.service.calls.map(({ operation }) => operation)).toEqual(['PutLedgerGrant', 'PutLedgerGrant', 'DeleteLedgerGrant']);
  });

  test('G18 a grant that was deleted behind the stack is put anew by the next Update', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.grants.clear();
    await deployment.update(properties(CHANGED));
    expect(grants()).toEqual([{ ...READ_ORDERS, ...CHANGED }]);
  });
});

/** Of the calls that put a grant, how many fail, so that a request and the poll before it is cancelled are among them, and what comes then. */
const OUTAGES: [string, number][] = [['for as long as the request that is cancelled is alone', 2], ['until the request that follows is polled, too', 3]];

describe.each([
  ['on statements', 'PutLedgerGrant', {}, CHANGED],
  ['on the control plane', 'PutControlGrant', { Tables: undefined, Actions: ['GetDigest'] }, { Tables: undefined, Actions: ['*'], LedgerName: '*' }],
])('A waiter that outlives its cancelled request, of a grant %s', (_, operation, narrow, wide) => {
  test.each(OUTAGES)('G29 leaves what an Update that is rolled back would have widened as narrow as it was (the service is down %s)', async (__, times) => {
    for (const cancelledIsLast of [true, false]) {
      const deployment = stack({ cancelledIsLast });
      await deployment.create(properties(narrow));
      const before = grants();
      world.service.fail(operation, { status: 503, times });
      expect(await deployment.updateAndCancel(properties(wide))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: deployment.physicalId });
      expect(grants()).toEqual(before);
      // The same Update is another request, and is heard.
      expect(await deployment.update(properties(wide))).toMatchObject({ Status: 'SUCCESS' });
      expect(grants()).not.toEqual(before);
      await deployment.delete();
    }
  });

  test('G30 gives another principal nothing once the rollback has ended that', async () => {
    const deployment = stack({ cancelledIsLast: true });
    await deployment.create(properties(narrow));
    const before = grants();
    world.service.fail(operation, { status: 503, times: 2 });
    expect(await deployment.updateAndCancel(properties({ ...narrow, PrincipalArn: principal('auditor') }))).toMatchObject({ Status: 'SUCCESS' });
    expect(grants()).toEqual(before);
  });

  test('G31 grants nothing once the Delete has undone the Create, and the next Create does', async () => {
    world.service.fail(operation, { status: 503, times: 2 });
    const deployment = stack({ cancelledIsLast: true });
    expect(await deployment.createAndCancel(properties(wide))).toMatchObject({ Status: 'SUCCESS' });
    expect(grants()).toEqual([]);
    expect(await stack().create(properties(wide))).toMatchObject({ Status: 'SUCCESS' });
    expect(grants()).toHaveLength(1);
  });
});

describe('Delete', () => {
  test('G19 deletes the grant, invoked twice or not', async () => {
    for (const options of [{}, { invokesTwice: true }]) {
      const deployment = stack(options);
      await deployment.create(properties());
      expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
      expect(grants()).toEqual([]);
    }
  });

  test.each<[string, () => void]>([
    ['grant', () => world.service.grants.clear()],
    ['ledger', () => world.service.ledgers.clear()],
  ])('G20 a %s that is gone already is no failure', async (_, vanish) => {
    const deployment = stack();
    await deployment.create(properties());
    vanish();
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('G21 a service that stumbles is waited for', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.fail('DeleteLedgerGrant', { status: 503, times: 20 });
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(grants()).toEqual([]);
  });

  test('G22 a service that is gone fails with a way out', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.isDown = true;
    const { Status, Reason } = await deployment.delete();
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('--retain-resources ClerkLedgerGrant');
  });
});

describe('A grant on the control plane', () => {
  const VERIFY = { PrincipalArn: principal('clerk'), LedgerName: 'audit', Actions: ['GetBlock', 'GetDigest'] };
  const control = (changes: Record<string, unknown> = {}) => properties({ ...VERIFY, Tables: undefined, ...changes });

  test('G23 is put as one of the service, under an id that names no ledger, and deleted', async () => {
    for (const options of [{}, { invokesTwice: true }]) {
      const deployment = stack(options);
      const { Status, PhysicalResourceId, Data } = await deployment.create(control());
      expect({ Status, PhysicalResourceId }).toEqual({ Status: 'SUCCESS', PhysicalResourceId: expect.stringMatching(/^\*\/Stack-Clerk-[0-9a-f]{16}$/) });
      expect(Data).toEqual({ GrantId: PhysicalResourceId!.split('/')[1] });
      expect([...world.service.grants]).toEqual([[PhysicalResourceId, VERIFY]]);
      expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
      expect(grants()).toEqual([]);
    }
  });

  test('G24 needs no ledger to be there, and is deleted although it is gone', async () => {
    const deployment = stack();
    expect(await deployment.create(control({ LedgerName: 'later' }))).toMatchObject({ Status: 'SUCCESS' });
    world.service.ledgers.clear();
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(grants()).toEqual([]);
  });

  test('G25 changes its actions and its ledger in place, and back', async () => {
    const deployment = stack();
    await deployment.create(control());
    const { physicalId } = deployment;
    const changed = { LedgerName: '*', Actions: ['*'] };
    expect(await deployment.update(control(changed))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId });
    expect(grants()).toEqual([{ ...VERIFY, ...changed }]);
    await deployment.updateAndRollBack(control());
    expect([...world.service.grants]).toEqual([[physicalId, { ...VERIFY, ...changed }]]);
  });

  test('G26 is given to another principal before the former one loses it', async () => {
    const deployment = stack();
    await deployment.create(control());
    await deployment.update(control({ PrincipalArn: principal('auditor') }));
    expect(grants()).toEqual([{ ...VERIFY, PrincipalArn: principal('auditor') }]);
    expect(world.service.calls.map(({ operation }) => operation)).toEqual(['PutControlGrant', 'PutControlGrant', 'DeleteControlGrant']);
  });

  test('G27 whose every answer gets lost goes with the Create that failed', async () => {
    world.service.fail('PutControlGrant', { status: 500, afterTheFact: true, times: 1000 });
    const { Status, Reason } = await stack().create(control());
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/^Create of grant 'Stack-Clerk-[0-9a-f]+' on the control plane failed/);
    expect(grants()).toEqual([]);
  });
});
