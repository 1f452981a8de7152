import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionUrlEvent, FunctionUrlResult } from '../../src/service/lambda-api';

/** A Function URL on this machine. */
export interface LocalFunctionUrl {
  readonly url: string;
  /** Who the next callers are proven to be; undefined as on emulators. */
  userArn: string | undefined;
  close(): Promise<void>;
}

/** Turns HTTP requests into events of payload format 2.0, as Lambda does: text stays text, everything else travels as base64. */
export async function localFunctionUrl(handler: (event: FunctionUrlEvent) => Promise<FunctionUrlResult>): Promise<LocalFunctionUrl> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isText = request.headers['content-type'] === 'application/json';
      const [rawPath, rawQueryString = ''] = request.url!.split('?');
      const identity = functionUrl.userArn === undefined ? {} : { authorizer: { iam: { userArn: functionUrl.userArn } } };
      void handler({
        rawPath: rawPath!,
        rawQueryString,
        headers: request.headers as Record<string, string>,
        ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
        isBase64Encoded: body.length > 0 && !isText,
        requestContext: { http: { method: request.method! }, ...identity },
      }).then(result => response.writeHead(result.statusCode, result.headers).end(result.body));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const functionUrl: LocalFunctionUrl = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    userArn: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return functionUrl;
}
