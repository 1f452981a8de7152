import { IResource, Resource, Stack, Token, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BATCH_OPERATIONS_JOB, batchJobResource, passRole } from './batch-job-provider';
import { BatchManifest } from './batch-manifest';
import { BatchOperation } from './batch-operation';
import { BATCH_OPERATIONS_PRINCIPAL, BatchOperationsRole, bucketsOf } from './batch-operations-role';
import { BatchReport } from './batch-report';
import { HandlerAccess } from './handler-policies';
import { knownAtSynth, rejectProblems } from './problems';

/** One job of S3 Batch Operations. */
export interface IBatchOperationsJob extends IResource {
  /**
   * Id of the job.
   * @attribute
   */
  readonly batchOperationsJobId: string;
}

/** Properties of a `BatchOperationsJob`. */
export interface BatchOperationsJobProps {
  /** What is done with each object. */
  readonly operation: BatchOperation;

  /** The objects. */
  readonly manifest: BatchManifest;

  /** Where the completion report goes: a line for each object, with what came of it. */
  readonly report: BatchReport;

  /**
   * Jobs with a higher number go first.
   * @default 10
   */
  readonly priority?: number;

  /**
   * Described to whoever lists the account's jobs. At most 200 characters.
   * @default - only the mark by which the job is found again
   */
  readonly description?: string;

  /**
   * Tags of the job, 50 at most.
   * @default - no tags
   */
  readonly jobTags?: { readonly [key: string]: string };

  /**
   * How many tasks may fail before the deployment does. S3 calls a job complete although tasks of it failed.
   * @default 0
   */
  readonly maxFailedTasks?: number;

  /**
   * A role of your own that S3 Batch Operations assumes. Its trust and its permissions are yours to set.
   * @default - a new `BatchOperationsRole` with the least permissions
   */
  readonly role?: iam.IRole;

  /**
   * Any text. Changing it runs the job again although nothing else changed.
   * @default - runs once, and again when another property changes
   */
  readonly trigger?: string;

  /**
   * Whether the deployment waits for the job to end, and fails if it does. It waits 55 minutes at most, so start longer ones with `false`.
   * @default true
   */
  readonly waitForCompletion?: boolean;
}

const DESCRIPTION_LENGTH_MAX = 200;
const PRIORITY_MAX = 2_147_483_647;
const TAGS_MAX = 50;

/**
 * Runs one operation on many objects when the stack deploys, and waits for it.
 *
 * It runs once: a deployment that changes nothing runs nothing. Deleting it cancels a job that runs; what was done to objects stays.
 *
 * @example
 * new BatchOperationsJob(this, 'Retention', {
 *   operation: BatchOperation.objectLockRetention({ mode: s3.ObjectLockMode.COMPLIANCE, retainUntil: new Date('2036-01-01T00:00:00Z') }),
 *   manifest: BatchManifest.ofJournalExport(journalExport),
 *   report: BatchReport.to(bucket),
 * });
 */
export class BatchOperationsJob extends Resource implements IBatchOperationsJob, iam.IGrantable {
  /**
   * A job that ran before.
   * @param scope the parent.
   * @param id the construct's id.
   * @param batchOperationsJobId id of the job.
   */
  public static fromBatchOperationsJobId(scope: Construct, id: string, batchOperationsJobId: string): IBatchOperationsJob {
    class Import extends Resource implements IBatchOperationsJob {
      public readonly batchOperationsJobId = batchOperationsJobId;
    }
    return new Import(scope, id);
  }

  public readonly batchOperationsJobId: string;

  /** The role that S3 works under. */
  public readonly role: iam.IRole;

  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * ARN of the job.
   * @attribute
   */
  public readonly batchOperationsJobArn: string;

  /**
   * Status of the job when the deployment had it: `Complete`, or an earlier one if the deployment did not wait.
   * @attribute
   */
  public readonly batchOperationsJobStatus: string;

  /**
   * Number of objects, as text; known when the job is complete.
   * @attribute
   */
  public readonly totalTasks: string;

  /**
   * Number of objects that the operation succeeded on, as text.
   * @attribute
   */
  public readonly succeededTasks: string;

  /**
   * Number of objects that the operation failed on, as text.
   * @attribute
   */
  public readonly failedTasks: string;

  /**
   * Key of the completion report's `manifest.json`; empty without a report.
   * @attribute
   */
  public readonly reportManifestKey: string;

