import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import type { Variables } from './expectation';
import type { Control, WorldName } from './scenario';

/** A service that scenarios run against, and what surrounds it. */
export interface World {
  readonly name: WorldName;
  readonly endpoint: string;
  /** `region`, `account`, `role`, `bucket`, `kinesis` and what the like. */
  readonly variables: Variables;
  nowMillis(): number;
  /** Answers variables for later steps. */
  control(control: Control): Promise<Variables>;
  /** Gives jobs a chance to take their steps. */
  runJobs(): Promise<void>;
  /** As if nobody had ever been here. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export const BUCKET = 'archive';
export const KINESIS_STREAM = 'journal';

export const variablesOf = (region: string, account: string): Variables => ({
  region,
  account,
  ledger: `arn:aws:qldb:${region}:${account}:ledger`,
  stream: `arn:aws:qldb:${region}:${account}:stream`,
  role: `arn:aws:iam::${account}:role/journal`,
  kinesis: `arn:aws:kinesis:${region}:${account}:stream/${KINESIS_STREAM}`,
  nokinesis: `arn:aws:kinesis:${region}:${account}:stream/missing`,
  key: `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
});

/** Makes a table and a document in it, with the official driver. */
export async function insertDocument(endpoint: string, region: string, ledger: string): Promise<Variables> {
  const driver = new QldbDriver(ledger, { endpoint, region, credentials: { accessKeyId: 'any', secretAccessKey: 'any' } });
  try {
    const created = await driver.executeLambda(async transaction => transaction.execute("CREATE TABLE Entry WITH (aws_tags = `{'team': 'accounts'}`)"));
    const tableId = created.getResultList()[0]!.get('tableId')!.stringValue()!;
    const inserted = await driver.executeLambda(async transaction => transaction.execute("INSERT INTO Entry VALUE {'amount': 1}"));
    const documentId = inserted.getResultList()[0]!.get('documentId')!.stringValue()!;
    const committed = await driver.executeLambda(async transaction => transaction.execute('SELECT blockAddress FROM _ql_committed_Entry'));
    const address = committed.getResultList()[0]!.get('blockAddress')!;
    const strand = address.get('strandId')!.stringValue()!;
    const sequence = address.get('sequenceNo')!.numberValue()!;
    const at = (sequenceNo: number) => `{strandId:"${strand}",sequenceNo:${sequenceNo}}`;
    const huge = `{strandId:"${strand}",sequenceNo:${'9'.repeat(400)}}`;
    return { tableId, documentId, address: at(sequence), systemAddress: at(0), beyond: at(1_000_000), negative: at(-1), huge };
  } finally {
    driver.close();
  }
}
