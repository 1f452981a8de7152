import { checkDestination } from './destination-check';
import type { ObjectEncryption } from './destinations';
import { ledgerArn, type EngineContext } from './engine-context';
import { findJob, liveJobsOf, type ExportJob, type OutputFormat } from './job-record';
import { startJob } from './job-start';
import { LedgerError } from './ledger-error';
import { ledgersAfter, requireLedger, type LedgerRecord } from './ledger-record';

export interface ExportRequest {
  readonly inclusiveStartMillis: number;
  readonly exclusiveEndMillis: number;
  readonly bucket: string;
  readonly prefix: string;
  readonly encryption: ObjectEncryption;
  readonly roleArn: string;
  readonly outputFormat?: OutputFormat;
}

const PREFIX_LENGTH_MAX = 128;
/** The caller's clock and ours may differ by a little; `now` must stay a valid end. */
const CLOCK_SKEW_MILLIS = 5_000;

const illegal = (message: string): LedgerError => new LedgerError('IllegalArgumentException', message);

/** Journal exports as the control plane sees them; the worker takes their steps. */
export class Exports {
  constructor(private readonly context: EngineContext) {}

  /** @throws LedgerError for each of the request's rules, and when the bucket cannot be written under the role */
  async start(ledgerName: string, request: ExportRequest): Promise<string> {
    const { account, clock, destinations, quotas } = this.context;
    return startJob<ExportJob>(this.context, ledgerName, {
      kind: 'export',
      inclusiveStartMillis: request.inclusiveStartMillis,
      refuse: (exports) => {
        checkRequest(request, clock());
        refuseTooMany(exports, quotas.runningExportsPerLedger);
      },
      checkDestination: () => checkDestination(async () => {
        const writer = await destinations.objects(request.roleArn, ledgerArn(account, ledgerName));
        await writer.check(request);
      }, 'QLDB encountered an error validating S3 configuration:'),
      record: beginning => ({ kind: 'export', status: 'IN_PROGRESS', ...request, ...beginning }),
    });
  }

  /** @throws LedgerError ResourceNotFoundException for the ledger or the job */
  async describe(ledgerName: string, exportId: string): Promise<ExportJob> {
    const { record } = await requireLedger(this.context.store, ledgerName);
    const job = await findJob(this.context.store, record.strandId, 'export', exportId, this.context.clock());
    if (!job) {
      throw new LedgerError('ResourceNotFoundException', `The JournalS3Export with id ${exportId} of ledger ${ledgerName} is not found`, {
        ResourceType: 'JournalS3Export', ResourceName: exportId,
      });
    }
    return job.record;
  }

  /** Exports of one ledger, newest first. */
  async listForLedger(ledgerName: string): Promise<ExportJob[]> {
    const { record } = await requireLedger(this.context.store, ledgerName);
    return this.exportsOf(record);
  }

  /** Exports of every ledger, ledgers in order of their names. */
  async listAll(): Promise<ExportJob[]> {
    const exports: ExportJob[] = [];
    for await (const ledger of ledgersAfter(this.context.store)) exports.push(...await this.exportsOf(ledger));
    return exports;
  }

  private async exportsOf({ strandId }: LedgerRecord): Promise<ExportJob[]> {
    return liveJobsOf(this.context.store, strandId, 'export', this.context.clock());
  }
}

function refuseTooMany(exports: readonly ExportJob[], runningMax: number): void {
  if (exports.filter(({ status }) => status === 'IN_PROGRESS').length < runningMax) return;
  throw new LedgerError('LimitExceededException', `Exceeded the limit of ${runningMax} concurrently running Journal export jobs`, {
    ResourceType: 'JournalS3Export',
  });
}

function checkRequest(request: ExportRequest, nowMillis: number): void {
  if (request.prefix.length > PREFIX_LENGTH_MAX) throw illegal(`The Amazon S3 bucket prefix must not exceed ${PREFIX_LENGTH_MAX} characters`);
  if (request.inclusiveStartMillis >= request.exclusiveEndMillis) throw illegal('Start date must not be greater than end date');
  if (request.exclusiveEndMillis > nowMillis + CLOCK_SKEW_MILLIS) throw illegal('End date cannot be in the future');
  const { objectEncryptionType, kmsKeyArn } = request.encryption;
  if (kmsKeyArn !== undefined && objectEncryptionType !== 'SSE_KMS') {
    throw illegal('The supplied object encryption setting (S3EncryptionConfiguration) is not compatible with an AWS Key Management Service (AWS KMS) key');
  }
  if (kmsKeyArn === undefined && objectEncryptionType === 'SSE_KMS') {
    throw illegal('ObjectEncryptionType SSE_KMS needs a KmsKeyArn. Name the key, or use SSE_S3.');
  }
}
