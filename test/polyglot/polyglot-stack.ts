import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { App, Duration, Stack, aws_iam as iam, aws_kinesis as kinesis } from 'aws-cdk-lib';
import { JournalArchive, Ledger, LedgerService, OutputFormat } from '../../src';

export const REPOSITORY = path.join(__dirname, '..', '..');
/** Downloads of the first run included. */
export const BUILDING_MILLIS = 600_000;

/** What the apps of the other languages say, in TypeScript. */
export function synthesizeHere(outdir: string): void {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Polyglot');
  const service = new LedgerService(stack, 'Service', { quotas: { activeLedgers: 20 }, recoveryPeriod: Duration.days(7) });
  const ledger = new Ledger(stack, 'Payments', { service, tables: [{ name: 'Transfers', indexes: ['transferId'] }] });
  ledger.exportJournal('Export', { archive: new JournalArchive(stack, 'Archive'), outputFormat: OutputFormat.ION_BINARY });
  ledger.streamJournal('Stream', { kinesisStream: new kinesis.Stream(stack, 'Kinesis', { encryption: kinesis.StreamEncryption.KMS }) });
  ledger.grants.readWrite(new iam.Role(stack, 'Caller', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }), { tables: ['Transfers'] });
  app.synth();
}

export const templateIn = (outdir: string): unknown => JSON.parse(readFileSync(path.join(outdir, 'Polyglot.template.json'), 'utf8'));

/** Writes the sources of the package for a language. @returns their folder */
export async function packageSources(language: 'java' | 'python', outdir: string): Promise<string> {
  if (!existsSync(path.join(REPOSITORY, '.jsii'))) throw new Error('Compile the library first: npx projen compile');
  await promisify(execFile)('npx', ['jsii-pacmak', '--code-only', '--target', language, '--outdir', outdir], { cwd: REPOSITORY });
  return path.join(outdir, language);
}
