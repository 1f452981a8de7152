import { DescribeLedgerCommand, type QLDBClient } from '@aws-sdk/client-qldb';

export interface OwnOperation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** What follows the path of the ledger, or of the service. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** The part of the SDK's request that differs. */
interface Request {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body?: string;
}

interface Response { statusCode: number; body: AsyncIterable<Uint8Array> | Uint8Array }

/** Where a request stands that is about to become another. */
const PLACEHOLDER = 'any';

/** An operation about a ledger. @returns the answer's body */
export async function sendOwn(control: QLDBClient, ledgerName: string, { path, ...request }: OwnOperation): Promise<Record<string, unknown>> {
  return sendOwnToService(control, { ...request, path: `/ledgers/${encodeURIComponent(ledgerName)}${path}` });
}

/**
 * Operations, and members of operations, that QLDB does not have and its client has no command for. A harmless one gets another method, path and
 * body before it is signed; endpoint, signature, retries and errors are the client's own.
 *
 * @returns the answer's body
 */
export async function sendOwnToService(control: QLDBClient, { method, path, query, body }: OwnOperation): Promise<Record<string, unknown>> {
  let answer: Record<string, unknown> = {};
  const command = new DescribeLedgerCommand({ Name: PLACEHOLDER });
  command.middlewareStack.add(next => async args => {
    const request = args.request as Request;
    request.method = method;
    // What comes before is the endpoint's, such as the stage of a private API.
    request.path = request.path.slice(0, -`/ledgers/${PLACEHOLDER}`.length) + path;
    Object.assign(request.query, query);
    if (body) {
      request.headers['content-type'] = 'application/json';
      request.body = JSON.stringify(body);
    }
    return next(args);
  }, { step: 'serialize', priority: 'low', name: 'ownRequest' });
  // Next to the wire, where the answer has not been read yet. The client itself knows none of its members.
  command.middlewareStack.add(next => async args => {
    const result = await next(args);
    const response = result.response as Response;
    if (response.statusCode < 300) {
      const bytes = await collected(response.body);
      response.body = bytes;
      answer = bytes.length === 0 ? {} : JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
    }
    return result;
  }, { step: 'deserialize', priority: 'low', name: 'ownResponse' });
  await control.send(command);
  return answer;
}

async function collected(body: Response['body']): Promise<Uint8Array> {
  if (body instanceof Uint8Array) {
    return body;
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
