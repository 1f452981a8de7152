import {
  Duration, RemovalPolicy, Resource, Size, Stack,
  aws_dynamodb as dynamodb, aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kms as kms,
  aws_lambda as lambda, aws_logs as logs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ILedgerService } from './any-ledger-service';
import { bundledFunction, functionRole } from './bundled-function';
import { allowAssumeRoleBy, journalPrincipalOf } from './journal-roles';
import { concurrencyProblems } from './ledger-service-concurrency';
import { LedgerServiceGrants } from './ledger-service-grants';
import { importedEndpoint, importedService } from './ledger-service-import';
import { LedgerServicePrivateAccess, PrivateDoor, executeApiEndpoint, privateDoorArn } from './ledger-service-private-access';
import { LedgerServiceAttributes, LedgerServiceEndpoint, LedgerServiceProps } from './ledger-service-props';
import { quotaEnvironment, quotaProblems } from './ledger-service-quotas';
import { serviceTable, serviceTableProblems } from './ledger-service-table';
import { rejectProblems } from './problems';
import { removalProblem } from './removal';

export type { ILedgerService } from './any-ledger-service';
export type { LedgerServiceAttributes, LedgerServiceEndpoint, LedgerServiceProps } from './ledger-service-props';

/**
 * The ledger service in your own account: the QLDB API on Lambda and DynamoDB, behind two function URLs that only IAM principals
 * with permission can call. As QLDB had two hosts, one is the control plane, for administrators, and one answers sessions, for applications.
 *
 * @stateful
 * @example
 * const service = new LedgerService(this, 'Service');
 * const ledger = new Ledger(this, 'Payments', { service });
 */
export class LedgerService extends Resource implements ILedgerService {
  /**
   * The service of ledgers that name none: found in the stack, or created there with default properties.
   * @param scope any construct of the stack.
   */
  public static defaultFor(scope: Construct): LedgerService {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(DEFAULT_SERVICE_ID) as LedgerService | undefined ?? new LedgerService(stack, DEFAULT_SERVICE_ID);
  }

  /**
   * A service deployed by another app into the same region. In another account, it must let this account in: see `LedgerServiceGrants.invoke`.
   * @param scope the parent.
   * @param id the construct's id.
   * @param attributes what the other app says about it.
   */
  public static fromLedgerServiceAttributes(scope: Construct, id: string, attributes: LedgerServiceAttributes): ILedgerService {
    return importedService(scope, id, attributes);
  }

  /**
   * Any other endpoint that speaks the QLDB API. It decides itself whom it serves and which roles it assumes.
   * @param scope the parent.
   * @param id the construct's id.
   * @param endpoint where it is and whom to trust.
   */
  public static fromEndpoint(scope: Construct, id: string, endpoint: LedgerServiceEndpoint): ILedgerService {
    return importedEndpoint(scope, id, endpoint);
  }

  public readonly serviceUrl: string;
  public readonly sessionUrl: string;
  public readonly checksGrants = true;
  public readonly grants: LedgerServiceGrants;
  public readonly privateAccess?: LedgerServicePrivateAccess;

  /** Holds every ledger of the service. */
  public readonly table: dynamodb.ITable;

  /**
   * Encrypts the table.
   * @default - a key of DynamoDB's own, which only an existing table can have
   */
  public readonly encryptionKey?: kms.IKey;

  /** Answers the control plane: every operation of the QLDB API. */
  public readonly apiFunction: lambda.Function;

  /** Answers sessions, and nothing else. */
  public readonly sessionFunction: lambda.Function;

  /** Moves exports and streams forward. */
  public readonly workerFunction: lambda.Function;

  private readonly executionRoles: iam.IRole[];

  constructor(scope: Construct, id: string, props: LedgerServiceProps = {}) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const deletionProtection = props.deletionProtection ?? true;
    rejectProblems(this, [
      // An existing table has a protection of its own, which nothing here contradicts.
      removalProblem(removalPolicy, props.table ? false : deletionProtection),
      ...serviceTableProblems(props),
      ...quotaProblems(props.quotas),
      ...concurrencyProblems(props.reservedConcurrency),
    ]);
    ({ table: this.table, encryptionKey: this.encryptionKey } = serviceTable(this, props, deletionProtection, removalPolicy));
    this.privateAccess = props.privateAccess;