  constructor(scope: Construct, id: string, props: BatchOperationsJobProps) {
    super(scope, id);
    const { operation, manifest, report } = props;
    rejectProblems(this, problemsOf(props));

    this.role = props.role ?? new BatchOperationsRole(this, 'Role', { operation, manifest, report });
    this.grantPrincipal = this.role.grantPrincipal;

    const stack = Stack.of(this);
    const { name, parameters } = operation._definition;
    const resource = batchJobResource(this, 'Resource', {
      kind: BATCH_OPERATIONS_JOB,
      access: handlerAccess(stack, this.role, props),
      properties: {
        AccountId: stack.account,
        RoleArn: this.role.roleArn,
        // As JSON, because CloudFormation would turn numbers and booleans into text.
        Operation: stack.toJsonString({ [name]: parameters }),
        Manifest: stack.toJsonString(manifest._definition.request),
        Report: stack.toJsonString(report._definition.request),
        Priority: props.priority ?? 10,
        Description: props.description,
        Tags: props.jobTags,
        FailedTasksMax: props.maxFailedTasks ?? 0,
        WaitForCompletion: props.waitForCompletion ?? true,
        Trigger: props.trigger,
      },
    });
    resource.node.addDependency(this.role, ...bucketsOf({ operation, manifest, report }), ...manifest._definition.dependencies);
    this.batchOperationsJobId = resource.getAttString('JobId');
    this.batchOperationsJobArn = resource.getAttString('JobArn');
    this.batchOperationsJobStatus = resource.getAttString('Status');
    this.totalTasks = resource.getAttString('TotalTasks');
    this.succeededTasks = resource.getAttString('SucceededTasks');
    this.failedTasks = resource.getAttString('FailedTasks');
    this.reportManifestKey = resource.getAttString('ReportManifestKey');
  }
}

function problemsOf(props: BatchOperationsJobProps): (string | undefined)[] {
  const { operation, manifest, report, priority, description, jobTags, maxFailedTasks } = props;
  const tagCount = Object.keys(jobTags ?? {}).length;
  return [
    ...operation._definition.problems ?? [],
    ...manifest._definition.problems,
    report._definition.problem,
    operation._definition.needsWholeReport && !report._definition.listsAllTasks
      ? `the outcome of ${operation.operationName} is in the completion report only: use BatchReport.to(bucket), without onlyFailures` : undefined,
    wholeNumberProblem('priority', priority, PRIORITY_MAX),
    wholeNumberProblem('maxFailedTasks', maxFailedTasks, PRIORITY_MAX),
    knownAtSynth(description) && description.length > DESCRIPTION_LENGTH_MAX
      ? `description has ${description.length} characters: shorten it to at most ${DESCRIPTION_LENGTH_MAX}` : undefined,
    tagCount > TAGS_MAX ? `${tagCount} jobTags are more than a job can have: give ${TAGS_MAX} at most` : undefined,
  ];
}

function wholeNumberProblem(name: string, value: number | undefined, max: number): string | undefined {
  return value === undefined || Token.isUnresolved(value) || (Number.isInteger(value) && value >= 0 && value <= max)
    ? undefined
    : `${name} ${value} is not allowed: use a whole number from 0 to ${max}`;
}

/** What the handlers may do: jobs have no resource before they exist, so the role that may be passed is what narrows them. */
function handlerAccess(stack: Stack, role: iam.IRole, { jobTags, manifest }: BatchOperationsJobProps): HandlerAccess {
  const jobs = stack.formatArn({ service: 's3', resource: 'job', resourceName: '*' });
  const tagging = Object.keys(jobTags ?? {}).length > 0 ? ['s3:PutJobTagging'] : [];
  return {
    lasting: [
      new iam.PolicyStatement({ actions: ['s3:CreateJob', 's3:ListJobs'], resources: ['*'] }),
      new iam.PolicyStatement({ actions: ['s3:DescribeJob', ...tagging, 's3:UpdateJobStatus'], resources: [jobs] }),
    ],
    starting: [passRole(role, BATCH_OPERATIONS_PRINCIPAL), ...lookupPermissions(stack, manifest)],
  };
}

/** To ask for the ETag of a manifest. Its content stays unread, but S3 may want to see the right to decrypt it. */
function lookupPermissions({ region }: Stack, manifest: BatchManifest): iam.PolicyStatement[] {
  const { source } = manifest._definition;
  if (!source?.lookup) {
    return [];
  }
  const { bucket, lookup: { key, action } } = source;
  return [
    new iam.PolicyStatement({ actions: [action], resources: [bucket.arnForObjects(key)] }),
    ...bucket.encryptionKey ? [new iam.PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [bucket.encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
    })] : [],
  ];
}
