import {
  ArnFormat, Duration, IResource, RemovalPolicy, Resource, Size, Stack,
  aws_dynamodb as dynamodb, aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kms as kms,
  aws_lambda as lambda, aws_lambda_event_sources as sources, aws_logs as logs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { bundledFunction, functionRole } from './bundled-function';
import { LedgerServiceGrants } from './ledger-service-grants';
import { LedgerServiceQuotas, quotaEnvironment, quotaProblems } from './ledger-service-quotas';
import { rejectProblems } from './problems';
import { removalProblem, watchRemoval } from './removal';

/** A QLDB-compatible service that ledgers live in. */
export interface ILedgerService extends IResource {
  /**
   * Where the control plane answers: every operation, for administrators. Ends in a slash when it is a function URL.
   * @attribute
   */
  readonly serviceUrl: string;

  /**
   * Where sessions are answered, for applications: the URL for QLDB drivers. Ends in a slash when it is a function URL.
   * @attribute
   */
  readonly sessionUrl: string;

  /**
   * Whether the service keeps grants on its ledgers and checks the statements that reach `sessionUrl` against them. Endpoints that evaluate
   * IAM themselves do not.
   */
  readonly checksGrants: boolean;

  /** Permissions on the service. */
  readonly grants: LedgerServiceGrants;

  /**
   * Who assumes the role of an export or stream, with the conditions that keep it to one ledger. For trust policies.
   * @param ledgerArn the ledger that the role serves.
   */
  journalPrincipal(ledgerArn: string): iam.IPrincipal;

  /**
   * Lets the service assume the role of an export or stream. The permission is created in `scope`, not in the service's stack, so that
   * a service shared by several stacks depends on none of them.
   * @param scope where to create the permission; once per scope.
   * @param role the role; its trust policy must name the principal of `journalPrincipal`.
   */
  allowAssumeRole(scope: Construct, role: iam.IRoleRef): void;
}

/** Properties of a `LedgerService`. */
export interface LedgerServiceProps {
  /**
   * Encrypts the journal and everything derived from it at rest.
   * @default - a new customer managed key with yearly rotation
   */
  readonly encryptionKey?: kms.IKey;

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

abstract class LedgerServiceBase extends Resource implements ILedgerService {
  public abstract readonly serviceUrl: string;
  public abstract readonly sessionUrl: string;
  public readonly checksGrants = true;
  public abstract readonly grants: LedgerServiceGrants;
  protected abstract readonly executionRoles: iam.IRole[];

  public journalPrincipal(ledgerArn: string): iam.IPrincipal {
    return new iam.CompositePrincipal(...this.executionRoles.map(role => new iam.ArnPrincipal(role.roleArn)))
      .withConditions({ StringEquals: { 'sts:ExternalId': ledgerArn } });
  }

  public allowAssumeRole(scope: Construct, role: iam.IRoleRef): void {
    new iam.Policy(scope, 'ServiceAccess', {
      roles: this.executionRoles,
      statements: [new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: [role.roleRef.roleArn] })],
    });
  }
}

/**
 * The ledger service in your own account: the QLDB API on Lambda and DynamoDB, behind two function URLs that only IAM principals
 * with permission can call. As QLDB had two hosts, one is the control plane, for administrators, and one answers sessions, for applications.
 *
 * @stateful
 * @example
 * const service = new LedgerService(this, 'Service');
 * const ledger = new Ledger(this, 'Payments', { service });
 */
export class LedgerService extends LedgerServiceBase {
  /**
   * The service of ledgers that name none: found in the stack, or created there with default properties.
   * @param scope any construct of the stack.
   */
  public static defaultFor(scope: Construct): LedgerService {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(DEFAULT_SERVICE_ID) as LedgerService | undefined ?? new LedgerService(stack, DEFAULT_SERVICE_ID);
  }

  /**
   * A service deployed by another app into the same account and region.
   * @param scope the parent.
   * @param id the construct's id.
   * @param attributes what the other app says about it.
   */
  public static fromLedgerServiceAttributes(scope: Construct, id: string, attributes: LedgerServiceAttributes): ILedgerService {
    class Import extends LedgerServiceBase {
      public readonly serviceUrl = attributes.serviceUrl;
      public readonly sessionUrl = attributes.sessionUrl;
      public readonly grants = LedgerServiceGrants.fromFunctions(
        lambda.Function.fromFunctionAttributes(this, 'ApiFunction', { functionArn: attributes.apiFunctionArn, sameEnvironment: true }),
        lambda.Function.fromFunctionAttributes(this, 'SessionFunction', { functionArn: attributes.sessionFunctionArn, sameEnvironment: true }),
      );
      protected readonly executionRoles = [
        iam.Role.fromRoleArn(this, 'ApiRole', attributes.apiRoleArn),
        iam.Role.fromRoleArn(this, 'WorkerRole', attributes.workerRoleArn),
      ];
    }
    return new Import(scope, id);
  }

