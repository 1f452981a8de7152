import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from './synth-peer';

/** What one synthesis took, in milliseconds. */
export interface Phases {
  readonly load: number;
  readonly construct: number;
  readonly synth: number;
}

export type Contender = 'constructs' | 'l1';

export interface SynthRun {
  readonly phases: Phases;
  readonly template: Template;
  /** Folder of the cloud assembly, to be removed by the caller. */
  readonly outdir: string;
}

const STACK = 'Bench';
/** As its users get it: compiled. Bundles lie beside it. */
const load = createRequire(join(process.cwd(), 'package.json'));

/** What a program with the constructs of this library does. */
export function runConstructs(): SynthRun {
  const start = performance.now();
  const { App, Stack, aws_iam: iam, aws_kinesis: kinesis } = load('aws-cdk-lib') as typeof import('aws-cdk-lib');
  const { JournalArchive, Ledger, LedgerService } = load('./lib/index.js') as typeof import('../src');
  const loaded = performance.now();
  const outdir = newOutdir();
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false });
  const stack = new Stack(app, STACK);
  const service = new LedgerService(stack, 'Service');
  const ledger = new Ledger(stack, 'Payments', { service, tables: [{ name: 'Transfers', indexes: ['transferId'] }] });
  ledger.exportJournal('Export', { archive: new JournalArchive(stack, 'Archive') });
  ledger.streamJournal('Stream', { kinesisStream: new kinesis.Stream(stack, 'Kinesis', { encryption: kinesis.StreamEncryption.KMS }) });
  ledger.grants.readWrite(new iam.Role(stack, 'Caller', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }), { tables: ['Transfers'] });
  const constructed = performance.now();
  app.synth();
  return measured(outdir, start, loaded, constructed, 0);
}

/** What a program does that writes the same template down in L1, and stages the same assets. */
export function runL1(example: SynthRun): SynthRun {
  const start = performance.now();
  const { App, Stack, aws_s3_assets: assets } = load('aws-cdk-lib') as typeof import('aws-cdk-lib');
  const loaded = performance.now();
  const { makeAll, writtenInL1 } = load('./node_modules/.cache/cdk-ledger-bench/synth-peer.js') as typeof import('./synth-peer');
  const written = writtenInL1(example.template);
  const read = performance.now() - loaded; // a program has this written in its source
  const outdir = newOutdir();
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false });
  const stack = new Stack(app, STACK);
  makeAll(stack, written);
  for (const folder of assetFolders(example.outdir)) new assets.Asset(stack, folder, { path: join(example.outdir, folder) });
  const constructed = performance.now();
  app.synth();
  return measured(outdir, start, loaded, constructed, read);
}

const newOutdir = (): string => mkdtempSync(join(tmpdir(), 'cdk-ledger-bench-synth-'));
const assetFolders = (outdir: string): string[] => readdirSync(outdir).filter(name => name.startsWith('asset.')).sort();

function measured(outdir: string, start: number, loaded: number, constructed: number, notCounted: number): SynthRun {
  const phases = { load: loaded - start, construct: constructed - loaded - notCounted, synth: performance.now() - constructed };
  return { phases, outdir, template: JSON.parse(readFileSync(join(outdir, `${STACK}.template.json`), 'utf8')) as Template };
}

export const discard = ({ outdir }: SynthRun): void => rmSync(outdir, { recursive: true, force: true });
