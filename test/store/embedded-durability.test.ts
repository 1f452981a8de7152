import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { collect } from './contract-bench';
import { entryPart, partition, WRITERS } from './embedded-writer';
import { openEmbeddedStore, Store } from '../../src/store';

const REPOSITORY = join(__dirname, '..', '..');
const WRITER_ARGUMENTS = ['-r', 'ts-node/register/transpile-only', join(__dirname, 'embedded-writer.ts')];
const KILLS = 4;
const onLinux = process.platform === 'linux' ? test : test.skip;

interface Writer {
  readonly child: ChildProcess;
  /** The last entry acknowledged to each writer, complete once `ended` resolves. */
  readonly acknowledged: Map<number, number>;
  readonly acknowledgedAtLeast: (count: number) => Promise<void>;
  /** When it says that something went wrong. */
  readonly failed: Promise<void>;
  readonly ended: Promise<string>;
}

describe('what a writing process leaves behind', () => {
  let directory: string;
  let writer: Writer | undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'embedded-durability-'));
  });

  afterEach(async () => {
    writer?.child.kill('SIGKILL');
    await writer?.ended;
    rmSync(directory, { recursive: true });
  });

  test(`after each of ${KILLS} kills every acknowledged transact is whole, and no other is there by half`, async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      writer = startWriter(process.execPath, [...WRITER_ARGUMENTS, directory]);
      await writer.acknowledgedAtLeast(37 * kill);
      writer.child.kill('SIGKILL');
      await writer.ended;
      await expectWhole(directory, writer.acknowledged);
    }
  }, 60_000);

  test('the directory is refused to others while the writer lives', async () => {
    writer = startWriter(process.execPath, [...WRITER_ARGUMENTS, directory]);
    await writer.acknowledgedAtLeast(1);
    await expect(openEmbeddedStore(directory)).rejects.toThrow(new RegExp(`is open in process ${writer.child.pid}`));
    await writer.acknowledgedAtLeast(50);
  }, 30_000);

  onLinux('when the disk is full the transact fails, the process lives on, and all that was acknowledged is there', async () => {
    // A limit on the size of files, with its signal ignored, makes writes fail as a full disk does.
    writer = startWriter('bash', ['-c', 'trap "" XFSZ; ulimit -f 2000; exec "$0" "$@"', process.execPath, ...WRITER_ARGUMENTS, directory]);
    expect(await writer.ended).toMatch(/The store in .* could not commit: .*Check the disk's free space/);
    expect(writer.acknowledged.size).toBe(WRITERS);
    await expectWhole(directory, writer.acknowledged);
  }, 30_000);

  onLinux('when the full disk has room again the store goes on, over all that was acknowledged', async () => {
    writer = startWriter('bash', ['-c', 'trap "" XFSZ; ulimit -S -f 2000; exec "$0" "$@"', process.execPath, ...WRITER_ARGUMENTS, directory, 'goes on']);
    await writer.failed;
    await setTimeout(500);
    const acknowledged = new Map(writer.acknowledged);
    execFileSync('prlimit', ['--fsize=unlimited', '--pid', String(writer.child.pid)]);
    const [before] = acknowledged.values();
    await writer.acknowledgedAtLeast(WRITERS * (before + 50));
    writer.child.kill('SIGKILL');
    expect(await writer.ended).toMatch(/The store in .* could not commit: .*Check the disk's free space/);
    await expectWhole(directory, writer.acknowledged);
  }, 60_000);
});

function startWriter(command: string, args: readonly string[]): Writer {
  const child = spawn(command, args, {
    cwd: REPOSITORY,
    env: { ...process.env, TS_NODE_PROJECT: join(REPOSITORY, 'tsconfig.dev.json') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const acknowledged = new Map<number, number>();
  let count = 0;
  let partialLine = '';
  let errors = '';
  const failed = once(child.stderr!, 'data').then(() => undefined);
  child.stderr!.setEncoding('utf8').on('data', (text: string) => { errors += text; });
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (partialLine + text).split('\n');
    partialLine = lines.pop()!;
    for (const line of lines) {
      const [writer, index] = line.split(' ').map(Number);
      acknowledged.set(writer, index);
      count++;
    }
    child.emit('acknowledged');
  });
  const ended = once(child, 'close').then(() => errors);
  return {
    child,
    acknowledged,
    failed,
    ended,
    acknowledgedAtLeast: async wanted => {
      while (count < wanted) {
        const event = await Promise.race([once(child, 'acknowledged'), ended]);
        if (typeof event === 'string' && count < wanted) {
          throw new Error(`The writer ended after ${count} transacts: ${event}`);
        }
      }
    },
  };
}

async function expectWhole(directory: string, acknowledged: ReadonlyMap<number, number>): Promise<void> {
  const store = await openEmbeddedStore(directory);
  try {
    for (let writer = 0; writer < WRITERS; writer++) {
      await expectWholeWriter(store, writer, acknowledged.get(writer) ?? 0);
    }
  } finally {
    await store.close();
  }
}

async function expectWholeWriter(store: Store, writer: number, acknowledged: number): Promise<void> {
  const last = (await store.get({ partition: partition(writer), sort: 'counter' }))?.ordinal ?? 0;
  // One transact was under way when the process died: it may be there, but then all of it.
  expect(last).toBeGreaterThanOrEqual(acknowledged);
  expect(last).toBeLessThanOrEqual(acknowledged + 1);
  const entries = await collect(store.query(partition(writer), { prefix: 'entry ' }));
  const expected = Array.from({ length: last }, (_, index) => index + 1).flatMap(index => [`entry ${index} a`, `entry ${index} b`]);
  expect(new Set(entries.map(item => item.key.sort))).toEqual(new Set(expected));
  const damaged = entries.filter(item => !Buffer.from(item.value).equals(entryPart(Number(item.key.sort.split(' ')[1]))));
  expect(damaged).toEqual([]);
}
