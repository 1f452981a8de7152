import { once } from 'events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'http';
import { type AddressInfo } from 'net';
import { digest as ionHash } from 'ion-hash-js';
import { dot } from '../../src/custom-resources/commit-digest';
import { STATUS_REASON_HEADER } from '../../src/custom-resources/status-reason';

/** Just enough of the service to drive lifecycles: everything that can be asked is in plain, writable fields. */
export interface FakeLedger {
  Name: string;
  Arn: string;
  State: string;
  CreationDateTime: number;
  PermissionsMode: string;
  DeletionProtection: boolean;
  EncryptionDescription?: { KmsKeyArn: string; EncryptionStatus: string };
  tables: Map<string, Set<string>>;
}
type Json = Record<string, any>;
export interface FakeExport extends Json { ExportId: string; Status: string; StatusReason?: string }
export interface FakeStream extends Json { StreamId: string; StreamName: string; Status: string; Arn: string; ErrorCause?: string }

/** A reply that a test wants instead of the real one. */
export interface Fault {
  readonly status: number;
  readonly name?: string;
  readonly message?: string;
  /** The operation happens all the same; only its answer is lost. */
  readonly afterTheFact?: boolean;
  /** The n-th call of the operation from now on, 1 being the next. @default 1 */
  readonly nth?: number;
  /** @default 1 */
  readonly times?: number;
}

