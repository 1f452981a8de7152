import { App, Stack, aws_ec2 as ec2, aws_iam as iam } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { grantedStatements, listed, onlyResource, resourcesOf } from './full-stack';
import { Ledger, LedgerService } from '../../src';

/** A service that can be reached from within a VPC only, and a ledger in it. */
function privateStack() {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, restrictDefaultSecurityGroup: false });
  const service = new LedgerService(stack, 'Service', { privateAccess: { vpc } });
  const ledger = new Ledger(stack, 'Ledger', { service, ledgerName: 'payments' });
  return { stack, vpc, service, ledger };
}

const typed = (stack: Stack, type: string) =>
  Object.values(resourcesOf(stack)).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

test('no function URL is left: two private APIs answer through one endpoint of the VPC', () => {
  const { stack } = privateStack();
  expect(typed(stack, 'AWS::Lambda::Url')).toEqual([]);
  const endpoint = onlyResource(stack, 'AWS::EC2::VPCEndpoint').Properties;
  expect(endpoint).toMatchObject({ VpcEndpointType: 'Interface', PrivateDnsEnabled: false });
  const endpointId = { Ref: expect.stringMatching(/^ServiceVpcEndpoint/) };
  const apis = typed(stack, 'AWS::ApiGateway::RestApi');
  expect(apis).toHaveLength(2);
  for (const api of apis) expect(api.EndpointConfiguration).toEqual({ Types: ['PRIVATE'], VpcEndpointIds: [endpointId] });
});

test('a private API lets in callers with a permission of their own who come through the endpoint, and nobody else', () => {
  const { stack } = privateStack();
  for (const { Policy } of typed(stack, 'AWS::ApiGateway::RestApi')) {
    const [allowed, denied] = Policy.Statement;
    expect(JSON.stringify(allowed.Principal)).toMatch(/:iam::.*:root/);
    expect(allowed).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
    expect(denied).toMatchObject({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Condition: { StringNotEquals: { 'aws:SourceVpce': { Ref: expect.stringMatching(/^ServiceVpcEndpoint/) } } },
    });
  }
  for (const method of typed(stack, 'AWS::ApiGateway::Method')) expect(method.AuthorizationType).toBe('AWS_IAM');
});

test('the control plane takes every request, sessions only what drivers send', () => {
  const { stack } = privateStack();
  const methods = Object.entries(resourcesOf(stack)).filter(([, { Type }]) => Type === 'AWS::ApiGateway::Method');
  expect(methods.map(([id, { Properties }]) => [/^Service(PrivateApi|PrivateSession)/.exec(id)![1], Properties.HttpMethod]).sort())
    .toEqual([['PrivateApi', 'ANY'], ['PrivateApi', 'ANY'], ['PrivateSession', 'POST']]);
});

test('its URLs name the endpoint, so that they resolve without private DNS names', () => {
  const { stack, service } = privateStack();
  const url = (api: string) => ({
    'Fn::Join': ['', [
      'https://', { Ref: expect.stringMatching(api) }, '-', { Ref: expect.stringMatching(/^ServiceVpcEndpoint/) }, '.execute-api.',
      { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/v1/',
    ]],
  });
  expect(stack.resolve([service.serviceUrl, service.sessionUrl])).toEqual([url('^ServicePrivateApi'), url('^ServicePrivateSession')]);
});

test('handlers run in the VPC, and may send HTTPS as far as its subnets have a route', () => {
  const { stack } = privateStack();
  const handlers = Object.entries(resourcesOf(stack)).filter(([id, { Type }]) => Type === 'AWS::Lambda::Function' && /^QldbProvider/.test(id));
  const inVpc = handlers.filter(([, { Properties }]) => Properties.VpcConfig);
  expect(inVpc.map(([id]) => id)).toEqual([expect.stringMatching(/OnEvent/), expect.stringMatching(/IsComplete/)]);
  expect(inVpc[0][1].Properties.VpcConfig.SubnetIds).toEqual([{ Ref: expect.stringMatching(/^VpcIsolatedSubnet1/) }, { Ref: expect.stringMatching(/^VpcIsolatedSubnet2/) }]);
  const groups = Object.entries(resourcesOf(stack)).filter(([id, { Type }]) => Type === 'AWS::EC2::SecurityGroup' && /^QldbProvider/.test(id));
  expect(groups.map(([, { Properties }]) => Properties.SecurityGroupEgress)).toEqual([[
    { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Description: 'HTTPS, as far as the subnets have a route' },
  ]]);
});

test('handlers and functions that run by themselves take security groups of the user instead', () => {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, restrictDefaultSecurityGroup: false });
  const strict = new ec2.SecurityGroup(stack, 'Strict', { vpc, allowAllOutbound: false });
  const service = new LedgerService(stack, 'Service', { privateAccess: { vpc, handlerSecurityGroups: [strict] } });
  new Ledger(stack, 'Ledger', { service }).keepDigest('Digest');
  const inVpc = typed(stack, 'AWS::Lambda::Function').filter(({ VpcConfig }) => VpcConfig);
  expect(inVpc).toHaveLength(5);
  inVpc.forEach(({ VpcConfig }) => expect(VpcConfig.SecurityGroupIds).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^Strict/), 'GroupId'] }]));
  const groups = Object.keys(resourcesOf(stack)).filter(id => resourcesOf(stack)[id].Type === 'AWS::EC2::SecurityGroup');
  expect(groups).toEqual([expect.stringMatching(/^Strict/), expect.stringMatching(/^ServiceVpcEndpoint/)]);
});

