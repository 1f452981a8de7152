import { engineFixture } from './engine-fixture';
import { type ControlAccess, type ControlGrant, type Engine } from '../../src/engine';

const ACCOUNT = '123456789012';
const AUDITOR = `arn:aws:iam::${ACCOUNT}:role/audit/Auditor`;
const AS_AUDITOR = `arn:aws:sts::${ACCOUNT}:assumed-role/Auditor/session-1`;
const GET_DIGEST: ControlAccess = { action: 'GetDigest', ledgerName: 'books' };
const DENIED = { name: 'AccessDeniedException' };

const grant = (changes: Partial<ControlGrant> = {}): ControlGrant =>
  ({ grantId: 'audit', principalArn: AUDITOR, ledgerName: 'books', actions: ['GetDigest'], ...changes });
const ADMINISTRATOR = grant({ grantId: 'administrator', ledgerName: '*', actions: ['*'] });

function controlGrants() {
  const { engine, store } = engineFixture();
  return { grants: engine.controlGrants, store };
}

describe('a caller that the service was never told about', () => {
  test('may do everything, because IAM let it in', async () => {
    const { grants } = controlGrants();
    await grants.put(grant({ principalArn: `arn:aws:iam::${ACCOUNT}:role/Other` }));
    await grants.check(AS_AUDITOR, GET_DIGEST);
    await grants.check(AS_AUDITOR, { action: 'PutControlGrant', administrators: true });
  });
});

describe('a caller that was granted something', () => {
  test.each<[string, ControlAccess]>([
    ['another action', { action: 'GetBlock', ledgerName: 'books' }],
    ['another ledger', { action: 'GetDigest', ledgerName: 'wages' }],
    ['a ledger whose name begins alike', { action: 'GetDigest', ledgerName: 'books2' }],
    ['an action about no ledger', { action: 'ListLedgers' }],
    ['what only administrators may', { action: 'GetDigest', ledgerName: 'books', administrators: true }],
  ])('is refused %s', async (_, access) => {
    const { grants } = controlGrants();
    await grants.put(grant());
    await grants.check(AS_AUDITOR, GET_DIGEST);
    await expect(grants.check(AS_AUDITOR, access)).rejects.toMatchObject(DENIED);
  });

  test('is told who may not do what to what, and nothing else', async () => {
    const { grants } = controlGrants();
    await grants.put(grant());
    await expect(grants.check(AS_AUDITOR, { action: 'GetBlock', ledgerName: 'wages' })).rejects.toThrow(
      new RegExp(`^User: ${AS_AUDITOR} is not authorized to perform: qldb:GetBlock on resource: arn:aws:qldb:[a-z0-9-]+:${ACCOUNT}:ledger/wages because`));
    await expect(grants.check(AS_AUDITOR, { action: 'ListLedgers' })).rejects.toThrow('qldb:ListLedgers on resource: * because');
  });

  test('may do what any of its grants allows', async () => {
    const { grants } = controlGrants();
    await grants.put(grant());
    await grants.put(grant({ grantId: 'other', ledgerName: '*', actions: ['ListLedgers', 'GetBlock'] }));
    for (const access of [GET_DIGEST, { action: 'ListLedgers' }, { action: 'GetBlock', ledgerName: 'wages' }]) await grants.check(AS_AUDITOR, access);
    await expect(grants.check(AS_AUDITOR, { action: 'GetDigest', ledgerName: 'wages' })).rejects.toMatchObject(DENIED);
  });

  test('may do everything while one of its grants is an administrator\'s', async () => {
    const { grants } = controlGrants();
    await grants.put(grant());
    await grants.put(ADMINISTRATOR);
    await grants.check(AS_AUDITOR, { action: 'PutControlGrant', administrators: true });
    await grants.check(AS_AUDITOR, { action: 'DeleteLedger', ledgerName: 'wages' });
    await grants.remove('administrator');
    await expect(grants.check(AS_AUDITOR, { action: 'DeleteLedger', ledgerName: 'wages' })).rejects.toMatchObject(DENIED);
    await grants.check(AS_AUDITOR, GET_DIGEST);
  });
});

describe('taking grants back', () => {
  test('holds to nothing whose last grant goes, until it is granted something again', async () => {
    const { grants } = controlGrants();
    await grants.put(grant());
    await grants.remove('audit');
    await grants.remove('audit');
    await expect(grants.check(AS_AUDITOR, GET_DIGEST)).rejects.toMatchObject(DENIED);
    await grants.put(ADMINISTRATOR);
    await grants.check(AS_AUDITOR, GET_DIGEST);
    await grants.remove('administrator');
    await expect(grants.check(AS_AUDITOR, GET_DIGEST)).rejects.toMatchObject(DENIED);
  });

  test('by giving the grant to another principal holds the former one, too', async () => {
    const { grants } = controlGrants();
    await grants.put(grant());
    await grants.put(grant({ principalArn: `arn:aws:iam::${ACCOUNT}:role/Other` }));
    await expect(grants.check(AS_AUDITOR, GET_DIGEST)).rejects.toMatchObject(DENIED);
    await grants.check(`arn:aws:sts::${ACCOUNT}:assumed-role/Other/s`, GET_DIGEST);
    expect((await grants.list(10)).grants).toHaveLength(1);
  });

  test('by replacing a grant takes what the new one does not have', async () => {
    const { grants } = controlGrants();
    await grants.put(grant({ actions: ['GetDigest', 'GetBlock'] }));
    await grants.put(grant());
    await grants.check(AS_AUDITOR, GET_DIGEST);
    await expect(grants.check(AS_AUDITOR, { action: 'GetBlock', ledgerName: 'books' })).rejects.toMatchObject(DENIED);
  });

  test('a grant of no action holds its principal to nothing', async () => {
    const { grants } = controlGrants();
    await grants.put(grant({ actions: [] }));
    await expect(grants.check(AS_AUDITOR, GET_DIGEST)).rejects.toMatchObject(DENIED);
  });
});

