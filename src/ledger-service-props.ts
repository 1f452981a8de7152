import {
  Duration, RemovalPolicy, Size, aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs,
} from 'aws-cdk-lib';
import { LedgerServiceConcurrency } from './ledger-service-concurrency';
import { LedgerServicePrivateAccess } from './ledger-service-private-access';
import { LedgerServiceQuotas } from './ledger-service-quotas';

/** Properties of a `LedgerService`. */
export interface LedgerServiceProps {
  /**
   * An existing table that holds the ledgers: one that was restored to a point in time, or retained by another stack. Its stream must be on and
   * known to it, and so must its key if that is not DynamoDB's: import it with `Table.fromTableAttributes`.
   * @default - a new table
   */
  readonly table?: dynamodb.ITable;

  /**
   * Encrypts the journal and everything derived from it at rest.
   * @default - a new customer managed key with yearly rotation
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How far back the table can be restored to any second: whole days, from 1 to 35.
   * @default Duration.days(35)
   */
  readonly recoveryPeriod?: Duration;

  /**
   * What happens to the table, its key and the logs when the service leaves the stack.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Refuses to delete the table that holds all ledgers. Must be `false` under `RemovalPolicy.DESTROY`.
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * Lets callers in from within a VPC only: private APIs of API Gateway take the place of the function URLs, and clients sign for `execute-api`.
   * @default - function URLs, which can be reached from everywhere and answer callers with permission only
   */
  readonly privateAccess?: LedgerServicePrivateAccess;

  /**
   * Concurrent executions that are kept for the functions.
   * @default - the functions share what the account has left
   */
  readonly reservedConcurrency?: LedgerServiceConcurrency;

  /**
   * Whether AWS X-Ray traces the functions, and the private APIs if there are any.
   * @default lambda.Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;

  /**
   * Memory of the functions, which also sets their share of a processor.
   * @default Size.mebibytes(1024)
   */
  readonly memory?: Size;

  /**
   * How long the functions' logs are kept.
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * How many ledgers, exports and streams there may be.
   * @default - QLDB's own quotas
   */
  readonly quotas?: LedgerServiceQuotas;
}

/** Attributes of a `LedgerService` deployed by another app. */
export interface LedgerServiceAttributes {
  /** URL of the API function, the control plane. */
  readonly serviceUrl: string;

  /** URL of the session function. */
  readonly sessionUrl: string;

  /** ARN of the API function, which administrators are allowed to invoke. */
  readonly apiFunctionArn: string;

  /** ARN of the session function, which applications are allowed to invoke. */
  readonly sessionFunctionArn: string;

  /** ARN of the role that the API function runs under. */
  readonly apiRoleArn: string;

  /** ARN of the role that the worker function runs under. */
  readonly workerRoleArn: string;

  /**
   * How the service is reached, if it can be reached from within a VPC only.
   * @default - through function URLs
   */
  readonly privateAccess?: LedgerServicePrivateAccess;
}

/** A QLDB-compatible endpoint that is not a `LedgerService`. */
export interface LedgerServiceEndpoint {
  /** Where the control plane answers, beginning with `https://`. */
  readonly serviceUrl: string;

  /**
   * Where sessions are answered, beginning with `https://`.
   * @default - where the control plane answers
   */
  readonly sessionUrl?: string;

  /**
   * Who assumes the roles of exports and streams. Used in trust policies as it is.
   * @default - the service principal `qldb.amazonaws.com`, on behalf of this account's QLDB resources only
   */
  readonly journalPrincipal?: iam.IPrincipal;
}
