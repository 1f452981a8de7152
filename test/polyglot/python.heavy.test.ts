import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { App, Duration, Stack, aws_iam as iam, aws_kinesis as kinesis } from 'aws-cdk-lib';
import { pythonEnvironment } from '../../local-aws/python-environment';
import { JournalArchive, Ledger, LedgerService, OutputFormat } from '../../src';

const REPOSITORY = path.join(__dirname, '..', '..');
/** Downloads of the first run included. */
const BUILDING_MILLIS = 600_000;
const run = promisify(execFile);

let folder: string;
beforeAll(() => { folder = mkdtempSync(path.join(tmpdir(), 'cdk-ledger-polyglot-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What app.py says, in TypeScript. */
function synthesizeHere(outdir: string): void {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Polyglot');
  const service = new LedgerService(stack, 'Service', { quotas: { activeLedgers: 20 }, recoveryPeriod: Duration.days(7) });
  const ledger = new Ledger(stack, 'Payments', { service, tables: [{ name: 'Transfers', indexes: ['transferId'] }] });
  ledger.exportJournal('Export', { archive: new JournalArchive(stack, 'Archive'), outputFormat: OutputFormat.ION_BINARY });
  ledger.streamJournal('Stream', { kinesisStream: new kinesis.Stream(stack, 'Kinesis', { encryption: kinesis.StreamEncryption.KMS }) });
  ledger.grants.readWrite(new iam.Role(stack, 'Caller', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }), { tables: ['Transfers'] });
  app.synth();
}

test('a Python app that uses the package built for Python synthesizes the template that TypeScript does', async () => {
  if (!existsSync(path.join(REPOSITORY, '.jsii'))) throw new Error('Compile the library first: npx projen compile');
  const python = await pythonEnvironment(path.join(__dirname, 'requirements.txt'), path.join(REPOSITORY, '.local-aws'));
  const [sources, packages, there, here] = ['sources', 'packages', 'there', 'here'].map(name => path.join(folder, name)) as [string, string, string, string];
  await run('npx', ['jsii-pacmak', '--code-only', '--target', 'python', '--outdir', sources], { cwd: REPOSITORY });
  await run(python, [
    '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-build-isolation', '--no-index', '--target', packages,
    path.join(sources, 'python'),
  ]);
  await run(python, [path.join(__dirname, 'app.py'), there], { env: { ...process.env, PYTHONPATH: packages } });
  synthesizeHere(here);
  expect(templateIn(there)).toEqual(templateIn(here));
}, BUILDING_MILLIS);

const templateIn = (outdir: string): unknown => JSON.parse(readFileSync(path.join(outdir, 'Polyglot.template.json'), 'utf8'));