const OWN_ACCOUNT = { account: '111122223333', region: 'eu-west-1' };
const ATTRIBUTES = {
  serviceUrl: 'https://abc123-vpce-0123.execute-api.eu-west-1.amazonaws.com/v1/',
  sessionUrl: 'https://def456-vpce-0123.execute-api.eu-west-1.amazonaws.com/v1/',
  apiFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:api',
  sessionFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:session',
  apiRoleArn: 'arn:aws:iam::111122223333:role/api',
  workerRoleArn: 'arn:aws:iam::111122223333:role/worker',
};
const importedVpc = (stack: Stack, id: string, vpcId: string) => ec2.Vpc.fromVpcAttributes(stack, id, {
  vpcId, availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'],
});

/** Where CloudFormation sends the requests of a ledger whose private service is in VPCs of these ids. */
function handlersOf(...vpcs: readonly (readonly [constructId: string, vpcId: string])[]): string[] {
  const stack = new Stack(new App(), 'Stack', { env: OWN_ACCOUNT });
  vpcs.forEach(([constructId, vpcId], number) => new Ledger(stack, `Ledger${number}`, {
    service: LedgerService.fromLedgerServiceAttributes(stack, `Service${number}`, { ...ATTRIBUTES, privateAccess: { vpc: importedVpc(stack, constructId, vpcId) } }),
  }));
  return typed(stack, 'Custom::QldbLedger').map(({ ServiceToken }) => ServiceToken['Fn::GetAtt'][0]);
}

test('handlers stay the same when the import of their VPC is moved or renamed, or is made twice', () => {
  const [before] = handlersOf(['Vpc', 'vpc-1']);
  expect(handlersOf(['Network', 'vpc-1'])).toEqual([before]);
  expect(handlersOf(['Vpc', 'vpc-1'], ['Network', 'vpc-1'])).toEqual([before, before]);
  const [one, other] = handlersOf(['Vpc', 'vpc-1'], ['Network', 'vpc-2']);
  expect(one).toBe(before);
  expect(other).not.toBe(before);
});

test('handlers stay the same when the VPC\'s construct is renamed and keeps its logical id', () => {
  const token = (constructId: string) => {
    const stack = new Stack(new App(), 'Stack');
    const vpc = new ec2.Vpc(stack, constructId, { natGateways: 0, restrictDefaultSecurityGroup: false });
    (vpc.node.defaultChild as ec2.CfnVPC).overrideLogicalId('TheVpc');
    new Ledger(stack, 'Ledger', { service: new LedgerService(stack, 'Service', { privateAccess: { vpc } }) });
    return onlyResource(stack, 'Custom::QldbLedger').Properties.ServiceToken;
  };
  expect(token('Network')).toEqual(token('Vpc'));
});

test('VPCs of two stacks have handlers of their own, although CloudFormation calls both alike', () => {
  const app = new App();
  const services = ['One', 'Two'].map(id => {
    const stack = new Stack(app, id);
    return new LedgerService(stack, 'Service', { privateAccess: { vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0, restrictDefaultSecurityGroup: false }) } });
  });
  const stack = new Stack(app, 'Ledgers');
  services.forEach((service, number) => new Ledger(stack, `Ledger${number}`, { service }));
  expect(new Set(typed(stack, 'Custom::QldbLedger').map(({ ServiceToken }) => JSON.stringify(ServiceToken))).size).toBe(2);
});

