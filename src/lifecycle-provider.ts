import { CustomResource, Duration, RemovalPolicy, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CustomResourceProvider } from './custom-resource-provider';
import { ILedgerService } from './ledger-service';
import { LedgerServicePrivateAccess } from './ledger-service-private-access';

/** One kind of custom resource. Type names and provider ids are in users' templates: they never change. */
export interface Lifecycle {
  readonly resourceType: string;
  readonly providerId: string;
  /** Folder of the handlers' bundle below `assets/`. */
  readonly bundle: string;
  /** How long the resource may take at most; CloudFormation waits a little longer, at most an hour. */
  readonly totalTimeout: Duration;
}

export const LEDGER_LIFECYCLE: Lifecycle = {
  resourceType: 'Custom::QldbLedger',
  providerId: 'QldbLedgerProvider',
  bundle: 'custom-resources/ledger',
  // Most of it is for the deletion of a large ledger, which the service does in steps.
  totalTimeout: Duration.minutes(55),
};

export const JOURNAL_EXPORT_LIFECYCLE: Lifecycle = {
  resourceType: 'Custom::QldbJournalExport',
  providerId: 'QldbJournalExportProvider',
  bundle: 'custom-resources/journal-export',
  totalTimeout: Duration.minutes(55),
};

export const JOURNAL_STREAM_LIFECYCLE: Lifecycle = {
  resourceType: 'Custom::QldbJournalStream',
  providerId: 'QldbJournalStreamProvider',
  bundle: 'custom-resources/journal-stream',
  totalTimeout: Duration.minutes(15),
};

export const LEDGER_DIGEST_LIFECYCLE: Lifecycle = {
  resourceType: 'Custom::QldbLedgerDigest',
  providerId: 'QldbLedgerDigestProvider',
  bundle: 'custom-resources/ledger-digest',
  totalTimeout: Duration.minutes(15),
};

/** What is wrong with the time that a deployment is to wait, or undefined. */
export function timeoutProblem(timeout: Duration | undefined): string | undefined {
  if (!timeout || timeout.isUnresolved() || (timeout.toSeconds() >= 60 && timeout.toSeconds() <= 3600)) {
    return undefined;
  }
  return `timeout is ${timeout.toHumanString()}: use 1 minute to 1 hour, which is as long as CloudFormation waits`;
}

const QUERY_INTERVAL = Duration.seconds(3);
const ANSWER_MARGIN = Duration.minutes(5);

/** How CloudFormation treats a custom resource. */
export interface LifecycleResourceOptions {
  readonly removalPolicy?: RemovalPolicy;
  /** How long CloudFormation waits for it. @default - a little longer than the provider tries */
  readonly timeout?: Duration;
}

/** Creates a custom resource that lives in `service`: its provider may call the service and outlives the resource. */
export function lifecycleResource(
  scope: Construct, id: string, lifecycle: Lifecycle, service: ILedgerService, properties: Record<string, unknown>,
  { removalPolicy, timeout }: LifecycleResourceOptions = {},
): CustomResource {
  const provider = providerOf(scope, lifecycle, service.privateAccess);
  service.grants._reach(provider.handlerRole);
  const resource = new CustomResource(scope, id, {
    serviceToken: provider.serviceToken,
    serviceTimeout: timeout ?? lifecycle.totalTimeout.plus(ANSWER_MARGIN),
    resourceType: lifecycle.resourceType,
    properties: { ServiceUrl: service.serviceUrl, ...properties },
    removalPolicy,
  });
  resource.node.addDependency(provider, service);
  return resource;
}

/** The role that the handlers of a kind run under in the stack of `scope`, for permissions besides calling the service. */
export function lifecycleRole(scope: Construct, lifecycle: Lifecycle, service: ILedgerService): iam.IRole {
  return providerOf(scope, lifecycle, service.privateAccess).handlerRole;
}

function providerOf(scope: Construct, { totalTimeout, ...kind }: Lifecycle, access: LedgerServicePrivateAccess | undefined): CustomResourceProvider {
  return CustomResourceProvider.ofStack(scope, { ...kind, onEvent: 'onEvent', isComplete: 'isComplete', queryInterval: QUERY_INTERVAL, totalTimeout }, access);
}