describe('a caller is recognised', () => {
  test.each([
    ['under any session of its role', AUDITOR, AS_AUDITOR],
    ['whatever the path in the grant', `arn:aws:iam::${ACCOUNT}:role/Auditor`, AS_AUDITOR],
    ['whatever the case in the grant, because IAM has no two names that differ in it alone', `arn:aws:iam::${ACCOUNT}:role/AUDITOR`, AS_AUDITOR],
    ['as a user with its path', `arn:aws:iam::${ACCOUNT}:user/audit/Ann`, `arn:aws:iam::${ACCOUNT}:user/audit/Ann`],
    ['as a user whatever its path', `arn:aws:iam::${ACCOUNT}:user/Ann`, `arn:aws:iam::${ACCOUNT}:user/audit/Ann`],
    ['in another account', 'arn:aws:iam::999999999999:role/Auditor', 'arn:aws:sts::999999999999:assumed-role/Auditor/s'],
    ['as the role that single sign-on made', `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Audit_0123456789abcdef`,
      `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Audit_0123456789abcdef/ann@example.com`],
  ])('%s', async (_, principalArn, callerArn) => {
    const { grants } = controlGrants();
    await grants.put(grant({ principalArn }));
    await grants.check(callerArn, GET_DIGEST);
    await expect(grants.check(callerArn, { action: 'GetBlock', ledgerName: 'books' })).rejects.toMatchObject(DENIED);
  });

  test.each([
    ['the role of that name in another account', 'arn:aws:sts::999999999999:assumed-role/Auditor/session-1'],
    ['a user of that name', `arn:aws:iam::${ACCOUNT}:user/Auditor`],
    ['a federated user of that name', `arn:aws:sts::${ACCOUNT}:federated-user/Auditor`],
  ])('and %s is somebody else', async (_, callerArn) => {
    const { grants } = controlGrants();
    await grants.put(grant());
    await grants.check(callerArn, { action: 'DeleteLedger', ledgerName: 'books' });
  });

  test('a user that is held cannot slip away as a federated user, nor can any other of its account', async () => {
    const { grants } = controlGrants();
    await grants.put(grant({ principalArn: `arn:aws:iam::${ACCOUNT}:user/Ann` }));
    await expect(grants.check(`arn:aws:sts::${ACCOUNT}:federated-user/Bob`, GET_DIGEST)).rejects.toMatchObject(DENIED);
    await grants.check('arn:aws:sts::999999999999:federated-user/Bob', GET_DIGEST);
  });

  test('the account itself is never held', async () => {
    const { grants } = controlGrants();
    await grants.put(grant());
    await grants.check(`arn:aws:iam::${ACCOUNT}:root`, { action: 'PutControlGrant', administrators: true });
  });
});

test('puts of one grant at the same time leave one grant, whole', async () => {
  const { grants } = controlGrants();
  const principals = ['A', 'B', 'C', 'D'].map(name => `arn:aws:iam::${ACCOUNT}:role/${name}`);
  await Promise.all(principals.map(async principalArn => grants.put(grant({ principalArn }))));
  const { grants: [left, ...others] } = await grants.list(10);
  expect(others).toEqual([]);
  for (const principalArn of principals) {
    const check = grants.check(principalArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/') + '/s', GET_DIGEST);
    await (principalArn === left!.principalArn ? check : expect(check).rejects.toMatchObject(DENIED));
  }
});

test.each<[string, (grants: Engine['controlGrants']) => Promise<void>, boolean]>([
  ['deletes', grants => grants.remove('audit'), false],
  ['gives back', grants => grants.put(grant()), true],
  ['gives to somebody else', grants => grants.put(grant({ principalArn: `arn:aws:iam::${ACCOUNT}:role/C` })), true],
])('whoever %s a grant that was deleted and put for another principal meanwhile leaves that one nothing which no listing shows', async (_, act, isLeft) => {
  const { grants, store } = controlGrants();
  await grants.put(grant());
  const successor = `arn:aws:iam::${ACCOUNT}:role/B`;
  let isFirst = true;
  const slow = engineFixture({
    store: {
      ...store,
      async transact(actions) {
        if (isFirst) {
          isFirst = false;
          await grants.remove('audit');
          await grants.put(grant({ principalArn: successor }));
        }
        return store.transact(actions);
      },
    },
  }).engine.controlGrants;
  await act(slow);
  expect((await grants.list(10)).grants).toHaveLength(isLeft ? 1 : 0);
  await expect(grants.check(`arn:aws:sts::${ACCOUNT}:assumed-role/B/s`, GET_DIGEST)).rejects.toMatchObject(DENIED);
});

test('grants and holds are those of the store, whichever process asks', async () => {
  const { grants, store } = controlGrants();
  await grants.put(grant());
  const other = engineFixture({ store }).engine.controlGrants;
  await expect(other.check(AS_AUDITOR, { action: 'ListLedgers' })).rejects.toMatchObject(DENIED);
  await other.check(AS_AUDITOR, GET_DIGEST);
});
