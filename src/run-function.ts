import { Duration, RemovalPolicy, Size, aws_lambda as lambda, aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { bundledFunction, functionRole } from './bundled-function';
import { LedgerServicePrivateAccess, callersNetwork } from './ledger-service-private-access';

/** What a schedule runs. */
export interface RunFunctionProps {
  /** Folder of the bundle below `assets/`. */
  readonly bundle: string;
  readonly description: string;
  readonly roleDescription: string;
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
  readonly logRetention?: logs.RetentionDays;
  /** How the ledger service is reached from its VPC, if it is private. */
  readonly privateAccess?: LedgerServicePrivateAccess;
}

/** Creates the function that a construct runs by itself, with a log and a role of its own; the role may write that log and nothing else yet. */
export function runFunction(scope: Construct, props: RunFunctionProps): lambda.Function {
  const logGroup = new logs.LogGroup(scope, 'Logs', {
    retention: props.logRetention ?? logs.RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return bundledFunction(scope, 'Run', {
    bundle: props.bundle,
    handler: 'index.run',
    description: props.description,
    timeout: props.timeout,
    memory: Size.mebibytes(512),
    role: functionRole(scope, 'RunRole', `${props.roleDescription} (${scope.node.path})`, logGroup),
    logGroup,
    network: props.privateAccess && callersNetwork(scope, props.privateAccess),
    environment: props.environment,
  });
}
