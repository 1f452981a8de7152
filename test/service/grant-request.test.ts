import { CreateLedgerCommand } from '@aws-sdk/client-qldb';
import { ACCOUNT_ID, startLocalService, type LocalService } from './local-service';

let service: LocalService;
beforeAll(async () => {
  service = await startLocalService();
  await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'STANDARD' }));
});
afterAll(async () => service.stop());

/** QLDB's clients know none of these operations. */
async function call(method: string, path: string, body?: object) {
  const response = await fetch(service.url + path, { method, body: body && JSON.stringify(body) });
  return { status: response.status, body: await response.json() as Record<string, unknown> };
}

const PrincipalArn = `arn:aws:iam::${ACCOUNT_ID}:role/Clerk`;
const tokenOf = (id: string, secondsAgo: number) => `${Date.now() - secondsAgo * 1000}-${id}`;

describe.each([
  ['/ledgers/books/grants/clerk', { PrincipalArn, Actions: ['PartiQLSelect'], Tables: ['Orders'] }],
  ['/grants/clerk', { PrincipalArn, LedgerName: 'books', Actions: ['GetDigest'] }],
])('%s', (path, grant) => {
  test('is left alone by a request that began before the one that changed it last', async () => {
    const [earlier, later] = [tokenOf('5b1cd2c0-7d5e-4a9c-9a9f-000000000001', 60), tokenOf('5b1cd2c0-7d5e-4a9c-9a9f-000000000002', 30)];
    expect(await call('PUT', path, { ...grant, RequestToken: later })).toEqual({ status: 200, body: { GrantId: 'clerk', ...grant } });
    const refused = { status: 412, body: { __type: 'ResourcePreconditionNotMetException', Message: expect.stringMatching(/has changed grant clerk already/) } };
    expect(await call('PUT', path, { ...grant, RequestToken: earlier })).toMatchObject(refused);
    expect(await call('DELETE', `${path}?request_token=${earlier}`)).toMatchObject(refused);
    expect(await call('DELETE', `${path}?request_token=${later}`)).toEqual({ status: 200, body: {} });
    expect(await call('PUT', path, { ...grant, RequestToken: earlier })).toMatchObject(refused);
  });

  test.each(['', 'now', '1772366400000', '1772366400-a', '1772366400000-', '1772366400000-a/b', `1772366400000-${'a'.repeat(65)}`])(
    'takes no token like %j', async (token) => {
      const refused = { status: 400, body: { __type: 'InvalidParameterException', ParameterName: 'RequestToken' } };
      expect(await call('PUT', path, { ...grant, RequestToken: token })).toMatchObject(refused);
      expect(await call('DELETE', `${path}?request_token=${encodeURIComponent(token)}`)).toMatchObject(refused);
    });
});