class ServiceError extends Error {
  constructor(readonly status: number, name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const ACCOUNT = 'arn:aws:qldb:eu-central-1:111122223333';
export const STRAND_ID = 'JdxjkR9bSYB5jMHWcI464T';

/** A QLDB-compatible service in memory, behind a real socket, that can be told to misbehave. */
export class FakeLedgerService {
  readonly ledgers = new Map<string, FakeLedger>();
  readonly exports: FakeExport[] = [];
  readonly streams: FakeStream[] = [];
  readonly tags = new Map<string, Record<string, string>>();
  /** The newest restore under each name. */
  readonly restores = new Map<string, Json>();
  /** What a restore ends with instead of a ledger. */
  restoreRefusal?: Json;
  /** By `<ledger>/<grant id>`; for those on the control plane the ledger is an asterisk. */
  readonly grants = new Map<string, Json>();
  private readonly grantRequests = new Map<string, Map<string, string>>();
  readonly calls: { readonly operation: string; readonly input: Json }[] = [];
  /** Polls that see CREATING, DELETING or IN_PROGRESS before the state moves on. */
  polls = 1;
  isDown = false;
  /** The newest block of every ledger. */
  tip = 3;
  tipTime = new Date(0);
  /** What happens between a DeleteLedger's arrival and its effect. */
  beforeDeletion?: () => void;
  /** What a stream is as soon as it was started. */
  streamHealth: { Status: string; ErrorCause?: string; StatusReason?: string } = { Status: 'ACTIVE' };
  private readonly faults: { operation: string; fault: Fault; seen: number }[] = [];
  private readonly pending = new Map<object, number>();
  private readonly transactions = new Map<string, { ledger: FakeLedger; id: string; statements: string[]; undo: Map<string, Set<string>> }>();
  private ids = 0;

  private constructor(private readonly server: Server, private readonly now: () => Date) {}

  static async start(now: () => Date): Promise<FakeLedgerService> {
    const server = createServer();
    const service = new FakeLedgerService(server, now);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // Another time than that of the client's own clock has it try again with the corrected one.
      response.setHeader('date', now().toUTCString());
      void service.answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  fail(operation: string, fault: Fault): void {
    this.faults.push({ operation, fault, seen: 0 });
  }

  count(operation: string): number {
    return this.calls.filter(call => call.operation === operation).length;
  }

  /** A ledger that is there before any stack, optionally with tags. */
  addLedger(name: string, tags: Record<string, string> = {}, more: Partial<FakeLedger> = {}): FakeLedger {
    const ledger: FakeLedger = {
      Name: name,
      Arn: `${ACCOUNT}:ledger/${name}`,
      State: 'ACTIVE',
      CreationDateTime: this.now().getTime() / 1000,
      PermissionsMode: 'STANDARD',
      DeletionProtection: false,
      tables: new Map(),
      ...more,
    };
    this.ledgers.set(name, ledger);
    this.tags.set(ledger.Arn, tags);
    return ledger;
  }

  tagsOf(arn: string): Record<string, string> {
    return this.tags.get(arn) ?? {};
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) { chunks.push(chunk); }
    const body = Buffer.concat(chunks).toString();
    if (this.isDown) {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url!, this.url);
    const path = url.pathname.split('/').slice(1).map(decodeURIComponent);
    const [operation, act] = this.route(request.method!, path, body ? JSON.parse(body) : {}, url.searchParams);
    const fault = this.due(operation);
    try {
      const result = fault && !fault.afterTheFact ? {} : act();
      if (fault) { throw new ServiceError(fault.status, fault.name ?? '', fault.message ?? 'injected'); }
      const reason = (result.ExportDescription ?? result.Stream)?.StatusReason;
      response.writeHead(200, { 'content-type': 'application/json', ...reason && { [STATUS_REASON_HEADER]: reason } }).end(JSON.stringify(result));
    } catch (error) {
      if (!(error instanceof ServiceError)) { throw error; }
      const headers = error.name ? { 'x-amzn-errortype': error.name, 'content-type': 'application/json' } : { 'content-type': 'text/plain' };
      response.writeHead(error.status, headers).end(error.name ? JSON.stringify({ Message: error.message }) : 'Internal Server Error');
    }
  }

  private due(operation: string): Fault | undefined {
    for (const entry of this.faults) {
      if (entry.operation === operation) {
        entry.seen++;
        const { nth = 1, times = 1 } = entry.fault;
        if (entry.seen >= nth && entry.seen < nth + times) { return entry.fault; }
      }
    }
    return undefined;
  }

  private route(method: string, path: string[], input: Json, query: URLSearchParams): [string, () => Json] {
    const [root, name, sub, id] = path;
    const at = `${method} /${[root, name && '*', sub, id && '*'].filter(Boolean).join('/')}`;
    const operations: Record<string, [string, () => Json]> = {
      'POST /': ['SendCommand', () => this.sendCommand(input)],
      'POST /ledgers': ['CreateLedger', () => this.createLedger(input)],
      'POST /ledgers/*/restore': ['RestoreLedger', () => this.restoreLedger({ Name: name, ...input })],
      'GET /ledgers/*/restore': ['DescribeLedgerRestore', () => ({ LedgerRestoreDescription: this.restores.get(name) ?? this.ledger(name) })],
      'GET /ledgers/*': ['DescribeLedger', () => this.describeLedger(name)],
      'PATCH /ledgers/*': ['UpdateLedger', () => this.updateLedger(name, input)],
      'PATCH /ledgers/*/permissions-mode': ['UpdateLedgerPermissionsMode', () => Object.assign(this.ledger(name), input)],
      'DELETE /ledgers/*': ['DeleteLedger', () => this.deleteLedger(name, query.get('digest_tip_address'))],
      'POST /ledgers/*/digest': ['GetDigest', () => this.getDigest(name)],
      'POST /ledgers/*/block': ['GetBlock', () => ({ Block: { IonText: `{blockTimestamp:${this.tipTime.toISOString()}}` } })],
      'POST /ledgers/*/journal-s3-exports': ['ExportJournalToS3', () => this.startExport(name, input)],
      'GET /ledgers/*/journal-s3-exports': ['ListJournalS3ExportsForLedger', () => ({ JournalS3Exports: this.listExports(name) })],
      'GET /ledgers/*/journal-s3-exports/*': ['DescribeJournalS3Export', () => this.describeExport(name, id)],
      'POST /ledgers/*/journal-kinesis-streams': ['StreamJournalToKinesis', () => this.startStream(name, input)],
      'GET /ledgers/*/journal-kinesis-streams': ['ListJournalKinesisStreamsForLedger', () => ({ Streams: this.of(this.streams, name) })],
      'GET /ledgers/*/journal-kinesis-streams/*': ['DescribeJournalKinesisStream', () => ({ Stream: this.stream(name, id) })],
      'DELETE /ledgers/*/journal-kinesis-streams/*': ['CancelJournalKinesisStream', () => this.cancelStream(name, id)],
      'PUT /ledgers/*/grants/*': ['PutLedgerGrant', () => this.putGrant(`${this.ledger(name).Name}/${id}`, input)],
      'DELETE /ledgers/*/grants/*': ['DeleteLedgerGrant', () => this.deleteGrant(`${this.ledger(name).Name}/${id}`, query.get('request_token'))],
      'PUT /grants/*': ['PutControlGrant', () => this.putGrant(`*/${name}`, input)],
      'DELETE /grants/*': ['DeleteControlGrant', () => this.deleteGrant(`*/${name}`, query.get('request_token'))],
      'GET /tags/*': ['ListTagsForResource', () => ({ Tags: this.tagged(name) })],
      'POST /tags/*': ['TagResource', () => this.tagResource(name, input.Tags)],
      'DELETE /tags/*': ['UntagResource', () => this.untagResource(name, query.getAll('tagKeys'))],
    };
    const [operation, act] = operations[at] ?? ['Unknown', () => { throw new ServiceError(404, 'UnknownOperationException', at); }];
    return [operation, () => {
      this.calls.push({ operation, input });
      return act();
    }];
  }

  private createLedger({ Tags: tags = {}, KmsKey: key, ...input }: Json): Json {
    if (this.ledgers.has(input.Name)) { throw new ServiceError(409, 'ResourceAlreadyExistsException', `Ledger ${input.Name} exists`); }
    return this.addLedger(input.Name, tags, {
      State: 'CREATING',
      PermissionsMode: input.PermissionsMode,
      DeletionProtection: input.DeletionProtection ?? true,
      ...(key && { EncryptionDescription: { KmsKeyArn: key, EncryptionStatus: 'ENABLED' } }),
    });
  }

  private restoreLedger(input: Json): Json {
    this.createLedger(input);
    const description = { LedgerName: input.Name, Status: 'IN_PROGRESS', S3ExportLocation: input.S3ExportLocation };
    this.restores.set(input.Name, description);
    return { LedgerRestoreDescription: description };
  }

  private describeLedger(name: string): Json {
    const ledger = this.ledger(name);
    const restore = this.restores.get(name);
    if (ledger.State === 'CREATING' && this.isOver(ledger)) {
      const isRefused = restore && this.restoreRefusal;
      ledger.State = isRefused ? 'DELETING' : 'ACTIVE';
      if (restore) { Object.assign(restore, isRefused ? { Status: 'FAILED', Refusal: this.restoreRefusal } : { Status: 'COMPLETED', RestoreEndTime: this.now().getTime() / 1000 }); }
    }
    if (ledger.State === 'DELETING' && this.isOver(ledger)) {
      this.ledgers.delete(name);
      return this.ledger(name);
    }
    return { ...ledger, tables: undefined };
  }

  private updateLedger(name: string, { KmsKey: key, DeletionProtection: protection }: Json): Json {
    const ledger = this.ledger(name);
    if (key) { ledger.EncryptionDescription = key === 'AWS_OWNED_KMS_KEY' ? undefined : { KmsKeyArn: key, EncryptionStatus: 'UPDATING' }; }
    ledger.DeletionProtection = protection ?? ledger.DeletionProtection;
    return ledger;
  }

  private deleteLedger(name: string, seen: string | null): Json {
    const ledger = this.ledger(name);
    this.beforeDeletion?.();
    if (seen !== null && seen !== this.getDigest(name).DigestTipAddress.IonText) {
      throw new ServiceError(412, 'ResourcePreconditionNotMetException', `The journal has gone on to block ${this.tip}, beyond ${seen}`);
    }
    const isRestoring = ledger.State === 'CREATING' && this.restores.has(name);
    if (ledger.State !== 'ACTIVE' && !isRestoring) { throw new ServiceError(409, 'ResourceInUseException', `Ledger ${name} is ${ledger.State}`); }
    if (ledger.DeletionProtection) { throw new ServiceError(412, 'ResourcePreconditionNotMetException', 'Deletion protection is on'); }
    ledger.State = 'DELETING';
    this.pending.delete(ledger);
    return {};
  }

  private getDigest(name: string): Json {
    this.ledger(name);
    return { Digest: Buffer.alloc(32).toString('base64'), DigestTipAddress: { IonText: `{strandId: "${STRAND_ID}", sequenceNo: ${this.tip}}` } };
  }

  private startExport(name: string, input: Json): Json {
    const ledger = this.ledger(name);
    if (ledger.State !== 'ACTIVE') { throw new ServiceError(412, 'ResourcePreconditionNotMetException', `Ledger ${name} is ${ledger.State}`); }
    if (input.ExclusiveEndTime > this.now().getTime() / 1000) { throw new ServiceError(400, 'InvalidParameterException', 'End date cannot be in the future'); }
    if (this.exports.filter(job => job.LedgerName === name && job.Status === 'IN_PROGRESS').length >= 2) {
      throw new ServiceError(400, 'LimitExceededException', 'Exceeded the limit of 2 concurrently running Journal export jobs');
    }
    const job = { ...input, LedgerName: name, ExportId: this.id(), Status: 'IN_PROGRESS', ExportCreationTime: this.now().getTime() / 1000 };
    this.exports.unshift(job);
    return { ExportId: job.ExportId };
  }

  private listExports(name: string): Json[] {
    return this.of(this.exports, name).map(({ ExportId: id }) => this.describeExport(name, id).ExportDescription);
  }

  private describeExport(name: string, id: string): Json {
    const job = this.of(this.exports, name).find(({ ExportId: candidate }) => candidate === id);
    if (!job) { throw new ServiceError(404, 'ResourceNotFoundException', `No export ${id}`); }
    if (job.Status === 'IN_PROGRESS' && this.isOver(job)) { job.Status = 'COMPLETED'; }
    return { ExportDescription: job };
  }

  private startStream(name: string, { Tags: tags = {}, ...input }: Json): Json {
    this.ledger(name);
    if (this.streams.some(stream => stream.StreamName === input.StreamName && ['ACTIVE', 'IMPAIRED'].includes(stream.Status))) {
      throw new ServiceError(400, 'InvalidParameterException', `A stream named ${input.StreamName} is active`);
    }
    const StreamId = this.id();
    const Arn = `${ACCOUNT}:stream/${name}/${StreamId}`;
    const stream = { ...input, LedgerName: name, StreamName: input.StreamName, StreamId, Arn, ...this.streamHealth };
    this.streams.push(stream);
    this.tags.set(stream.Arn, tags);
    return { StreamId };
  }

  private stream(name: string, id: string): FakeStream {
    const stream = this.of(this.streams, name).find(({ StreamId: candidate }) => candidate === id);
    if (!stream) { throw new ServiceError(404, 'ResourceNotFoundException', `No stream ${id}`); }
    return stream;
  }

  private cancelStream(name: string, id: string): Json {
    const stream = this.stream(name, id);
    if (!['ACTIVE', 'IMPAIRED'].includes(stream.Status)) { throw new ServiceError(412, 'ResourcePreconditionNotMetException', `Stream is ${stream.Status}`); }
    stream.Status = 'CANCELED';
    return { StreamId: id };
  }

  private putGrant(key: string, { RequestToken: token, ...grant }: Json): Json {
    this.hear(key, token);
    this.grants.set(key, grant);
    return { GrantId: key.split('/')[1], ...grant };
  }

  private deleteGrant(key: string, token: string | null): Json {
    this.hear(key, token);
    this.grants.delete(key);
    return {};
  }

  /** Requests on grants count by when they began, however late they are heard. */
  private hear(key: string, token: string | null | undefined): void {
    const [, began, id] = /^(\d{13})-([\w-]{1,64})$/.exec(token ?? '') ?? [];
    if (!id) { throw new ServiceError(400, 'InvalidParameterException', `Request ${token} names no request`); }
    const heard = this.grantRequests.get(key) ?? new Map<string, string>();
    this.grantRequests.set(key, heard.set(id, heard.get(id) ?? began));
    if ([...heard.values()].some(other => other > heard.get(id)!)) {
      throw new ServiceError(412, 'ResourcePreconditionNotMetException', `Another request, which began after ${began}, has changed ${key}`);
    }
  }

  private tagged(arn: string): Record<string, string> {
    const tags = this.tags.get(arn);
    if (!tags) { throw new ServiceError(404, 'ResourceNotFoundException', `No resource ${arn}`); }
    return tags;
  }

  private tagResource(arn: string, tags: Record<string, string>): Json {
    const taken = Object.keys(tags).find(key => key in this.tagged(arn));
    if (taken) { throw new ServiceError(400, 'InvalidParameterException', `Tag ${taken} exists`); }
    Object.assign(this.tagged(arn), tags);
    return {};
  }

  private untagResource(arn: string, keys: string[]): Json {
    keys.forEach(key => delete this.tagged(arn)[key]);
    return {};
  }

  private sendCommand(input: Json): Json {
    if (input.StartSession) {
      const ledger = this.ledgers.get(input.StartSession.LedgerName);
      if (!ledger) { throw new ServiceError(400, 'BadRequestException', 'Ledger not found'); }
      const token = this.id();
      this.transactions.set(token, { ledger, id: '', statements: [], undo: new Map() });
      return { StartSession: { SessionToken: token } };
    }
    const transaction = this.transactions.get(input.SessionToken);
    if (!transaction) { throw new ServiceError(400, 'InvalidSessionException', 'No such session'); }
    if (input.StartTransaction) {
      transaction.id = this.id();
      transaction.undo = new Map([...transaction.ledger.tables].map(([table, fields]) => [table, new Set(fields)]));
      return { StartTransaction: { TransactionId: transaction.id } };
    }
    if (input.ExecuteStatement) {
      transaction.statements.push(input.ExecuteStatement.Statement);
      const rows = this.execute(transaction.ledger, input.ExecuteStatement.Statement);
      return { ExecuteStatement: { FirstPage: { Values: Array(rows).fill({ IonBinary: '4AEA6iEB' }) } } };
    }
    if (input.CommitTransaction) {
      const expected = transaction.statements.reduce((sum, text) => dot(sum, ionHash(text, 'sha256')), ionHash(transaction.id, 'sha256') as Uint8Array);
      if (Buffer.from(expected).toString('base64') !== input.CommitTransaction.CommitDigest) {
        throw new ServiceError(400, 'BadRequestException', "Digests don't match");
      }
      transaction.id = '';
      return { CommitTransaction: { TransactionId: input.CommitTransaction.TransactionId, CommitDigest: input.CommitTransaction.CommitDigest } };
    }
    this.transactions.delete(input.SessionToken);
    if (transaction.id) { transaction.ledger.tables = transaction.undo; }
    return { EndSession: {} };
  }

  private execute({ tables }: FakeLedger, statement: string): number {
    const table = /^SELECT name .* name = '(\w+)'$/.exec(statement);
    const index = /^SELECT VALUE indexes .* info\.name = '(\w+)' AND indexes\.expr = '\[(\w+)\]'$/.exec(statement);
    const createTable = /^CREATE TABLE "(\w+)"$/.exec(statement);
    const createIndex = /^CREATE INDEX ON "(\w+)" \("(\w+)"\)$/.exec(statement);
    if (table) { return tables.has(table[1]) ? 1 : 0; }
    if (index) { return tables.get(index[1])?.has(index[2]) ? 1 : 0; }
    if (createTable && !tables.has(createTable[1])) {
      tables.set(createTable[1], new Set());
      return 1;
    }
    const fields = createIndex && tables.get(createIndex[1]);
    if (!fields || fields.has(createIndex[2])) { throw new ServiceError(400, 'BadRequestException', `Cannot run: ${statement}`); }
    fields.add(createIndex[2]);
    return 1;
  }

  private ledger(name: string): FakeLedger {
    const ledger = this.ledgers.get(name);
    if (!ledger) { throw new ServiceError(404, 'ResourceNotFoundException', `The Ledger with name ${name} is not found`); }
    return ledger;
  }

  private of<Job extends Json>(jobs: Job[], ledgerName: string): Job[] {
    return jobs.filter(job => job.LedgerName === ledgerName);
  }

  private isOver(thing: object): boolean {
    const seen = (this.pending.get(thing) ?? 0) + 1;
    this.pending.set(thing, seen);
    return seen > this.polls;
  }

  private id(): string {
    return `Id${String(++this.ids).padStart(20, '0')}`;
  }
}
