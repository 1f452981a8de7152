import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIonStream } from '../src/ion';
import { blockFromIon, ChainVerifier, OWN_JOURNAL } from '../src/journal';

/** A process of its own: verifies the exported objects of a folder one after another and prints what it took. Without a folder it does nothing. */
async function main(folder: string | undefined): Promise<void> {
  const chain = new ChainVerifier(OWN_JOURNAL);
  if (folder !== undefined) {
    for (const name of (await readdir(folder)).sort()) {
      for (const value of readIonStream(await readFile(join(folder, name)))) chain.add(blockFromIon(value));
    }
  }
  const { blockCount, findingCount } = chain.summary();
  // On Linux the kernel counts in units of 1024 bytes.
  process.stdout.write(JSON.stringify({ blockCount, findingCount, peakBytes: process.resourceUsage().maxRSS * 1024 }));
}

main(process.argv[2]).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
