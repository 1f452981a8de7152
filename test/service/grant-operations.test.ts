import { CreateLedgerCommand } from '@aws-sdk/client-qldb';
import { ACCOUNT_ID, startLocalService, type LocalService } from './local-service';

let service: LocalService;
beforeAll(async () => {
  service = await startLocalService();
  await createLedger('books');
});
afterAll(async () => service.stop());

const PRINCIPAL = `arn:aws:iam::${ACCOUNT_ID}:role/apps/Clerk`;
const GRANT = { PrincipalArn: PRINCIPAL, Actions: ['PartiQLSelect'], Tables: ['Orders'] };

/** QLDB's clients know none of these operations. */
async function call(method: string, path: string, body?: object) {
  const response = await fetch(service.url + path, { method, body: body && JSON.stringify(body) });
  return { status: response.status, body: await response.json() as Record<string, unknown> };
}

/** @returns the path of its grants */
async function createLedger(Name: string): Promise<string> {
  await service.qldb.send(new CreateLedgerCommand({ Name, PermissionsMode: 'STANDARD' }));
  return `/ledgers/${Name}/grants`;
}

test('a grant is put, replaced, listed and deleted', async () => {
  const grants = await createLedger('changing');
  expect(await call('PUT', `${grants}/clerk`, GRANT)).toEqual({ status: 200, body: { GrantId: 'clerk', ...GRANT } });
  const more = { ...GRANT, Actions: ['PartiQLInsert', 'PartiQLSelect'], Tables: ['*'] };
  await call('PUT', `${grants}/clerk`, more);
  await call('PUT', `${grants}/Auditor`, { ...GRANT, PrincipalArn: `arn:aws-us-gov:iam::${ACCOUNT_ID}:user/auditor`, Tables: ['information_schema.user_tables'] });
  expect((await call('GET', grants)).body).toMatchObject({ Grants: [{ GrantId: 'Auditor' }, { GrantId: 'clerk', ...more }] });
  expect(await call('DELETE', `${grants}/clerk`)).toEqual({ status: 200, body: {} });
  expect(await call('DELETE', `${grants}/clerk`)).toEqual({ status: 200, body: {} });
  expect((await call('GET', grants)).body).toMatchObject({ Grants: [{ GrantId: 'Auditor' }] });
});

test('grants are listed in pages', async () => {
  const grants = await createLedger('paged');
  for (const id of ['c', 'a', 'b']) await call('PUT', `${grants}/${id}`, GRANT);
  const first = (await call('GET', `${grants}?max_results=2`)).body;
  expect(first.Grants).toMatchObject([{ GrantId: 'a' }, { GrantId: 'b' }]);
  const second = (await call('GET', `${grants}?max_results=2&next_token=${encodeURIComponent(first.NextToken as string)}`)).body;
  expect(second).toEqual({ Grants: [{ GrantId: 'c', ...GRANT }] });
});

test('a ledger that does not exist has no grants to put, list or delete', async () => {
  for (const [method, path, body] of [['PUT', '/grants/a', GRANT], ['GET', '/grants'], ['DELETE', '/grants/a']] as const) {
    expect(await call(method, `/ledgers/nowhere${path}`, body)).toMatchObject({ status: 404, body: { __type: 'ResourceNotFoundException' } });
  }
});

test.each([
  ['a', { Actions: ['PartiQLSelect'], Tables: ['*'] }, 'PrincipalArn'],
  ['a', { ...GRANT, PrincipalArn: `arn:aws:iam::${ACCOUNT_ID}:root` }, 'PrincipalArn'],
  ['a', { ...GRANT, PrincipalArn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/Clerk/session` }, 'PrincipalArn'],
  ['a', { ...GRANT, PrincipalArn: 'arn:aws:iam::*:role/Clerk' }, 'PrincipalArn'],
  ['a', { ...GRANT, Actions: ['PartiQLEverything'] }, 'Actions.1.member'],
  ['a', { ...GRANT, Tables: ['Orders', 'no table'] }, 'Tables.2.member'],
  ['a', { ...GRANT, Tables: Array(42).fill('Orders') }, 'Tables'],
  ['a_b', GRANT, 'GrantId'],
  ['a'.repeat(65), GRANT, 'GrantId'],
])('the grant %s of %j is refused for its %s', async (id, grant, parameterName) => {
  const { status, body } = await call('PUT', `/ledgers/books/grants/${id}`, grant);
  expect(status).toBe(400);
  expect(body).toMatchObject({ __type: 'InvalidParameterException', ParameterName: parameterName });
});

test('a ledger takes 500 grants, and each of them can still be replaced', async () => {
  const grants = await createLedger('full');
  for (let number = 0; number < 500; number++) await call('PUT', `${grants}/g${number}`, GRANT);
  expect((await call('PUT', `${grants}/g7`, GRANT)).status).toBe(200);
  expect(await call('PUT', `${grants}/one-more`, GRANT)).toMatchObject({ status: 400, body: { __type: 'LimitExceededException' } });
});
