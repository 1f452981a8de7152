import { once } from 'events';
import { createServer, type IncomingMessage, type Server } from 'http';
import { type AddressInfo } from 'net';
import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { WorkMailClient } from '@aws-sdk/client-workmail';
import { FakeS3Control } from './fake-s3-control';
import { FakeWorkMail } from './fake-workmail';
import { Faults, ServiceError, type Call, type Fault } from './faults';

/**
 * WorkMail (AWS JSON 1.1) and S3 Control (REST XML) in memory, behind one real socket, for the real SDK clients. What can be asked is in plain,
 * writable fields, and either can be told to misbehave.
 */
export class FakeJobServices {
  readonly calls: Call[] = [];
  readonly workMail: FakeWorkMail;
  readonly s3Control: FakeS3Control;
  isDown = false;
  private readonly faults = new Faults();
  private readonly clients: { destroy(): void }[] = [];

  private constructor(private readonly server: Server, now: () => Date) {
    this.workMail = new FakeWorkMail(now);
    this.s3Control = new FakeS3Control(now);
  }

  static async start(now: () => Date = () => new Date()): Promise<FakeJobServices> {
    const server = createServer();
    const services = new FakeJobServices(server, now);
    server.on('request', (request, response) => void services.handle(request).then(reply => {
      if (reply === undefined) {
        request.socket.destroy();
      } else {
        // Another time than that of the client's own clock has it try again with the corrected one.
        response.writeHead(reply.status, { ...reply.headers, date: now().toUTCString() }).end(reply.body);
      }
    }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return services;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  workMailClient(maxAttempts = 1): WorkMailClient {
    return this.owned(new WorkMailClient({ ...this.clientConfig(maxAttempts), endpoint: this.url }));
  }

  /** S3 Control's clients put the account id before the host, which a loopback address has no place for. */
  s3ControlClient(maxAttempts = 1): S3ControlClient {
    return this.owned(new S3ControlClient({
      ...this.clientConfig(maxAttempts),
      disableHostPrefix: true,
      endpointProvider: () => ({
        url: new URL(this.url),
        headers: {},
        properties: { authSchemes: [{ name: 'sigv4', signingName: 's3', signingRegion: 'eu-central-1', properties: {} }] },
      }),
    }));
  }

  /** Makes the n-th call of an operation from now on fail. */
  fail(operation: string, fault: Fault): void {
    this.faults.add(operation, fault);
  }

  count(operation: string): number {
    return this.calls.filter(call => call.operation === operation).length;
  }

  stop(): void {
    this.clients.forEach(client => client.destroy());
    this.server.close();
    this.server.closeAllConnections();
  }

  private async handle(request: IncomingMessage): Promise<Reply | undefined> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) { chunks.push(chunk); }
    if (this.isDown) {
      return undefined;
    }
    const body = Buffer.concat(chunks).toString();
    const target = request.headers['x-amz-target'];
    const service = target === undefined ? this.s3Control : this.workMail;
    try {
      const { operation, input, act } = service.route(request, body, new URL(request.url!, this.url));
      this.calls.push({ operation, input });
      const fault = this.faults.due(operation);
      const output = fault && !fault.afterTheFact ? undefined : act();
      if (fault) { throw new ServiceError(fault.status, fault.name ?? 'InternalFailure', fault.message ?? 'injected'); }
      return { status: 200, ...service.success(operation, output) };
    } catch (error) {
      if (!(error instanceof ServiceError)) { throw error; }
      return { status: error.status, ...service.failure(error) };
    }
  }

  private clientConfig(maxAttempts: number) {
    return { region: 'eu-central-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }, maxAttempts };
  }

  private owned<Client extends { destroy(): void }>(client: Client): Client {
    this.clients.push(client);
    return client;
  }
}

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}
