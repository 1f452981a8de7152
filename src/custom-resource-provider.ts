import { Duration, RemovalPolicy, Size, Stack, aws_iam as iam, aws_logs as logs, custom_resources as cr } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { bundledFunction, functionRole } from './bundled-function';
import { HandlerPolicies } from './handler-policies';
import { LedgerServicePrivateAccess, callersNetwork, vpcFingerprint } from './ledger-service-private-access';

/** The handlers of custom resources, and how often they are asked. */
export interface CustomResourceProviderProps {
  /** In descriptions of functions and roles. */
  readonly subject: string;
  /** In users' templates: never changes. */
  readonly providerId: string;
  /** Folder of the handlers' bundle below `assets/`. */
  readonly bundle: string;
  /** Exported names of the handlers. */
  readonly onEvent: string;
  readonly isComplete: string;
  readonly queryInterval: Duration;
  /** How long the resource may take at most; below the hour that CloudFormation waits. */
  readonly totalTimeout: Duration;
}

/** The handlers of custom resources, once per stack; and once more for each VPC from which alone a service can be reached. */
export class CustomResourceProvider extends Construct {
  static ofStack(scope: Construct, props: CustomResourceProviderProps, access?: LedgerServicePrivateAccess): CustomResourceProvider {
    const stack = Stack.of(scope);
    const id = access ? `${props.providerId}${vpcFingerprint(stack, access)}` : props.providerId;
    return stack.node.tryFindChild(id) as CustomResourceProvider | undefined ?? new CustomResourceProvider(stack, id, props, access);
  }

  readonly serviceToken: string;
  readonly handlerRole: iam.Role;
  /** What its handlers may do for single constructs. */
  readonly handlerPolicies: HandlerPolicies;

  private constructor(stack: Stack, id: string, props: CustomResourceProviderProps, access?: LedgerServicePrivateAccess) {
    super(stack, id);
    const { subject, bundle, queryInterval, totalTimeout } = props;
    const network = access && callersNetwork(this, access);
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    this.handlerRole = functionRole(this, 'HandlerRole', `Handlers of ${subject}`, logGroup);
    this.handlerPolicies = new HandlerPolicies(this, this.handlerRole);
    const handler = (handlerId: string, exportedName: string) => bundledFunction(this, handlerId, {
      bundle,
      handler: `index.${exportedName}`,
      description: `${subject}: ${exportedName}`,
      timeout: Duration.minutes(5),
      memory: Size.mebibytes(512),
      role: this.handlerRole,
      logGroup,
      network,
    });
    const provider = new cr.Provider(this, 'Provider', {
      onEventHandler: handler('OnEvent', props.onEvent),
      isCompleteHandler: handler('IsComplete', props.isComplete),
      queryInterval,
      totalTimeout,
      logGroup,
      frameworkOnEventRole: functionRole(this, 'FrameworkOnEventRole', `Provider framework of ${subject}: start`, logGroup),
      frameworkCompleteAndTimeoutRole: functionRole(this, 'FrameworkWaitRole', `Provider framework of ${subject}: wait`, logGroup),
    });
    this.serviceToken = provider.serviceToken;
  }
}