test('a private service of another account is refused, because it would let nobody in', () => {
  const stack = new Stack(new App(), 'Stack', { env: { ...OWN_ACCOUNT, account: '444455556666' } });
  const imported = (id: string, account: string) => LedgerService.fromLedgerServiceAttributes(stack, id, {
    ...ATTRIBUTES, apiFunctionArn: `arn:aws:lambda:eu-west-1:${account}:function:api`, privateAccess: { vpc: importedVpc(stack, `Vpc${id}`, 'vpc-1') },
  });
  expect(() => imported('Theirs', '111122223333')).toThrow(
    "LedgerService 'Stack/Theirs' has 1 problem:\n  - the service is private, in account 111122223333, and lets in nobody of account 444455556666: use it from stacks of its account");
  imported('Ours', '444455556666');
  const elsewhere = new Stack(new App(), 'Elsewhere', { env: OWN_ACCOUNT });
  const service = new LedgerService(elsewhere, 'Service', { privateAccess: { vpc: new ec2.Vpc(elsewhere, 'Vpc', { natGateways: 0 }) } });
  expect(() => new Ledger(stack, 'Ledger', { service })).toThrow("Ledger 'Stack/Ledger' has 1 problem:\n  - the service is private, in account 111122223333");
});

test('who is granted reaches the API behind its door, and only that', () => {
  const { stack, service } = privateStack();
  const role = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
  service.grants.invoke(role('Administrator'));
  service.grants.connect(role('Application'));
  const granted = (id: string) => grantedStatements(stack).filter(([policyId]) => policyId.startsWith(id));
  const arn = (api: string, rest: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':execute-api:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':', { Ref: expect.stringMatching(api) }, rest]],
  });
  expect(granted('Administrator').map(([, { Action, Resource }]) => [Action, Resource])).toEqual([['execute-api:Invoke', arn('^ServicePrivateApi', '/v1/*')]]);
  expect(granted('Application').map(([, { Action, Resource }]) => [Action, Resource])).toEqual([['execute-api:Invoke', arn('^ServicePrivateSession', '/v1/POST/')]]);
});

test('two services in one VPC share an endpoint that is passed on', () => {
  const { stack, vpc } = privateStack();
  const vpcEndpoint = new ec2.InterfaceVpcEndpoint(stack, 'Shared', { vpc, service: ec2.InterfaceVpcEndpointAwsService.APIGATEWAY });
  const second = new LedgerService(stack, 'Second', { privateAccess: { vpc, vpcEndpoint } });
  expect(JSON.stringify(stack.resolve(second.serviceUrl))).toContain('"Shared');
  expect(typed(stack, 'AWS::EC2::VPCEndpoint')).toHaveLength(2);
});

test('services of one stack that are reached in different ways have handlers of their own', () => {
  const { stack } = privateStack();
  new Ledger(stack, 'Public');
  expect(typed(stack, 'Custom::QldbLedger').map(({ ServiceToken }) => JSON.stringify(ServiceToken)).filter((token, index, all) => all.indexOf(token) === index))
    .toHaveLength(2);
});

test('one that another app deployed is imported with its VPC, and its callers are granted by its URLs', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1', vpcCidrBlock: '10.0.0.0/16', availabilityZones: ['eu-west-1a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'],
  });
  const service = LedgerService.fromLedgerServiceAttributes(stack, 'Service', {
    serviceUrl: 'https://abc123-vpce-0123.execute-api.eu-west-1.amazonaws.com/v1/',
    sessionUrl: 'https://def456-vpce-0123.execute-api.eu-west-1.amazonaws.com/v1/',
    apiFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:api',
    sessionFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:session',
    apiRoleArn: 'arn:aws:iam::111122223333:role/api',
    workerRoleArn: 'arn:aws:iam::111122223333:role/worker',
    privateAccess: { vpc },
  });
  const caller = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
  new Ledger(stack, 'Ledger', { service }).grants.read(caller);
  const invoked = grantedStatements(stack).filter(([, { Action }]) => listed(Action).includes('execute-api:Invoke')).map(([id, { Resource }]) =>
    [id.replace(/[0-9A-F]{8}/g, ''), JSON.stringify(Resource)]);
  expect(invoked).toContainEqual([expect.stringMatching(/^Caller/), expect.stringContaining(':execute-api:eu-west-1:111122223333:def456/v1/POST/')]);
  expect(invoked).toContainEqual([expect.stringMatching(/^QldbProvider/), expect.stringContaining(':execute-api:eu-west-1:111122223333:abc123/v1/*')]);
  Template.fromStack(stack).resourceCountIs('AWS::EC2::VPCEndpoint', 0);
});
