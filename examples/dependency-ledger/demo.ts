import { mkdir, readFile, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { GetDigestCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import Table from 'cli-table3';
import { Command } from 'commander';
import { load } from 'ion-js';
import { Listr, type ListrTask } from 'listr2';
import { download, exportedRevisions, restoreExport, tamper, verifyExport, type Verdict } from './archive';
import { readChanges } from './changes';
import { lockedPackages } from './package-lock';
import { recordInstalled, recordLocked } from './record';
import { cdk, typeScriptApp } from '../../local-aws/cdk-cli';
import { startLocalAws, type LocalAws } from '../../local-aws/local-aws';
import { ledgerServiceClientConfig } from '../../src/client';

/** The outputs of the stack. */
interface Outputs {
  readonly ServiceUrl: string;
  readonly SessionUrl: string;
  readonly LedgerName: string;
  readonly ArchiveBucket: string;
  readonly ChangesStream: string;
  readonly ExportId?: string;
  readonly CompletedManifestKey?: string;
}

/** What the steps hand on to each other. */
interface Progress {
  aws: LocalAws;
  outputs: Outputs;
  documents: number;
  verdict: Verdict;
  revisions: Set<string>;
  streamRecords: number;
  readonly seconds: [step: string, seconds: number][];
}

const STACK = 'DependencyLedger';
const FOLDER = path.resolve('.demo');
const CHANGES_ARRIVE_WITHIN_SECONDS = 90;

const { keep } = new Command('demo')
  .description('Deploy a ledger of this repository\'s dependencies on a local AWS, export, stream and verify it.')
  .option('--keep', 'leave everything running at the end')
  .parse()
  .opts<{ keep?: boolean }>();

const steps = new Listr<Progress>([
  step('Start a local AWS', async (progress) => {
    progress.aws = await startLocalAws();
  }),
  step('cdk bootstrap', async ({ aws }, report) => {
    await cdk(aws, ['bootstrap', `aws://${aws.accountId}/${aws.region}`], { onOutput: report });
  }),
  step('cdk deploy: service, ledger, archive, stream', async (progress, report) => {
    progress.outputs = await deploy(progress.aws, report);
  }),
  step('Record what package-lock.json promises', async (progress, report) => {
    const packages = await lockedPackages('package-lock.json');
    await withDriver(progress, driver => recordLocked(driver, packages, (done, total) => report(`${done} of ${total} packages`)));
    progress.documents = packages.length;
  }),
  step('Record what node_modules holds', async (progress, report) => {
    const packages = await lockedPackages('package-lock.json');
    const { updated, removed } = await withDriver(progress,
      driver => recordInstalled(driver, process.cwd(), packages, (done, total) => report(`${done} of ${total} packages`)));
    must(updated > 0 && removed > 0, `a second state with updates and removals, but there were ${updated} and ${removed}`);
  }),
  step('cdk deploy: journal export', async (progress, report) => {
    progress.outputs = await deploy(progress.aws, report, '-c', 'export=first');
    must(progress.outputs.ExportId, 'an ExportId among the outputs of the stack');
  }),
  step('Verify the export: every block, hash, link and the digest', async (progress) => {
    const { aws, outputs } = progress;
    const { Digest, DigestTipAddress } = await qldbClient(progress).send(new GetDigestCommand({ Name: outputs.LedgerName }));
    const tip = load(DigestTipAddress!.IonText!)!.get('sequenceNo')!.numberValue();
    const digest = Buffer.from(Digest!).toString('base64');
    progress.verdict = await verifyExport(`s3://${outputs.ArchiveBucket}`, ['--digest', digest, '--tip', String(tip)], aws.environment);
    must(progress.verdict.findings.length === 0, `a valid export, but: ${progress.verdict.findings.join('; ')}`);
    must(progress.verdict.exportId === outputs.ExportId, 'the export that the stack reports');
  }),
  step('Check that every revision arrived in Kinesis', async (progress) => {
    const { aws, outputs } = progress;
    const files = await download(new S3Client(clientConfig(aws)), outputs.ArchiveBucket, path.join(FOLDER, 'archive'));
    progress.revisions = await exportedRevisions(files);
    const changes = await readChanges(new KinesisClient(clientConfig(aws)), outputs.ChangesStream, CHANGES_ARRIVE_WITHIN_SECONDS,
      ({ revisions }) => [...progress.revisions].every(revision => revisions.has(revision)));
    must(changes.revisions.size === progress.revisions.size, 'no revision in the stream that is not in the export');
    progress.streamRecords = changes.recordCount;
  }),
  step('Flip one bit in a copy of the export: verification names the block', async ({ aws, outputs }, report) => {
    const folder = path.join(FOLDER, 'tampered');
    const block = await tamper(await download(new S3Client(clientConfig(aws)), outputs.ArchiveBucket, folder));
    const { findings } = await verifyExport(folder, [], {});
    const namesTheBlock = findings.length > 0 && findings.every(finding => finding.includes(`Block ${block}:`));
    must(namesTheBlock, `findings in block ${block} alone, but: ${findings.join('; ') || 'none'}`);
    report(findings[0]);
  }, { persistentOutput: true }),
  step('Restore the export into a ledger on this machine: it has the same digest', async ({ aws, outputs, verdict }) => {
    const folder = path.join(FOLDER, 'restored');
    await rm(folder, { recursive: true, force: true });
    const restored = await restoreExport(`s3://${outputs.ArchiveBucket}`, ['--ledger', 'restored', '--data', folder], aws.environment);
    must(restored.digest === verdict.digest, `the digest ${verdict.digest}, but it is ${restored.digest}`);
  }),
  step('cdk destroy', async ({ aws, outputs }, report) => {
    await cdk(aws, ['destroy', '--force', STACK], { ...APP, onOutput: report });
    await onlyTheArchiveIsLeft(aws, outputs);
  }, { skip: () => keep === true }),
], { rendererOptions: { collapseErrors: false }, fallbackRendererCondition: () => !process.stdout.isTTY });

async function main(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const progress = { seconds: [] } as unknown as Progress;
  try {
    await steps.run(progress);
    console.log(summary(progress));
    if (keep) await keepRunning(progress);
  } finally {
    await progress.aws?.stop();
  }
}

type StepOptions = Pick<ListrTask<Progress>, 'skip'> & { readonly persistentOutput?: boolean };

function step(
  title: string, work: (progress: Progress, report: (text: string) => void) => Promise<void>, options: StepOptions = {},
): ListrTask<Progress> {
  const { persistentOutput, ...rest } = options;
  return {
    title,
    ...rest,
    rendererOptions: { persistentOutput },
    task: async (progress, task) => {
      const start = performance.now();
      // Without a terminal, only what stays is worth a line.
      const report = process.stdout.isTTY || persistentOutput ? (text: string) => { task.output = text.trim(); } : () => undefined;
      await work(progress, report);
      const seconds = (performance.now() - start) / 1000;
      progress.seconds.push([title, seconds]);
      task.title = `${title} (${seconds.toFixed(1)} s)`;
    },
  };
}

const APP = { app: typeScriptApp(path.join(__dirname, 'app.ts')), output: path.join(FOLDER, 'cdk.out') };

async function deploy(aws: LocalAws, report: (text: string) => void, ...context: string[]): Promise<Outputs> {
  const outputsFile = path.join(FOLDER, 'outputs.json');
  await cdk(aws, ['deploy', STACK, '--require-approval', 'never', '--outputs-file', outputsFile, ...context], { ...APP, onOutput: report });
  return (JSON.parse(await readFile(outputsFile, 'utf8')) as Record<typeof STACK, Outputs>)[STACK];
}

const clientConfig = ({ endpoint, region }: LocalAws) => ({
  endpoint,
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  forcePathStyle: true,
  requestHandler: new NodeHttpHandler(), // the Kinesis client would speak HTTP/2, which the local AWS does not
});

const serviceConfig = ({ aws, outputs }: Progress, output: 'ServiceUrl' | 'SessionUrl') => ({
  ...ledgerServiceClientConfig({ url: aws.functionUrl(outputs[output]), region: aws.region }),
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

const qldbClient = (progress: Progress): QLDBClient => new QLDBClient(serviceConfig(progress, 'ServiceUrl'));

async function withDriver<T>(progress: Progress, work: (driver: QldbDriver) => Promise<T>): Promise<T> {
  const driver = new QldbDriver(progress.outputs.LedgerName, serviceConfig(progress, 'SessionUrl'));
  try {
    return await work(driver);
  } finally {
    driver.close();
  }
}

async function onlyTheArchiveIsLeft(aws: LocalAws, { ArchiveBucket }: Outputs): Promise<void> {
  const { TableNames = [] } = await new DynamoDBClient(clientConfig(aws)).send(new ListTablesCommand());
  const { StreamNames = [] } = await new KinesisClient(clientConfig(aws)).send(new ListStreamsCommand());
  must(TableNames.length === 0 && StreamNames.length === 0, `neither tables nor streams left, but: ${[...TableNames, ...StreamNames].join(', ')}`);
  const { KeyCount = 0 } = await new S3Client(clientConfig(aws)).send(new ListObjectsV2Command({ Bucket: ArchiveBucket }));
  must(KeyCount > 0, 'the archive still holding the export');
}

function summary({ documents, verdict, revisions, streamRecords, seconds }: Progress): string {
  const table = new Table({ style: { head: [], border: [], compact: true }, colAligns: ['left', 'right'] });
  table.push(
    ['documents', documents.toLocaleString('en')],
    ['revisions', revisions.size.toLocaleString('en')],
    ['blocks', verdict.blockCount.toLocaleString('en')],
    ['exported objects', String(verdict.objectCount)],
    ['exported bytes', verdict.byteCount.toLocaleString('en')],
    ['digest', verdict.digest!],
    ['stream records', streamRecords.toLocaleString('en')],
    ...seconds.map(([title, value]): [string, string] => [title, `${value.toFixed(1)} s`]),
  );
  return table.toString();
}

async function keepRunning({ aws, outputs }: Progress): Promise<void> {
  console.log([
    '', 'Everything is left running. Press Ctrl-C to end it.',
    `  AWS_ENDPOINT_URL=${aws.endpoint} AWS_REGION=${aws.region} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test`,
    `  control plane   ${aws.functionUrl(outputs.ServiceUrl)}`,
    `  sessions        ${aws.functionUrl(outputs.SessionUrl)}`,
    `  ledger          ${outputs.LedgerName}`,
    `  archive         s3://${outputs.ArchiveBucket}`,
    `  stream          ${outputs.ChangesStream}`,
  ].join('\n'));
  // The local AWS ends this process together with itself on Ctrl-C.
  await new Promise(() => setInterval(() => undefined, 60_000));
}

function must(condition: unknown, expectation: string): asserts condition {
  if (!condition) throw new Error(`Expected ${expectation}.`);
}

main().catch((error: Error) => {
  console.error(`\nThe demo failed: ${error.message}`);
  process.exitCode = 1;
});
