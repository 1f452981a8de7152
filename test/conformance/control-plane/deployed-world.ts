import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, DeleteStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { BUCKET, insertDocument, KINESIS_STREAM, variablesOf, type World } from './world';
import { startLocalAws } from '../../../local-aws/local-aws';
import { handler as api } from '../../../src/service/lambda-api';
import { handler as work } from '../../../src/service/lambda-worker';
import { localFunctionUrl } from '../../service/local-function-url';

const HOUR_MILLIS = 3_600_000;
const TABLE = 'ledgers';
const CALLER = 'arn:aws:sts::000000000000:assumed-role/app/session';

/**
 * The Lambda handlers over DynamoDB, S3 and Kinesis of a local AWS; requests come in as a function URL's events. Its table is made anew for each
 * scenario. While it is there, it owns the environment and the clock of this process.
 */
export async function deployedWorld(): Promise<World> {
  const environment = process.env;
  const localAws = await startLocalAws();
  process.env = { ...environment, ...localAws.environment, AWS_REGION: localAws.region, LEDGER_TABLE_NAME: TABLE };
  let skewMillis = 0;
  const systemMillis = Date.now;
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => systemMillis() + skewMillis);
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  const dynamodb = new DynamoDBClient({});
  const s3 = new S3Client({ forcePathStyle: true });
  const kinesis = new KinesisClient({ requestHandler: s3.config.requestHandler });
  const functionUrl = await localFunctionUrl(async event => api(event, { invokedFunctionArn: '' }));
  functionUrl.userArn = CALLER;
  // Short invocations: a scenario asks again anyway, and should not wait for a retry that is due in seconds.
  const tick = async () => work({}, { invokedFunctionArn: '', getRemainingTimeInMillis: () => 21_000 });
  const createKinesisStream = async () => kinesis.send(new CreateStreamCommand({ StreamName: KINESIS_STREAM, ShardCount: 1 }));
  let hasKinesisStream = false;

  const createTable = async () => dynamodb.send(new CreateTableCommand({
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }, { AttributeName: 's', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }, { AttributeName: 's', KeyType: 'RANGE' }],
  }));
  const ensureKinesisStream = async (): Promise<void> => {
    if (!hasKinesisStream) await createKinesisStream();
    hasKinesisStream = true;
  };
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await createTable();
  await ensureKinesisStream();

  return {
    name: 'deployed',
    endpoint: functionUrl.url,
    variables: variablesOf(localAws.region, localAws.accountId),
    nowMillis: Date.now,
    async control(control) {
      switch (control.name) {
        case 'time-passes': skewMillis += control.hours * HOUR_MILLIS; break;
        case 'hold-jobs': case 'release-jobs': break; // Nothing runs until a step asks for it.
        case 'kinesis-stream-vanishes':
          await kinesis.send(new DeleteStreamCommand({ StreamName: KINESIS_STREAM }));
          hasKinesisStream = false;
          break;
        case 'kinesis-stream-returns': await ensureKinesisStream(); break;
        case 'a-job-is-set-back': case 'role-is-revoked': throw new Error('The local AWS gives credentials for every role.');
        case 'insert-document': return insertDocument(functionUrl.url, localAws.region, control.ledger);
      }
      return {};
    },
    runJobs: tick,
    async reset() {
      await dynamodb.send(new DeleteTableCommand({ TableName: TABLE }));
      await createTable();
      await ensureKinesisStream();
    },
    async stop() {
      process.env = environment;
      clock.mockRestore();
      log.mockRestore();
      for (const client of [dynamodb, s3, kinesis]) client.destroy();
      await functionUrl.close();
      await localAws.stop();
    },
  };
}
