import { App, CustomResource, Duration, RemovalPolicy, Stack, type CfnResource } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';

/** What one deployment of the fixture asks for; handed over as JSON in the environment variable FIXTURE. */
export interface Fixture {
  readonly stackName: string;
  /** Existing table whose item `events` collects what the handlers were asked to do. */
  readonly recorder: string;
  /** Custom resources by logical id, each depending on the one before. */
  readonly resources: Readonly<Record<string, FixtureResource>>;
  /** Changing it changes the table in place. */
  readonly timeToLiveAttribute?: string;
}

/** One custom resource of the fixture. */
export interface FixtureResource {
  /** Becomes the physical id, so changing it replaces the resource. */
  readonly name: string;
  readonly value: string;
  /** The step that fails for these properties. */
  readonly fails?: 'Create' | 'Update' | 'IsComplete';
  readonly retain?: 'always' | 'when-replaced';
}

const RECORD = `
const { DynamoDBClient, UpdateItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({});
exports.onEvent = async event => {
  const { RequestType: type, ResourceProperties: { Name: name, Value: value, Fails: fails }, OldResourceProperties: old } = event;
  const line = [type, event.LogicalResourceId, event.PhysicalResourceId ?? '-', old ? old.Value + '>' + value : value].join(' ');
  await client.send(new UpdateItemCommand({
    TableName: process.env.RECORDER,
    Key: { id: { S: 'events' } },
    UpdateExpression: 'SET requests = list_append(if_not_exists(requests, :none), :line)',
    ExpressionAttributeValues: { ':none': { L: [] }, ':line': { L: [{ S: line }] } },
  }));
  if (fails === type) throw new Error('asked to fail ' + type);
  return { PhysicalResourceId: type === 'Delete' ? event.PhysicalResourceId : name };
};
exports.isComplete = async event => {
  if (event.RequestType !== 'Delete' && event.ResourceProperties.Fails === 'IsComplete') throw new Error('asked to fail completion');
  return { IsComplete: true };
};
`;

const fixture = JSON.parse(process.env.FIXTURE!) as Fixture;
const stack = new Stack(new App({ analyticsReporting: false }), fixture.stackName);

new Table(stack, 'Table', {
  tableName: `${fixture.stackName}-table`,
  partitionKey: { name: 'id', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  timeToLiveAttribute: fixture.timeToLiveAttribute,
  removalPolicy: RemovalPolicy.RETAIN,
});

const handler = (id: string, name: string) => new LambdaFunction(stack, id, {
  runtime: Runtime.NODEJS_22_X,
  handler: `index.${name}`,
  code: Code.fromInline(RECORD),
  environment: { RECORDER: fixture.recorder },
});
const provider = new Provider(stack, 'Provider', {
  onEventHandler: handler('OnEvent', 'onEvent'),
  isCompleteHandler: handler('IsComplete', 'isComplete'),
  queryInterval: Duration.seconds(1),
});

let previous: CustomResource | undefined;
for (const [id, { name, value, fails, retain }] of Object.entries(fixture.resources)) {
  const resource = new CustomResource(stack, id, {
    serviceToken: provider.serviceToken,
    resourceType: 'Custom::Recorded',
    properties: { Name: name, Value: value, Fails: fails },
    removalPolicy: retain === 'always' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  const definition = resource.node.defaultChild as CfnResource;
  definition.overrideLogicalId(id);
  if (retain === 'when-replaced') definition.addOverride('UpdateReplacePolicy', 'Retain');
  if (previous) resource.node.addDependency(previous);
  previous = resource;
}
