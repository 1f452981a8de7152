import { readFileSync } from 'fs';
import * as path from 'path';
import { Duration, Size, Stack, aws_ec2 as ec2, aws_iam as iam, aws_lambda as lambda, aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A function whose code ships with this package. */
export interface BundledFunctionProps {
  /** Folder of the bundle below `assets/`. */
  readonly bundle: string;
  readonly handler: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memory: Size;
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
  readonly environment?: Record<string, string>;
  readonly tracing?: lambda.Tracing;
  readonly reservedConcurrentExecutions?: number;
  /** @default - outside of any VPC */
  readonly network?: FunctionNetwork;
}

/** Where in a VPC functions run. */
export interface FunctionNetwork {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.SubnetSelection;
  readonly securityGroups: ec2.ISecurityGroup[];
}

/** Creates a function of a bundle, on the runtime that bundles are built for. */
export function bundledFunction(scope: Construct, id: string, props: BundledFunctionProps): lambda.Function {
  if (props.network) {
    props.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: NETWORK_INTERFACE_ACTIONS, resources: ['*'] }));
  }
  return new lambda.Function(scope, id, {
    code: bundleCode(Stack.of(scope), props.bundle),
    handler: props.handler,
    description: props.description,
    runtime: lambda.Runtime.NODEJS_22_X,
    architecture: lambda.Architecture.ARM_64,
    timeout: props.timeout,
    memorySize: props.memory.toMebibytes(),
    role: props.role,
    logGroup: props.logGroup,
    environment: props.environment,
    tracing: props.tracing,
    reservedConcurrentExecutions: props.reservedConcurrentExecutions,
    vpc: props.network?.vpc,
    vpcSubnets: props.network?.subnets,
    securityGroups: props.network?.securityGroups,
  });
}

const ASSETS = path.join(__dirname, '..', 'assets');

let hashes: Readonly<Record<string, string>> | undefined;

/** The hash of a bundle's content, which was computed when it was built: a bundle never changes afterwards, and need not be read at each synthesis. */
function bundleHash(bundle: string): string {
  hashes ??= JSON.parse(readFileSync(path.join(ASSETS, 'hashes.json'), 'utf8')) as Readonly<Record<string, string>>;
  return hashes[bundle];
}

const CODES = new WeakMap<Stack, Map<string, lambda.Code>>();

/** The code of a bundle: one asset a stack, however many functions share it. */
function bundleCode(stack: Stack, bundle: string): lambda.Code {
  const codes = CODES.get(stack) ?? new Map<string, lambda.Code>();
  CODES.set(stack, codes);
  const code = codes.get(bundle) ?? lambda.Code.fromAsset(path.join(ASSETS, bundle), { assetHash: bundleHash(bundle) });
  codes.set(bundle, code);
  return code;
}

/** Lambda refuses to create a function in a VPC unless its role has these on every resource, because the interfaces do not exist yet. */
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** A role for functions that may write to one log group and nothing else yet. */
export function functionRole(scope: Construct, id: string, description: string, logGroup: logs.ILogGroup): iam.Role {
  const role = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
  logGroup.grantWrite(role);
  return role;
}
