import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Handle } from './answer-requests';
import { errorAnswer, ServiceError } from './service-error';
import { REQUEST_BYTES_MAX } from './wire-message';

export interface HttpFrontOptions {
  readonly handle: Handle;
  /** Everybody who reaches the port acts as this caller: hence the loopback interface only. @default - none is named */
  readonly callerArn?: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

export interface HttpFront {
  /** Without a slash at the end, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Lets requests in flight end, and refuses new ones. */
  close(): Promise<void>;
}

const LOOPBACK_HOSTS = ['127.0.0.1', '::1', 'localhost'];
/** The same in a request, with or without a port. */
const LOOPBACK_AUTHORITY = /^(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]*)?$/;
/** Longer than clients keep a connection idle: one that the server ends just as a request comes is an error for drivers that do not retry. */
const KEEP_ALIVE_MILLIS = 75_000;
/** How long requests in flight may take to end once the front closes. */
const CLOSE_GRACE_MILLIS = 5_000;

/**
 * Serves the wire on the loopback interface.
 *
 * @throws Error for a host that is not loopback; a port that is taken
 */
export async function serveHttp(options: HttpFrontOptions): Promise<HttpFront> {
  const host = options.host ?? LOOPBACK_HOSTS[0]!;
  if (!LOOPBACK_HOSTS.includes(host)) {
    throw new Error(`The service does not listen on ${host}: it trusts whoever reaches it, so it listens on ${LOOPBACK_HOSTS.join(', ')} only.`);
  }
  const unsent = new UnsentAnswers();
  const server = createServer((request, response) => {
    unsent.add(response);
    void answer(options, request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MILLIS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, close: async () => close(server, unsent) };
}

/** Node.js takes a connection for idle as soon as its answer was written, although most of it may still wait for a slow reader. */
class UnsentAnswers {
  private readonly responses = new Set<ServerResponse>();
  private noneIsLeft?: () => void;

  add(response: ServerResponse): void {
    this.responses.add(response);
    // A connection that stays open for the client's next request would hold up the end of the server.
    if (this.noneIsLeft) response.shouldKeepAlive = false;
    response.once('close', () => {
      this.responses.delete(response);
      if (this.responses.size === 0) this.noneIsLeft?.();
    });
  }

  /** Resolves when all are with their clients. */
  async sent(): Promise<void> {
    for (const response of this.responses) response.shouldKeepAlive = false;
    return new Promise((resolve) => {
      this.noneIsLeft = resolve;
      if (this.responses.size === 0) resolve();
    });
  }
}

async function close(server: Server, unsent: UnsentAnswers): Promise<void> {
  let giveUp!: NodeJS.Timeout;
  const graceIsOver = new Promise<void>((resolve) => { giveUp = setTimeout(resolve, CLOSE_GRACE_MILLIS); });
  await Promise.race([unsent.sent(), graceIsOver]);
  clearTimeout(giveUp);
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

/** Node joins headers that come twice; only cookies come as a list, and nothing reads them. */
type SingleHeaders = Readonly<Record<string, string | undefined>>;

async function answer({ handle, callerArn }: HttpFrontOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    refuseBrowsers(request);
    const body = await readBody(request);
    const [rawPath = '/', rawQuery = ''] = splitOnce(request.url ?? '/', '?');
    const answered = await handle({ method: request.method ?? 'GET', rawPath, rawQuery, headers: request.headers as SingleHeaders, body, callerArn });
    const length = Buffer.byteLength(answered.body);
    response.writeHead(answered.status, { 'content-length': length, ...answered.headers });
    // What is all ASCII is the same in both encodings, and written faster in this one.
    response.end(answered.body, length === answered.body.length ? 'latin1' : 'utf8');
  } catch (error) {
    if (request.destroyed && !request.complete) return; // The client has gone, and nobody is left to answer.
    const { status, name, message } = errorAnswer(error);
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name, 'connection': 'close' });
    // A body that was refused may go on for ever, so the connection ends with the answer.
    response.end(JSON.stringify({ __type: name, Message: message }), () => request.socket.destroySoon());
  }
}

/** A web page open on this machine can reach the port, too; only what no browser sends is served. */
function refuseBrowsers({ headers }: IncomingMessage): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined || !LOOPBACK_AUTHORITY.test(headers.host ?? '')) {
    throw new ServiceError('UnknownOperationException', 'This endpoint serves QLDB clients on this machine; requests of web pages are refused.');
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      // What comes beyond the limit is dropped as it arrives, so that the client gets to read the answer.
      if (length <= REQUEST_BYTES_MAX) chunks.push(chunk);
      else reject(new ServiceError('RequestEntityTooLargeException', `A request may have at most ${REQUEST_BYTES_MAX} bytes.`));
    });
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

