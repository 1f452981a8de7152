import { CreateLedgerCommand, DescribeLedgerCommand } from '@aws-sdk/client-qldb';
import { SendCommandCommand } from '@aws-sdk/client-qldb-session';
import { LocalService, startLocalService } from './local-service';

let service: LocalService;
beforeAll(async () => {
  service = await startLocalService();
  await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL' }));
});
afterAll(async () => service.stop());

type Next = (args: object) => Promise<{ response: { headers: Record<string, string> } }>;

/** What stands between the service and a client may drop headers whose names AWS reserves. */
const withoutErrorHeader = (next: Next) => async (args: object) => {
  const result = await next(args);
  delete result.response.headers['x-amzn-errortype'];
  return result;
};

function dropErrorHeader({ middlewareStack }: LocalService['qldb'] | LocalService['session']): void {
  const position = { relation: 'after', toMiddleware: 'deserializerMiddleware', name: 'withoutErrorHeader' } as const;
  middlewareStack.addRelativeTo(withoutErrorHeader as never, position);
}

test.each([false, true])('clients know errors by name, members and request id (header dropped: %p)', async (dropped) => {
  if (dropped) {
    dropErrorHeader(service.qldb);
    dropErrorHeader(service.session);
  }
  await expect(service.qldb.send(new DescribeLedgerCommand({ Name: 'missing' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    ResourceType: 'Ledger',
    ResourceName: 'missing',
    $fault: 'client',
    $metadata: { httpStatusCode: 404, requestId: expect.stringMatching(/^[0-9A-Za-z]{22}$/) },
  });
  await expect(service.session.send(new SendCommandCommand({ SessionToken: 'AAAAAAAA', EndSession: {} }))).rejects.toMatchObject({
    name: 'InvalidSessionException', message: 'No such session', $metadata: { httpStatusCode: 400 },
  });
});