  /**
   * Any other endpoint that speaks the QLDB API. It decides itself whom it serves and which roles it assumes.
   * @param scope the parent.
   * @param id the construct's id.
   * @param endpoint where it is and whom to trust.
   */
  public static fromEndpoint(scope: Construct, id: string, endpoint: LedgerServiceEndpoint): ILedgerService {
    class Import extends Resource implements ILedgerService {
      public readonly serviceUrl = endpoint.serviceUrl;
      public readonly sessionUrl = endpoint.sessionUrl ?? endpoint.serviceUrl;
      public readonly checksGrants = false;
      public readonly grants = LedgerServiceGrants.none();

      public journalPrincipal(_ledgerArn: string): iam.IPrincipal {
        const anyQldbResource = this.stack.formatArn({ service: 'qldb', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });
        return endpoint.journalPrincipal ?? new iam.ServicePrincipal('qldb.amazonaws.com').withConditions({
          StringEquals: { 'aws:SourceAccount': this.stack.account },
          ArnLike: { 'aws:SourceArn': anyQldbResource },
        });
      }

      public allowAssumeRole(_scope: Construct, _role: iam.IRoleRef): void {
        // The endpoint's own permissions are managed where it runs.
      }
    }
    return new Import(scope, id);
  }

  public readonly serviceUrl: string;
  public readonly sessionUrl: string;
  public readonly grants: LedgerServiceGrants;

  /** Holds every ledger of the service. */
  public readonly table: dynamodb.Table;

  /** Encrypts the table. */
  public readonly encryptionKey: kms.IKey;

  /** Answers the control plane: every operation of the QLDB API. */
  public readonly apiFunction: lambda.Function;

  /** Answers sessions, and nothing else. */
  public readonly sessionFunction: lambda.Function;

  /** Moves exports and streams forward. */
  public readonly workerFunction: lambda.Function;

  protected readonly executionRoles: iam.IRole[];

  constructor(scope: Construct, id: string, props: LedgerServiceProps = {}) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const deletionProtection = props.deletionProtection ?? true;
    rejectProblems(this, [removalProblem(removalPolicy, deletionProtection), ...quotaProblems(props.quotas)]);

    this.encryptionKey = props.encryptionKey ?? new kms.Key(this, 'Key', {
      description: `Ledgers of ${this.node.path}`,
      enableKeyRotation: true,
      removalPolicy,
    });
    this.table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'p', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 's', type: dynamodb.AttributeType.STRING },
      timeToLiveAttribute: 't',
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      stream: dynamodb.StreamViewType.KEYS_ONLY,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.encryptionKey,
      deletionProtection,
      removalPolicy,
    });
    watchRemoval(this, this.table.node.defaultChild as dynamodb.CfnTable, deletionProtection);

    const memory = props.memory ?? Size.mebibytes(1024);
    const serviceFunction = (functionId: string, bundle: string, description: string, timeout: Duration) => {
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
        environment: { LEDGER_TABLE_NAME: this.table.tableName, ...quotaEnvironment(props.quotas) },
      });
    };
    this.apiFunction = serviceFunction('Api', 'service/api', 'Ledger service: control plane', Duration.seconds(30));
    this.sessionFunction = serviceFunction('Session', 'service/session', 'Ledger service: sessions', Duration.seconds(30));
    this.workerFunction = serviceFunction('Worker', 'service/worker', 'Ledger service: exports and streams', Duration.minutes(5));
    this.executionRoles = [this.apiFunction.role!, this.workerFunction.role!];

    this.wakeWorkerOnNewBlocksAndJobs();
    new events.Rule(this, 'Schedule', {
      description: 'Resumes exports and streams that nothing else woke',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      targets: [new targets.LambdaFunction(this.workerFunction, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });

    this.serviceUrl = this.apiFunction.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM }).url;
    this.sessionUrl = this.sessionFunction.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM }).url;
    this.grants = LedgerServiceGrants.fromFunctions(this.apiFunction, this.sessionFunction);
  }

  private grantTableAccess(role: iam.Role): void {
    role.addToPolicy(new iam.PolicyStatement({ actions: TABLE_ACTIONS, resources: [this.table.tableArn] }));
    role.addToPolicy(new iam.PolicyStatement({
      actions: TABLE_KEY_ACTIONS,
      resources: [this.encryptionKey.keyArn],
      conditions: { StringLike: { 'kms:ViaService': `dynamodb.${this.stack.region}.amazonaws.com*` } },
    }));
  }

  /** A record only wakes the worker, which reads its work from the table: losing one costs at most a minute, so old ones are dropped. */
  private wakeWorkerOnNewBlocksAndJobs(): void {
    this.workerFunction.addEventSource(new sources.DynamoEventSource(this.table, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      filters: WORKER_SORT_KEY_PREFIXES.map(prefix =>
        lambda.FilterCriteria.filter({ dynamodb: { Keys: { s: { S: lambda.FilterRule.beginsWith(prefix) } } } })),
      batchSize: 100,
      parallelizationFactor: 10,
      retryAttempts: 3,
      maxRecordAge: Duration.minutes(1),
      bisectBatchOnError: true,
    }));
  }
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
