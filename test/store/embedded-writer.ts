/**
 * A process that writes to the embedded store in the given directory until it is killed, and prints a line for each
 * transact once it is acknowledged. Each writer appends entries 1, 2, 3... of two parts and moves its counter with them. A second
 * argument makes it go on after a failure, which it prints as well.
 */
import { writeSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedStore, Store } from '../../src/store';

export const WRITERS = 3;
/** Large enough that an entry does not fit in a page. */
const PART_BYTES = 10_000;

export function partition(writer: number): string {
  return `writer ${writer}`;
}

/** The bytes of both parts of an entry. */
export function entryPart(index: number): Uint8Array {
  return new Uint8Array(PART_BYTES).fill(index % 251);
}

async function append(store: Store, writer: number): Promise<void> {
  const key = (sort: string) => ({ partition: partition(writer), sort });
  let index = (await store.get(key('counter')))?.ordinal ?? 0;
  for (;;) {
    index++;
    await store.transact([
      { put: key(`entry ${index} a`), value: entryPart(index), if: { absent: true } },
      { put: key('counter'), value: new Uint8Array(0), ordinal: index, if: { ordinalBelow: index } },
      { put: key(`entry ${index} b`), value: entryPart(index), if: { absent: true } },
    ]);
    // Synchronously: an acknowledgement that the process printed must not be lost with it.
    writeSync(process.stdout.fd, `${writer} ${index}\n`);
  }
}

/** A transact that failed may have happened, so each attempt looks where it stands. */
async function keepAppending(store: Store, writer: number): Promise<never> {
  for (;;) {
    await append(store, writer).catch(async (error: Error) => {
      writeSync(process.stderr.fd, `${error.message}\n`);
      await sleep(50);
    });
  }
}

async function main(directory: string, goesOn: boolean): Promise<void> {
  const store = await openEmbeddedStore(directory);
  await Promise.all(Array.from({ length: WRITERS }, async (_, writer) => (goesOn ? keepAppending : append)(store, writer)));
}

if (require.main === module) {
  main(process.argv[2], process.argv[3] !== undefined).catch(async error => {
    // A rejection that nobody handles would end the process before the line is out.
    await setImmediate();
    writeSync(process.stderr.fd, `${error.message}\n`);
    process.exit(1);
  });
}
