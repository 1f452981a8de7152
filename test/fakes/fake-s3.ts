import { once } from 'events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'http';
import { type AddressInfo } from 'net';
import { Faults, ServiceError, type Fault } from './faults';

interface StoredObject {
  readonly body: Buffer;
  readonly lastModified: Date;
}

/** One bucket of S3 in memory, behind a real socket: listing, reading, and creating what is not there yet. Nothing can be overwritten. */
export class FakeS3 {
  readonly objects = new Map<string, StoredObject>();
  readonly calls: string[] = [];
  /** Keys and folders on one page of a listing. */
  pageSize = 1000;
  isDown = false;
  /** Called before a request is answered. */
  before: (operation: string) => Promise<void> = async () => undefined;
  private readonly faults = new Faults();

  private constructor(private readonly server: Server, private readonly now: () => Date) {}

  static async start(now: () => Date): Promise<FakeS3> {
    const server = createServer();
    const s3 = new FakeS3(server, now);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void s3.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return s3;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  fail(operation: 'ListObjectsV2' | 'PutObject' | 'GetObject', fault: Fault): void {
    this.faults.add(operation, fault);
  }

  /** What somebody else writes, as the ledger service does. */
  put(key: string, body: Uint8Array | string): void {
    this.objects.set(key, { body: Buffer.from(body), lastModified: this.now() });
  }

  text(key: string): string {
    return this.objects.get(key)!.body.toString();
  }

  keys(pattern = /^/): string[] {
    return [...this.objects.keys()].filter(key => pattern.test(key)).sort();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) { chunks.push(chunk); }
    const url = new URL(request.url!, this.url);
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    const operation = request.method === 'PUT' ? 'PutObject' : key === '' ? 'ListObjectsV2' : 'GetObject';
    await this.before(operation);
    if (this.isDown) {
      request.socket.destroy();
      return;
    }
    this.calls.push(operation);
    const fault = this.faults.due(operation);
    try {
      const answer = fault && !fault.afterTheFact ? '' : this.act(operation, key, url.searchParams, Buffer.concat(chunks), request);
      if (fault) { throw new ServiceError(fault.status, fault.name ?? 'InternalError', fault.message ?? 'injected'); }
      response.writeHead(200).end(answer);
    } catch (error) {
      if (!(error instanceof ServiceError)) { throw error; }
      response.writeHead(error.status).end(`<Error><Code>${error.name}</Code><Message>${error.message}</Message></Error>`);
    }
  }

  private act(operation: string, key: string, query: URLSearchParams, body: Buffer, { headers }: IncomingMessage): string | Buffer {
    if (operation === 'ListObjectsV2') { return this.list(query); }
    const stored = this.objects.get(key);
    if (operation === 'GetObject') {
      if (!stored) { throw new ServiceError(404, 'NoSuchKey', `No ${key}`); }
      return stored.body;
    }
    if (stored && headers['if-none-match'] === '*') { throw new ServiceError(412, 'PreconditionFailed', 'At least one of the pre-conditions did not hold'); }
    if (stored) { throw new Error(`${key} was overwritten`); }
    this.put(key, body);
    return '';
  }

  private list(query: URLSearchParams): string {
    const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const entries = new Map<string, Date | undefined>();
    for (const key of this.keys().filter(candidate => candidate.startsWith(prefix) && candidate > after)) {
      const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      const folder = end < 0 ? undefined : key.slice(0, end + 1);
      // A page that ended with a folder is followed by what comes after the whole folder.
      const isNew = folder === undefined || !after.startsWith(folder);
      if (isNew) { entries.set(folder ?? key, folder === undefined ? this.objects.get(key)!.lastModified : undefined); }
    }
    const page = [...entries].slice(0, this.pageSize);
    const isTruncated = entries.size > page.length;
    const found = page.map(([key, lastModified]) => lastModified
      ? `<Contents><Key>${key}</Key><LastModified>${lastModified.toISOString()}</LastModified></Contents>`
      : `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`);
    const next = isTruncated ? `<NextContinuationToken>${page.at(-1)![0]}</NextContinuationToken>` : '';
    return `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${found.join('')}${next}</ListBucketResult>`;
  }
}
