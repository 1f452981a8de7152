import { CustomResource, Duration, RemovalPolicy, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CustomResourceProvider } from './custom-resource-provider';
import { HandlerAccess } from './handler-policies';
import { ILedgerService } from './ledger-service';
import { LedgerServicePrivateAccess, privateAccountProblem } from './ledger-service-private-access';
import { rejectProblems } from './problems';

/** The handlers of one or several kinds of custom resources. Ids are in users' templates: they never change. */
export interface LifecycleHandlers {
  readonly providerId: string;
  /** In descriptions of functions and roles. */
  readonly subject: string;
  /** Folder of their bundle below `assets/`. */
  readonly bundle: string;
}

/** One kind of custom resource. Type names are in users' templates: they never change. */
export interface Lifecycle {
  readonly resourceType: string;
  readonly handlers: LifecycleHandlers;
}

/** Whatever is made by calling a ledger service alone: one provider a stack, because a provider is five functions and a state machine. */
const QLDB_HANDLERS: LifecycleHandlers = { providerId: 'QldbProvider', subject: 'Custom::Qldb*', bundle: 'custom-resources/qldb' };

export const LEDGER_LIFECYCLE: Lifecycle = { resourceType: 'Custom::QldbLedger', handlers: QLDB_HANDLERS };
export const LEDGER_GRANT_LIFECYCLE: Lifecycle = { resourceType: 'Custom::QldbLedgerGrant', handlers: QLDB_HANDLERS };
export const JOURNAL_EXPORT_LIFECYCLE: Lifecycle = { resourceType: 'Custom::QldbJournalExport', handlers: QLDB_HANDLERS };
export const JOURNAL_STREAM_LIFECYCLE: Lifecycle = { resourceType: 'Custom::QldbJournalStream', handlers: QLDB_HANDLERS };

/** Its handlers write into archives, so nothing else shares them. */
export const LEDGER_DIGEST_LIFECYCLE: Lifecycle = {
  resourceType: 'Custom::QldbLedgerDigest',
  handlers: { providerId: 'QldbLedgerDigestProvider', subject: 'Custom::QldbLedgerDigest', bundle: 'custom-resources/ledger-digest' },
};

/** What is wrong with the time that a deployment is to wait, or undefined. */
export function timeoutProblem(timeout: Duration | undefined): string | undefined {
  if (!timeout || timeout.isUnresolved() || (timeout.toSeconds() >= 60 && timeout.toSeconds() <= 3600)) {
    return undefined;
  }
  return `timeout is ${timeout.toHumanString()}: use 1 minute to 1 hour, which is as long as CloudFormation waits`;
}

const QUERY_INTERVAL = Duration.seconds(3);
/** Below the hour that CloudFormation waits. Most of it is for exports, and for the deletion of large ledgers, which the service does in steps. */
const TOTAL_TIMEOUT = Duration.minutes(55);
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
  rejectProblems(scope, [privateAccountProblem(scope, service.env.account, service.privateAccess)]);
  const provider = providerOf(scope, lifecycle, service.privateAccess);
  service.grants._reach(provider.handlerRole);
  const resource = new CustomResource(scope, id, {
    serviceToken: provider.serviceToken,
    serviceTimeout: timeout ?? TOTAL_TIMEOUT.plus(ANSWER_MARGIN),
    resourceType: lifecycle.resourceType,
    properties: { ServiceUrl: service.serviceUrl, ...properties },
    removalPolicy,
  });
  resource.node.addDependency(provider, service);
  return resource;
}

/** Allows the handlers of a resource what they need besides calling the service. */
export function allowHandlers(
  scope: Construct, resource: CustomResource, lifecycle: Lifecycle, service: ILedgerService, access: HandlerAccess,
): void {
  providerOf(scope, lifecycle, service.privateAccess).handlerPolicies.allow(scope, resource, access);
}

/** The role that the handlers of a kind run under in the stack of `scope`. */
export function lifecycleRole(scope: Construct, lifecycle: Lifecycle, service: ILedgerService): iam.IRole {
  return providerOf(scope, lifecycle, service.privateAccess).handlerRole;
}

function providerOf(scope: Construct, { handlers }: Lifecycle, access: LedgerServicePrivateAccess | undefined): CustomResourceProvider {
  const polling = { onEvent: 'onEvent', isComplete: 'isComplete', queryInterval: QUERY_INTERVAL, totalTimeout: TOTAL_TIMEOUT };
  return CustomResourceProvider.ofStack(scope, { ...handlers, ...polling }, access);
}
