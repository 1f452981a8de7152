import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from './server-process';

/** A process of its own: bare `node:http`, which answers each request with its own body. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': body.length });
    response.end(body);
  });
});
// Its turn comes again after those of the others.
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => {
  serveParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => {
    server.close();
    server.closeAllConnections();
  });
});
