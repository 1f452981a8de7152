import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { ILedger } from './ledger';

/**
 * Permissions on one ledger.
 *
 * Every grant lets the grantee reach the service of the ledger and names the QLDB actions meant. IAM enforces the first: behind the function
 * URL of a `LedgerService`, who may call may call every operation, and what statements may touch follows the ledger's permissions mode.
 * The second is enforced by endpoints that evaluate IAM themselves.
 */
export class LedgerGrants {
  /**
   * Grants on a ledger.
   * @param ledger the ledger.
   */
  public static fromLedger(ledger: ILedger): LedgerGrants {
    return new LedgerGrants(ledger);
  }

  private constructor(private readonly ledger: ILedger) {}

  /**
   * Run queries: SELECT and history() on every table.
   * @param grantee who may.
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    return this.onLedger(grantee, SESSION_ACTIONS).combine(this.onTables(grantee, READ_ACTIONS));
  }

  /**
   * Run queries and change documents: INSERT, UPDATE and DELETE on every table. Not the schema.
   * @param grantee who may.
   */
  public readWrite(grantee: iam.IGrantable): iam.Grant {
    return this.onLedger(grantee, SESSION_ACTIONS).combine(this.onTables(grantee, [...READ_ACTIONS, ...WRITE_ACTIONS].sort()));
  }

  /**
   * Verify: read digests, blocks and revisions with their proofs.
   * @param grantee who may.
   */
  public verify(grantee: iam.IGrantable): iam.Grant {
    return this.onLedger(grantee, VERIFY_ACTIONS);
  }

  /**
   * Start exports of the journal and follow them.
   * @param grantee who may.
   */
  public exportJournal(grantee: iam.IGrantable): iam.Grant {
    return this.onLedger(grantee, EXPORT_ACTIONS);
  }

  /**
   * Start streams of the journal, follow and cancel them.
   * @param grantee who may.
   */
  public streamJournal(grantee: iam.IGrantable): iam.Grant {
    const streams = Stack.of(this.ledger).formatArn({ service: 'qldb', resource: 'stream', resourceName: `${this.ledger.ledgerName}/*` });
    return this.on(grantee, STREAM_ACTIONS, [streams]);
  }

  private onLedger(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    return this.on(grantee, actions, [this.ledger.ledgerArn]);
  }

  private onTables(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    // The catalog is what drivers and shells list tables with.
    return this.on(grantee, actions, [`${this.ledger.ledgerArn}/table/*`, `${this.ledger.ledgerArn}/information_schema/user_tables`]);
  }

  private on(grantee: iam.IGrantable, actions: string[], resourceArns: string[]): iam.Grant {
    const onLedger = iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
    const reach = this.ledger.service?.grants.invoke(grantee);
    return reach ? reach.combine(onLedger) : onLedger;
  }
}

const SESSION_ACTIONS = ['qldb:SendCommand'];
const READ_ACTIONS = ['qldb:PartiQLHistoryFunction', 'qldb:PartiQLSelect'];
const WRITE_ACTIONS = ['qldb:PartiQLDelete', 'qldb:PartiQLInsert', 'qldb:PartiQLUpdate'];
const VERIFY_ACTIONS = ['qldb:DescribeLedger', 'qldb:GetBlock', 'qldb:GetDigest', 'qldb:GetRevision'];
const EXPORT_ACTIONS = ['qldb:DescribeJournalS3Export', 'qldb:ExportJournalToS3', 'qldb:ListJournalS3ExportsForLedger'];
const STREAM_ACTIONS = [
  'qldb:CancelJournalKinesisStream',
  'qldb:DescribeJournalKinesisStream',
  'qldb:ListJournalKinesisStreamsForLedger',
  'qldb:StreamJournalToKinesis',
];
