import { createHash } from 'crypto';
import {
  Fn, Stack, aws_apigateway as apigateway, aws_ec2 as ec2, aws_iam as iam, aws_lambda as lambda,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { FunctionNetwork } from './bundled-function';
import { isOfAnotherAccount } from './journal-roles';

/** How a `LedgerService` is reached from within a VPC, and from nowhere else. */
export interface LedgerServicePrivateAccess {
  /** The VPC. The handlers of the custom resources that call the service run in it, too. */
  readonly vpc: ec2.IVpc;

  /**
   * Where in the VPC the endpoint and the handlers have their addresses.
   * @default - the private subnets of the VPC, with or without a way out
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * Security groups of the handlers. They need HTTPS to the endpoint, and to S3 where they keep digests or reports.
   * @default - a new one for each provider and function, which may send HTTPS anywhere that the subnets have a route to
   */
  readonly handlerSecurityGroups?: ec2.ISecurityGroup[];

  /**
   * An interface endpoint of the VPC for `execute-api`, whose security group admits callers on port 443. Its private DNS names are not needed.
   * @default - a new one, which admits callers from the addresses of the VPC, and without private DNS names, so that other APIs stay reachable
   */
  readonly vpcEndpoint?: ec2.IInterfaceVpcEndpoint;
}

/** In the URLs of private services: never changes. */
const STAGE_NAME = 'v1';
const HTTPS_PORT = 443;

/** The subnets of a private access, as Lambda and endpoints take them. */
export function subnetsOf({ vpc, subnets }: LedgerServicePrivateAccess): ec2.SubnetSelection {
  return subnets ?? (vpc.privateSubnets.length > 0
    ? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } : { subnetType: ec2.SubnetType.PRIVATE_ISOLATED });
}

/**
 * Where functions run that call the service. Where they may go is for the routes of their subnets to say: a security group knows neither all the address
 * ranges of a VPC nor those behind its gateway endpoints, such as the one for S3.
 */
export function callersNetwork(scope: Construct, access: LedgerServicePrivateAccess): FunctionNetwork {
  return { vpc: access.vpc, subnets: subnetsOf(access), securityGroups: access.handlerSecurityGroups ?? [callersSecurityGroup(scope, access.vpc)] };
}

function callersSecurityGroup(scope: Construct, vpc: ec2.IVpc): ec2.SecurityGroup {
  const securityGroup = new ec2.SecurityGroup(scope, 'SecurityGroup', {
    vpc, allowAllOutbound: false, description: `Functions of ${scope.node.path}`,
  });
  securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(HTTPS_PORT), 'HTTPS, as far as the subnets have a route');
  return securityGroup;
}

/**
 * Tells the VPCs apart from which services are reached. It follows from what CloudFormation calls the VPC, and not from where its construct stands:
 * an import can be moved and renamed without a change.
 */
export function vpcFingerprint(scope: Construct, { vpc }: LedgerServicePrivateAccess): string {
  const [own, its] = [Stack.of(scope), Stack.of(vpc)];
  const vpcId = its.resolve(vpc.vpcId) as unknown;
  const identity = [vpcId, typeof vpcId === 'string' || its === own ? '' : its.node.path];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8).toUpperCase();
}

/** What is wrong with a private service for those who call it from a stack, or undefined. */
export function privateAccountProblem(scope: Construct, account: string, access: LedgerServicePrivateAccess | undefined): string | undefined {
  const own = Stack.of(scope).account;
  return access && isOfAnotherAccount(account, own)
    ? `the service is private, in account ${account}, and lets in nobody of account ${own}: use it from stacks of its account, `
      + 'or a service with function URLs, which is one without privateAccess'
    : undefined;
}

/** The endpoint that callers in the VPC use: that of the properties, or a new one. */
export function executeApiEndpoint(scope: Construct, access: LedgerServicePrivateAccess): ec2.IInterfaceVpcEndpoint {
  return access.vpcEndpoint ?? new ec2.InterfaceVpcEndpoint(scope, 'VpcEndpoint', {
    vpc: access.vpc,
    service: ec2.InterfaceVpcEndpointAwsService.APIGATEWAY,
    subnets: subnetsOf(access),
    // With private DNS names, every other API of the region would become unreachable from the VPC.
    privateDnsEnabled: false,
  });
}

/** One door of a private service: an API that answers callers in the VPC with what a function says. */
export class PrivateDoor extends Construct {
  readonly apiId: string;
  readonly url: string;

  constructor(scope: Construct, id: string, target: lambda.IFunction, endpoint: ec2.IInterfaceVpcEndpoint, options: PrivateDoorOptions) {
    super(scope, id);
    const api = new apigateway.RestApi(this, 'Api', {
      description: options.description,
      deploy: false,
      cloudWatchRole: false,
      endpointConfiguration: { types: [apigateway.EndpointType.PRIVATE], vpcEndpoints: [endpoint] },
      policy: onlyThrough(endpoint),
      defaultMethodOptions: { authorizationType: apigateway.AuthorizationType.IAM },
      defaultIntegration: new apigateway.LambdaIntegration(target, { allowTestInvoke: false }),
    });
    if (options.onlySessions) {
      api.root.addMethod('POST');
    } else {
      api.root.addMethod('ANY');
      api.root.addProxy();
    }
    new apigateway.Stage(this, 'Stage', {
      stageName: STAGE_NAME,
      deployment: new apigateway.Deployment(this, 'Deployment', { api }),
      tracingEnabled: options.tracingEnabled,
    });
    this.apiId = api.restApiId;
    // This name is there for every associated endpoint, whatever the VPC's private DNS names are.
    const { region, urlSuffix } = Stack.of(this);
    this.url = `https://${this.apiId}-${endpoint.vpcEndpointId}.execute-api.${region}.${urlSuffix}/${STAGE_NAME}/`;
  }
}

/** What else there is to say about a door. */
export interface PrivateDoorOptions {
  readonly description: string;
  readonly tracingEnabled: boolean;
  /** Drivers only ever POST to the root. */
  readonly onlySessions: boolean;
}

/**
 * Callers need a permission of their own, because only the account as such is allowed here, and come through the endpoint. An `Allow` for
 * everybody would let in whoever has any credentials of the account.
 */
function onlyThrough(endpoint: ec2.IInterfaceVpcEndpoint): iam.PolicyDocument {
  const call = { actions: ['execute-api:Invoke'], resources: ['execute-api:/*'] };
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({ ...call, principals: [new iam.AccountRootPrincipal()] }),
      new iam.PolicyStatement({
        ...call,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        conditions: { StringNotEquals: { 'aws:SourceVpce': endpoint.vpcEndpointId } },
      }),
    ],
  });
}

/** The id of the API behind the URL of a private door. */
export const apiIdOf = (url: string): string => Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', url))));

/** What a caller may do at a private door: `POST/` for sessions, everything for administrators. */
export function privateDoorArn(scope: Construct, apiId: string, requests: 'POST/' | '*'): string {
  return Stack.of(scope).formatArn({ service: 'execute-api', resource: apiId, resourceName: `${STAGE_NAME}/${requests}` });
}