    const memory = props.memory ?? Size.mebibytes(1024);
    const serviceFunction = (functionId: string, bundle: string, description: string, timeout: Duration, reservedConcurrentExecutions?: number) => {
      const logGroup = new logs.LogGroup(this, `${functionId}Logs`, {
        retention: props.logRetention ?? logs.RetentionDays.THREE_MONTHS,
        removalPolicy,
      });
      const role = functionRole(this, `${functionId}Role`, `${description} (${this.node.path})`, logGroup);
      this.grantTableAccess(role);
      return bundledFunction(this, functionId, {
        bundle,
        handler: 'index.handler',
        description,
        timeout,
        memory,
        role,
        logGroup,
        tracing: props.tracing,
        reservedConcurrentExecutions,
        environment: { LEDGER_TABLE_NAME: this.table.tableName, ...quotaEnvironment(props.quotas) },
      });
    };
    const { api, session, worker } = props.reservedConcurrency ?? {};
    this.apiFunction = serviceFunction('Api', 'service/api', 'Ledger service: control plane', Duration.seconds(30), api);
    this.sessionFunction = serviceFunction('Session', 'service/session', 'Ledger service: sessions', Duration.seconds(30), session);
    this.workerFunction = serviceFunction('Worker', 'service/worker', 'Ledger service: exports and streams', Duration.minutes(5), worker);
    this.executionRoles = [this.apiFunction.role!, this.workerFunction.role!];

    this.wakeWorkerOnNewBlocksAndJobs();
    new events.Rule(this, 'Schedule', {
      description: 'Resumes exports and streams that nothing else woke',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      targets: [new targets.LambdaFunction(this.workerFunction, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });

    const doors = props.privateAccess ? this.privateDoors(props.privateAccess, props.tracing) : this.functionUrls();
    ({ serviceUrl: this.serviceUrl, sessionUrl: this.sessionUrl, grants: this.grants } = doors);
  }

  public journalPrincipal(ledgerArn: string): iam.IPrincipal {
    return journalPrincipalOf(this.executionRoles, ledgerArn);
  }

  public allowAssumeRole(scope: Construct, role: iam.IRoleRef): void {
    allowAssumeRoleBy(this.executionRoles, this.env.account, scope, role);
  }

  private functionUrls(): Doors {
    return {
      serviceUrl: this.apiFunction.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM }).url,
      sessionUrl: this.sessionFunction.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM }).url,
      grants: LedgerServiceGrants.fromFunctions(this.apiFunction, this.sessionFunction, this),
    };
  }

  private privateDoors(access: LedgerServicePrivateAccess, tracing?: lambda.Tracing): Doors {
    const endpoint = executeApiEndpoint(this, access);
    const tracingEnabled = tracing === lambda.Tracing.ACTIVE;
    const control = new PrivateDoor(this, 'PrivateApi', this.apiFunction, endpoint, {
      description: `Control plane of ${this.node.path}`, tracingEnabled, onlySessions: false,
    });
    const sessions = new PrivateDoor(this, 'PrivateSession', this.sessionFunction, endpoint, {
      description: `Sessions of ${this.node.path}`, tracingEnabled, onlySessions: true,
    });
    return {
      serviceUrl: control.url,
      sessionUrl: sessions.url,
      grants: LedgerServiceGrants.fromPrivateApis(privateDoorArn(this, control.apiId, '*'), privateDoorArn(this, sessions.apiId, 'POST/'), this),
    };
  }

  private grantTableAccess(role: iam.Role): void {
    role.addToPolicy(new iam.PolicyStatement({ actions: TABLE_ACTIONS, resources: [this.table.tableArn] }));
    if (this.encryptionKey) {
      role.addToPolicy(new iam.PolicyStatement({
        actions: TABLE_KEY_ACTIONS,
        resources: [this.encryptionKey.keyArn],
        conditions: { StringLike: { 'kms:ViaService': `dynamodb.${this.stack.region}.amazonaws.com*` } },
      }));
    }
  }

  /** A record only wakes the worker, which reads its work from the table: losing one costs at most a minute, so old ones are dropped. */
  private wakeWorkerOnNewBlocksAndJobs(): void {
    this.table.grantStreamRead(this.workerFunction);
    this.workerFunction.addEventSourceMapping('TableStream', {
      eventSourceArn: this.table.tableStreamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      filters: WORKER_SORT_KEY_PREFIXES.map(prefix =>
        lambda.FilterCriteria.filter({ dynamodb: { Keys: { s: { S: lambda.FilterRule.beginsWith(prefix) } } } })),
      batchSize: 100,
      parallelizationFactor: 10,
      retryAttempts: 3,
      maxRecordAge: Duration.minutes(1),
      bisectBatchOnError: true,
    });
  }
}

/** How callers come in. */
interface Doors {
  readonly serviceUrl: string;
  readonly sessionUrl: string;
  readonly grants: LedgerServiceGrants;
}

/** In users' templates: never changes. */
const DEFAULT_SERVICE_ID = 'DefaultLedgerService';

/** Items whose change means work: the head of a journal, and jobs. */
const WORKER_SORT_KEY_PREFIXES = ['head', 'job#'];

/** TransactWriteItems is authorised through the actions it is made of. */
const TABLE_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
];

/** What DynamoDB does with the table's key in the name of a caller. */
const TABLE_KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];
