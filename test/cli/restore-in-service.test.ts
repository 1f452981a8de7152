import { once } from 'events';
import { createServer, type Server } from 'http';
import { type AddressInfo } from 'net';
import { restoreInService, type ServiceRestoreRequest } from '../../src/cli/restore-in-service';

const DIGEST = Buffer.alloc(32, 7);
const REQUEST: Omit<ServiceRestoreRequest, 'endpoint' | 'expected'> = {
  ledger: 'people',
  region: 'eu-west-1',
  bucket: 'archive',
  prefix: 'journal/',
  roleArn: 'arn:aws:iam::111122223333:role/restore',
  permissionsMode: 'STANDARD',
  deletionProtection: true,
};

describe('a restore of these exports that is under way', () => {
  let server: Server;
  let held: { Digest: string; TipSequenceNo: number } | undefined;
  beforeEach(async () => {
    let asked = 0;
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        if (request.method === 'POST') {
          response.writeHead(409, { 'x-amzn-errortype': 'ResourceAlreadyExistsException' }).end('{"Message":"exists"}');
          return;
        }
        asked += 1;
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({
          LedgerRestoreDescription: {
            LedgerName: 'people',
            Status: asked === 1 ? 'IN_PROGRESS' : 'COMPLETED',
            S3ExportLocation: { Bucket: 'archive', Prefix: 'journal/' },
            ExpectedDigest: held,
            RestoredBlockCount: 1,
            BlockCount: 10,
            Notes: [],
          },
        }));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const restoring = (expected: ServiceRestoreRequest['expected']) => restoreInService(
    { ...REQUEST, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, expected },
    {}, () => {});

  test.each([['when it is held to the digest of the command line', { digest: DIGEST }], ['when the command line has no digest', undefined]])(
    'is followed %s', async (_when, expected) => {
      held = { Digest: DIGEST.toString('base64'), TipSequenceNo: 9 };
      expect((await restoring(expected)).Status).toBe('COMPLETED');
    });

  test.each([
    ['to none', undefined],
    ['to another', { Digest: Buffer.alloc(32, 8).toString('base64'), TipSequenceNo: 9 }],
    ['to it at another block', { Digest: DIGEST.toString('base64'), TipSequenceNo: 8 }],
  ])('is not taken for a proof of a digest when it is held %s', async (_to, expectation) => {
    held = expectation;
    await expect(restoring({ digest: DIGEST, sequenceNo: 9 })).rejects.toThrow('is not held to this digest');
  });
});
