import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { load, loadAll } from 'ion-js';

const CLI = path.resolve('assets/cli/index.js');

/** What `cdk-ledger verify export --json` says of an export. */
export interface Verdict {
  readonly exportId: string;
  readonly objectCount: number;
  readonly byteCount: number;
  readonly blockCount: number;
  readonly revisionCount: number;
  readonly digest?: string;
  readonly findings: readonly string[];
}

/** Runs `cdk-ledger verify export` as a reader would. Exit code 1, tampered with, is an answer and no error. */
export async function verifyExport(location: string, options: readonly string[], environment: Readonly<Record<string, string>>): Promise<Verdict> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'verify', 'export', location, '--json', ...options], {
    env: { ...process.env, ...environment },
    maxBuffer: 10_000_000,
  }).catch((error: { code?: number; stdout: string; stderr: string; message: string }) => {
    if (error.code !== 1) throw new Error(`cdk-ledger verify export ${location} failed: ${error.stderr || error.message}`);
    return error;
  });
  const [verdict] = JSON.parse(stdout) as Verdict[];
  return verdict;
}

/** What `cdk-ledger restore export --json` says of the ledger it made. */
export interface RestoredLedger {
  readonly ledgerName: string;
  readonly lastSequenceNo: number;
  readonly digest?: string;
}

/** Makes a ledger of an export in a folder of this machine, as a reader would whose service is gone. */
export async function restoreExport(
  location: string, options: readonly string[], environment: Readonly<Record<string, string>>,
): Promise<RestoredLedger> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'restore', 'export', location, '--json', ...options], {
    env: { ...process.env, ...environment },
  });
  return JSON.parse(stdout) as RestoredLedger;
}

/** Copies every object of a bucket into a folder. */
export async function download(client: S3Client, Bucket: string, folder: string): Promise<string[]> {
  await rm(folder, { recursive: true, force: true });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  return Promise.all(Contents.map(async ({ Key }) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const file = path.join(folder, Key!);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, await Body!.transformToByteArray());
    return file;
  }));
}

/** `documentId/version` of every revision in the data objects, read with Amazon's own Ion library. */
export async function exportedRevisions(files: readonly string[]): Promise<Set<string>> {
  const revisions = new Set<string>();
  for (const file of files.filter(name => name.endsWith('.ion'))) {
    for (const block of loadAll(await readFile(file))) {
      for (const revision of block.get('revisions')?.elements() ?? []) {
        const metadata = revision.get('metadata')!;
        revisions.add(`${metadata.get('id')!.stringValue()}/${metadata.get('version')!.numberValue()}`);
      }
    }
  }
  return revisions;
}

/** Flips one bit in the integrity hash of a package, in the middle of the largest object. Answers the block that holds it. */
export async function tamper(files: readonly string[]): Promise<number> {
  const contents = await Promise.all(files.filter(name => name.endsWith('.ion')).map(async file => ({ file, bytes: await readFile(file) })));
  const { file, bytes } = contents.reduce((largest, candidate) => candidate.bytes.length > largest.bytes.length ? candidate : largest);
  const position = bytes.indexOf('data:{', Math.floor(bytes.length / 2));
  const integrity = bytes.indexOf('sha512-', position);
  const line = bytes.subarray(bytes.lastIndexOf('\n', integrity) + 1, bytes.indexOf('\n', integrity));
  bytes[integrity + 'sha512-'.length] ^= 1;
  await writeFile(file, bytes);
  return load(Buffer.from(line))!.get('blockAddress', 'sequenceNo')!.numberValue()!;
}
