import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { CreateLedgerCommand, QLDBClient, StreamJournalToKinesisCommand } from '@aws-sdk/client-qldb';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { latencyLine, measureLiveStream } from './live-stream';
import { deployedWorld } from '../conformance/control-plane/deployed-world';
import { KINESIS_STREAM } from '../conformance/control-plane/world';

const COMMITS = 50;
const PATIENCE_MILLIS = 10_000;

test('on the embedded service, beside an export of a long journal', async () => {
  const { latencyMillis, besideExport } = await measureLiveStream({ blockCount: 100_000, commits: 200 });
  process.stdout.write(`${latencyLine(`embedded, ${besideExport} of them beside an export`, latencyMillis)}\n`);
  expect(latencyMillis).toHaveLength(200);
}, 600_000);

test('on the deployed handlers, from the event that wakes the worker to the record that a consumer reads', async () => {
  const world = await deployedWorld();
  const config = { endpoint: world.endpoint, region: world.variables.region!, credentials: { accessKeyId: 'any', secretAccessKey: 'any' } };
  const qldb = new QLDBClient(config);
  const kinesis = new KinesisClient({});
  const driver = new QldbDriver('books', config);
  try {
    await qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL' }));
    await driver.executeLambda(async (transaction) => { await transaction.execute('CREATE TABLE Live'); });
    await qldb.send(new StreamJournalToKinesisCommand({
      LedgerName: 'books',
      StreamName: 'live',
      RoleArn: world.variables.role!,
      InclusiveStartTime: new Date(world.nowMillis()),
      KinesisConfiguration: { StreamArn: world.variables.kinesis!, AggregationEnabled: false },
    }));
    await world.runJobs();
    const { Shards } = await kinesis.send(new ListShardsCommand({ StreamName: KINESIS_STREAM }));
    let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand({ StreamName: KINESIS_STREAM, ShardId: Shards![0]!.ShardId, ShardIteratorType: 'LATEST' }));
    const latencyMillis: number[] = [];
    for (let n = 0; n < COMMITS; n++) {
      await driver.executeLambda(async (transaction) => { await transaction.execute('INSERT INTO Live ?', { n }); });
      const committed = performance.now();
      await world.runJobs();
      for (let records = 0; records < 2;) {
        if (performance.now() - committed > PATIENCE_MILLIS) throw new Error(`Document ${n} has not reached Kinesis ${PATIENCE_MILLIS} ms after its commit.`);
        const { Records = [], NextShardIterator } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
        ShardIterator = NextShardIterator;
        records += Records.length; // A summary and a revision.
      }
      latencyMillis.push(performance.now() - committed);
    }
    process.stdout.write(`${latencyLine('deployed handlers on the local AWS', latencyMillis)}\n`);
    expect(latencyMillis).toHaveLength(COMMITS);
  } finally {
    driver.close();
    qldb.destroy();
    kinesis.destroy();
    await world.stop();
  }
}, 600_000);
