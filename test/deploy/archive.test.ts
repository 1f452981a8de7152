import * as path from 'node:path';
import { GetDigestCommand } from '@aws-sdk/client-qldb';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { STACK } from './archive-app';
import { Deployment } from './deployment';
import type { Fixture } from './fixture-app';
import { typeScriptApp } from '../../local-aws/cdk-cli';

/** The app needs none of it. */
const FIXTURE: Fixture = { trigger: '', isAggregating: true, accountsSettings: 'lenient' };

let deployment: Deployment;
let bucket: string;

jest.setTimeout(90_000);

beforeAll(async () => {
  deployment = await Deployment.start(typeScriptApp(path.join(__dirname, 'archive-app.ts')));
}, 120_000);

afterAll(() => deployment?.stop());

async function keys(pattern: RegExp): Promise<string[]> {
  const { Contents = [] } = await deployment.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key }) => Key!).filter(key => pattern.test(key));
}

test('digest, scheduled windows and final export end up in the archive, and only then the ledger goes', async () => {
  await deployment.deploy(FIXTURE, STACK);
  const outputs = await deployment.outputsOf(STACK);
  bucket = outputs.ArchiveBucket;

  const { Body } = await deployment.s3.send(new GetObjectCommand({ Bucket: bucket, Key: outputs.DigestKey }));
  const qldb = await deployment.qldb(STACK);
  const { Digest } = await qldb.send(new GetDigestCommand({ Name: 'trial' }));
  qldb.destroy();
  expect(outputs.Digest).toBe(Buffer.from(Digest!).toString('base64'));
  expect(JSON.parse(await Body!.transformToString())).toMatchObject({ LedgerName: 'trial', Digest: outputs.Digest });

  await deployment.invoke(outputs.RunFunction);
  expect(await keys(/^journal\/trial\/[^/]+\/[^/]+\.completed\.manifest$/)).toEqual([
    expect.stringMatching('^journal/trial/20260101T000000Z-20260102T000000Z/'),
    expect.stringMatching('^journal/trial/20260102T000000Z-20260103T000000Z/'),
  ]);

  expect(await keys(/^final-export\//)).toEqual([]);
  await deployment.destroy(FIXTURE, STACK);
  expect(await keys(/^final-export\/trial\/\d+\/[^/]+\.completed\.manifest$/)).toHaveLength(1);
  expect(await keys(/^final-export\/trial\/\d+\/\d{4}\//)).not.toEqual([]);
});
