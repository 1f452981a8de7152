import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Fixture } from './fixture-app';
import { cdk, typeScriptApp } from '../../local-aws/cdk-cli';
import { type LocalAws, startLocalAws } from '../../local-aws/local-aws';

const STACK = 'Fixture';
const APP = typeScriptApp(path.join(__dirname, 'fixture-app.ts'));
const output = mkdtempSync(path.join(tmpdir(), 'cdk-ledger-fixture-'));

let localAws: LocalAws;
let dynamodb: DynamoDBClient;

jest.setTimeout(60_000);

beforeAll(async () => {
  localAws = await startLocalAws();
  dynamodb = new DynamoDBClient({
    endpoint: localAws.endpoint, region: localAws.region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await dynamodb.send(new CreateTableCommand({
    TableName: 'recorder',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  }));
  await cdk(localAws, ['bootstrap', `aws://${localAws.accountId}/${localAws.region}`]);
}, 120_000);

afterAll(async () => {
  dynamodb?.destroy();
  await localAws?.stop();
  rmSync(output, { recursive: true, force: true });
});

async function run(command: readonly string[], fixture: Omit<Fixture, 'stackName' | 'recorder'>): Promise<string> {
  return cdk(localAws, command, {
    app: APP, output, environment: { FIXTURE: JSON.stringify({ stackName: STACK, recorder: 'recorder', ...fixture } satisfies Fixture) },
  });
}

const deploy = async (fixture: Omit<Fixture, 'stackName' | 'recorder'>) => run(['deploy', '--require-approval', 'never'], fixture);

/** What the handlers were asked since the last call: request type, logical id, physical id, value (or old > new value). */
async function requests(): Promise<string[]> {
  const { Attributes } = await dynamodb.send(new UpdateItemCommand({
    TableName: 'recorder',
    Key: { id: { S: 'events' } },
    UpdateExpression: 'REMOVE requests',
    ReturnValues: 'ALL_OLD',
  }));
  return (Attributes?.requests?.L ?? []).map(line => line.S!);
}

const ITEM = { id: { S: 'kept' } };
const storedItem = async () => (await dynamodb.send(new GetItemCommand({ TableName: `${STACK}-table`, Key: ITEM }))).Item;

const FIRST = { name: 'a', value: '1' } as const;
const SECOND = { name: 'b', value: '1' } as const;
const KEPT = { name: 'k', value: '1', retain: 'always' } as const;

// One stack lives through all of these in order: a deployment costs seconds.
describe('a stack deployed by the CDK CLI on the local AWS', () => {
  test('creates custom resources in the order of their dependencies', async () => {
    await deploy({ resources: { First: FIRST, Second: SECOND, Kept: KEPT } });

    expect(await requests()).toEqual(['Create First - 1', 'Create Second - 1', 'Create Kept - 1']);
    await dynamodb.send(new PutItemCommand({ TableName: `${STACK}-table`, Item: ITEM }));
  });

  test('an update reaches the changed resources alone and keeps the items of a changed table', async () => {
    await deploy({ resources: { First: { ...FIRST, value: '2' }, Second: SECOND, Kept: KEPT }, timeToLiveAttribute: 'expires' });

    expect(await requests()).toEqual(['Update First a 1>2']);
    expect(await storedItem()).toEqual(ITEM);
  });

  test('a failed update takes the changed resources back to their old properties and deletes nothing', async () => {
    await expect(deploy({
      resources: { First: { ...FIRST, value: '3' }, Second: { ...SECOND, value: '2', fails: 'Update' }, Kept: KEPT },
      timeToLiveAttribute: 'other',
    })).rejects.toThrow('asked to fail Update');

    expect(await requests()).toEqual(['Update First a 2>3', 'Update Second b 1>2', 'Update First a 3>2', 'Update Second b 2>1']);
    expect(await storedItem()).toEqual(ITEM);
  });

  test('a create that fails half-way is deleted under its own physical id', async () => {
    await expect(deploy({
      resources: { First: { ...FIRST, value: '2' }, Second: SECOND, Kept: KEPT, Third: { name: 'c', value: '1', fails: 'IsComplete' } },
      timeToLiveAttribute: 'expires',
    })).rejects.toThrow('asked to fail completion');

    expect(await requests()).toEqual(['Create Third - 1', 'Delete Third c 1']);
  });

  test('a replaced resource is deleted under its old physical id after the update, unless its policy retains it', async () => {
    await deploy({
      resources: { First: { ...FIRST, name: 'a2', value: '2' }, Second: { ...SECOND, name: 'b2', retain: 'when-replaced' }, Kept: KEPT },
      timeToLiveAttribute: 'expires',
    });

    expect(await requests()).toEqual(['Update First a 2>2', 'Update Second b 1>1', 'Delete First a 2']);
  });

  test('a destroyed stack deletes dependants first and leaves what is retained', async () => {
    await run(['destroy', '--force'], { resources: { First: FIRST, Second: SECOND, Kept: KEPT } });

    expect(await requests()).toEqual(['Delete Second b2 1', 'Delete First a2 2']);
    expect(await storedItem()).toEqual(ITEM);
  });

  test('a table is not created over a retained one of the same name', async () => {
    await expect(deploy({ resources: {} })).rejects.toThrow(`'${STACK}-table' already exists`);

    expect(await storedItem()).toEqual(ITEM);
  });
});
