import { checkDestination } from './destination-check';
import { ledgerArn, type EngineContext } from './engine-context';
import { changeJob, findJob, liveJobsOf, type StreamJob } from './job-record';
import { startJob } from './job-start';
import { LedgerError } from './ledger-error';
import { requireLedger } from './ledger-record';
import { withoutTags, withTags, type Tags } from './tags';

export interface StreamRequest {
  readonly streamName: string;
  readonly roleArn: string;
  readonly kinesisStreamArn: string;
  readonly aggregationEnabled: boolean;
  readonly inclusiveStartMillis: number;
  readonly exclusiveEndMillis?: number;
  readonly tags: Readonly<Record<string, string>>;
}

const CLOCK_SKEW_MILLIS = 5_000;

const illegal = (message: string): LedgerError => new LedgerError('IllegalArgumentException', message);
const isRunning = ({ status }: StreamJob): boolean => status === 'ACTIVE' || status === 'IMPAIRED';

/** Journal streams as the control plane sees them; the worker pumps them. */
export class Streams {
  constructor(private readonly context: EngineContext) {}

  /** @throws LedgerError for each of the request's rules, and when the Kinesis stream cannot be reached under the role */
  async start(ledgerName: string, request: StreamRequest): Promise<string> {
    const { account, clock, destinations, quotas } = this.context;
    return startJob<StreamJob>(this.context, ledgerName, {
      kind: 'stream',
      inclusiveStartMillis: request.inclusiveStartMillis,
      refuse: (streams) => {
        checkRequest(request, clock());
        refuseCollision(ledgerName, request, streams.filter(isRunning), quotas.activeStreamsPerLedger);
      },
      checkDestination: () => checkDestination(async () => {
        const writer = await destinations.records(request.roleArn, ledgerArn(account, ledgerName));
        await writer.check(request.kinesisStreamArn);
      }, 'QLDB encountered an error validating Kinesis Data Streams: Response from Kinesis:'),
      record: beginning => ({ kind: 'stream', status: 'ACTIVE', ...request, ...beginning }),
    });
  }

  /** @throws LedgerError ResourceNotFoundException for the ledger or the stream */
  async describe(ledgerName: string, streamId: string): Promise<StreamJob> {
    const { record } = await requireLedger(this.context.store, ledgerName);
    const job = await findJob(this.context.store, record.strandId, 'stream', streamId, this.context.clock());
    if (!job) throw streamNotFound(ledgerName, streamId);
    return job.record;
  }

  /** Streams of a ledger, newest first. */
  async listForLedger(ledgerName: string): Promise<StreamJob[]> {
    const { record } = await requireLedger(this.context.store, ledgerName);
    return liveJobsOf(this.context.store, record.strandId, 'stream', this.context.clock());
  }

  /** @throws LedgerError ResourcePreconditionNotMetException if the stream has ended already */
  async cancel(ledgerName: string, streamId: string): Promise<void> {
    const { status, strandId } = await this.describe(ledgerName, streamId);
    const now = this.context.clock();
    const canceled = await changeJob(this.context.store, strandId, 'stream', streamId, now,
      job => isRunning(job) ? { status: 'CANCELED', endedMillis: now, errorCause: undefined } : undefined);
    if (!canceled) {
      throw new LedgerError('ResourcePreconditionNotMetException', `The stream ${streamId} is ${status}; only an ACTIVE or IMPAIRED stream can be canceled`, {
        ResourceType: 'Stream', ResourceName: streamId,
      });
    }
  }

  /** @throws LedgerError ResourceNotFoundException, InvalidParameterException */
  async tag(ledgerName: string, streamId: string, tags: Tags): Promise<void> {
    await this.change(ledgerName, streamId, stream => ({ tags: withTags(`Stream ${streamId}`, stream.tags, tags) }));
  }

  /** @throws LedgerError ResourceNotFoundException */
  async untag(ledgerName: string, streamId: string, keys: readonly string[]): Promise<void> {
    await this.change(ledgerName, streamId, stream => ({ tags: withoutTags(stream.tags, keys) }));
  }

  private async change(ledgerName: string, streamId: string, change: (stream: StreamJob) => Partial<StreamJob>): Promise<void> {
    const { strandId } = await this.describe(ledgerName, streamId);
    if (!await changeJob(this.context.store, strandId, 'stream', streamId, this.context.clock(), change)) throw streamNotFound(ledgerName, streamId);
  }
}

function checkRequest({ inclusiveStartMillis, exclusiveEndMillis }: StreamRequest, nowMillis: number): void {
  if (exclusiveEndMillis !== undefined && inclusiveStartMillis >= exclusiveEndMillis) throw illegal('Start date must not be greater than end date');
  if (inclusiveStartMillis > nowMillis + CLOCK_SKEW_MILLIS) throw illegal('Start date cannot be in the future');
}

function refuseCollision(ledgerName: string, { streamName }: StreamRequest, running: readonly StreamJob[], runningMax: number): void {
  if (running.length >= runningMax) {
    throw new LedgerError('LimitExceededException', `Exceeded the limit of ${runningMax} concurrently running Journal streams to Kinesis`, {
      ResourceType: 'Stream',
    });
  }
  const namesake = running.find(stream => stream.streamName === streamName);
  if (namesake) {
    throw new LedgerError('InvalidParameterException', `Ledger ${ledgerName} already has the running stream ${namesake.id} with name ${streamName}. Choose another name or cancel it.`, {
      ParameterName: 'StreamName',
    });
  }
}

const streamNotFound = (ledgerName: string, streamId: string): LedgerError =>
  new LedgerError('ResourceNotFoundException', `The Stream with id ${streamId} of ledger ${ledgerName} is not found`, {
    ResourceType: 'Stream', ResourceName: streamId,
  });
