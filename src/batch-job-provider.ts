import { CustomResource, Duration, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CustomResourceProvider } from './custom-resource-provider';
import { HandlerAccess } from './handler-policies';

/** One kind of job of an AWS service. Type names and provider ids are in users' templates: they never change. */
export interface BatchJobKind {
  readonly resourceType: string;
  readonly providerId: string;
  /** Folder of the handlers' bundle below `assets/`. */
  readonly bundle: string;
  /** Exported names of the handlers. */
  readonly onEvent: string;
  readonly isComplete: string;
}

export const MAILBOX_EXPORT: BatchJobKind = {
  resourceType: 'Custom::WorkMailMailboxExport',
  providerId: 'WorkMailMailboxExportProvider',
  bundle: 'custom-resources/mailbox-export',
  onEvent: 'onEvent',
  isComplete: 'isComplete',
};

export const ORGANIZATION_MAILBOX_EXPORT: BatchJobKind = {
  resourceType: 'Custom::WorkMailOrganizationExport',
  providerId: 'WorkMailOrganizationExportProvider',
  bundle: 'custom-resources/mailbox-export',
  onEvent: 'onOrganizationEvent',
  isComplete: 'isOrganizationComplete',
};

export const BATCH_OPERATIONS_JOB: BatchJobKind = {
  resourceType: 'Custom::S3BatchOperationsJob',
  providerId: 'S3BatchOperationsJobProvider',
  bundle: 'custom-resources/batch-operations-job',
  onEvent: 'onEvent',
  isComplete: 'isComplete',
};

/** Jobs take minutes to hours: asking more often only uses up the services' rates. */
const QUERY_INTERVAL = Duration.seconds(15);
const TOTAL_TIMEOUT = Duration.minutes(55);
/** CloudFormation's own limit. */
const SERVICE_TIMEOUT = Duration.hours(1);

/** What a job's custom resource is made of. */
export interface BatchJobResourceProps {
  readonly kind: BatchJobKind;
  /** What the handlers may do for this resource; to cancel its job is a part of its deletion. */
  readonly access: HandlerAccess;
  readonly properties: Record<string, unknown>;
}

/** Creates a job's custom resource. */
export function batchJobResource(scope: Construct, id: string, { kind, access, properties }: BatchJobResourceProps): CustomResource {
  const provider = CustomResourceProvider.ofStack(scope, {
    ...kind, subject: kind.resourceType, queryInterval: QUERY_INTERVAL, totalTimeout: TOTAL_TIMEOUT,
  });
  const resource = new CustomResource(scope, id, {
    serviceToken: provider.serviceToken,
    serviceTimeout: SERVICE_TIMEOUT,
    resourceType: kind.resourceType,
    properties,
  });
  resource.node.addDependency(provider);
  provider.handlerPolicies.allow(scope, resource, access);
  return resource;
}

/** The permission to hand one role to one service. */
export function passRole(role: iam.IRole, ...services: readonly string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['iam:PassRole'],
    resources: [role.roleArn],
    conditions: { StringEquals: { 'iam:PassedToService': services.length === 1 ? services[0] : services } },
  });
}
