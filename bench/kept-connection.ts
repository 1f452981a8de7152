import { once } from 'node:events';
import { connect } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** One TCP connection that carries one request of HTTP/1.1 after the other. */
export interface KeptConnection {
  /** Posts JSON to `/`. The next request waits for this one's answer. */
  post(body: string): Promise<HttpAnswer>;
  close(): void;
}

const END_OF_HEAD = '\r\n\r\n';

/**
 * As little client as a database driver is: each request is one write, and each answer's body is as long as its head says. `node:http`'s own client takes
 * more processor time than its server. Nothing is signed: the embedded service looks at no signature.
 */
export async function keepConnection(url: string): Promise<KeptConnection> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const head = `POST / HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-target: QLDBSession.SendCommand\r\ncontent-length: `;
  let received: Buffer | undefined;
  let waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | undefined;
  socket.on('data', (chunk: Buffer) => {
    received = received ? Buffer.concat([received, chunk]) : chunk;
    const answer = wholeAnswer(received);
    if (!answer) return;
    received = undefined;
    waiting?.resolve(answer);
  });
  const fail = (error: Error): void => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The service closed the connection.')));
  return {
    post: async body => new Promise((resolve, reject) => {
      if (socket.destroyed) throw new Error('The service closed the connection.');
      waiting = { resolve, reject };
      socket.write(`${head}${Buffer.byteLength(body)}${END_OF_HEAD}${body}`);
    }),
    close: () => void socket.destroy(),
  };
}

function wholeAnswer(received: Buffer): HttpAnswer | undefined {
  const headEnd = received.indexOf(END_OF_HEAD);
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (length === undefined) throw new Error(`An answer without a length:\n${head}`);
  const bodyStart = headEnd + END_OF_HEAD.length;
  if (received.length < bodyStart + Number(length)) return undefined;
  return { status: Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)), body: received.toString('utf8', bodyStart) };
}
