import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { blockAfter, documentOf, idOf, STRAND_ID } from './generated-export';
import { CLI } from './run-cli';
import { encodeIonStream, printIon } from '../../src/ion';
import { blockToIon, type Block } from '../../src/journal';

const DOCUMENT_BYTES = 20_000;
const DOCUMENTS_PER_BLOCK = 3;

/** An export of about that size in a single object, written block by block. Answers the number of its blocks. */
export async function writeLargeExport(folder: string, byteCount: number, format: 'ION_TEXT' | 'ION_BINARY'): Promise<number> {
  await mkdir(folder, { recursive: true });
  const blockCount = Math.ceil(byteCount / (DOCUMENT_BYTES * DOCUMENTS_PER_BLOCK));
  const name = `${STRAND_ID}.0-${blockCount - 1}.ion`;
  const file = createWriteStream(path.join(folder, name));
  let block: Block | undefined;
  for (let index = 0; index < blockCount; index++) {
    const seed = index * DOCUMENTS_PER_BLOCK;
    block = blockAfter(block, Array.from({ length: DOCUMENTS_PER_BLOCK }, (_, position) => documentOf(DOCUMENT_BYTES, seed + position)));
    const bytes = format === 'ION_TEXT' ? `${printIon(blockToIon(block))}\n` : encodeIonStream([blockToIon(block)]);
    if (!file.write(bytes)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  await writeFile(path.join(folder, `${idOf(5, 0)}.${STRAND_ID}.completed.manifest`), `{keys:["${name}"]}`);
  return blockCount;
}

/** What a Node process took at most. */
export interface MeasuredProcess { readonly code: number; readonly stdout: string; readonly residentBytesMax: number }

/** Runs the command line, or Node with nothing to do, and measures its memory. */
export async function measured(folder: string, args: readonly string[] = ['-e', '0']): Promise<MeasuredProcess> {
  const report = path.join(folder, 'memory.json');
  const probe = path.join(folder, 'probe.cjs');
  await writeFile(probe, `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS * 1024)));`);
  const child = spawn(process.execPath, ['--require', probe, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', chunk => stdout += chunk);
  const [code] = await once(child, 'close') as [number];
  return { code, stdout, residentBytesMax: Number(await readFile(report, 'utf8')) };
}

/** How much more memory the verification of an export takes than Node alone. */
export async function residentGrowth(folder: string, location: string): Promise<MeasuredProcess & { readonly growthBytes: number }> {
  const empty = await measured(folder);
  const verification = await measured(folder, [CLI, 'verify', 'export', location]);
  return { ...verification, growthBytes: verification.residentBytesMax - empty.residentBytesMax };
}
