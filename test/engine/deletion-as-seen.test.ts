import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { watchedStore } from './watched-store';
import type { Engine } from '../../src/engine';
import { printIon } from '../../src/ion';
import { blockAddressToIon } from '../../src/journal';
import { memoryStore, openEmbeddedStore, type Action, type Store } from '../../src/store';

const tipOf = async (engine: Engine): Promise<string> => printIon(blockAddressToIon((await engine.proofs.getDigest('books')).tip));
const sequenceNoOf = (tip: string): number => Number(/sequenceNo:\s*(\d+)/.exec(tip)![1]);
/** Promises that are kept at once would let neither the disk nor anybody else get a word in. */
const othersTurn = async (): Promise<void> => new Promise(resolve => void setImmediate(resolve));
const isDeletion = (actions: readonly Action[]): boolean => actions.some(action => 'delete' in action && action.delete.sort === 'head');

const STORES: readonly [string, () => Promise<{ readonly store: Store; close(): Promise<void> }>][] = [
  ['in memory', async () => ({ store: memoryStore(), close: async () => undefined })],
  ['of the embedded service', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cdk-ledger-deletion-'));
    const store = await openEmbeddedStore(directory);
    return {
      store,
      async close() {
        await store.close();
        await rm(directory, { recursive: true, force: true });
      },
    };
  }],
];

describe.each(STORES)('with the store %s, a deletion that names a tip', (_, open) => {
  let store: Store;
  let close: () => Promise<void>;
  let engine: Engine;
  beforeEach(async () => {
    ({ store, close } = await open());
    ({ engine } = engineFixture({ store }));
    await newLedger(engine);
    await execute(engine, 'CREATE TABLE Things');
  });
  afterEach(() => close());

  test('takes the ledger that ends there', async () => {
    await engine.ledgers.delete('books', await tipOf(engine));
    expect((await engine.ledgers.describe('books')).state).toBe('DELETING');
  });

  test('leaves a ledger that has gone on as it is', async () => {
    const tip = await tipOf(engine);
    await execute(engine, 'INSERT INTO Things ?', '{n: 1}');
    await expect(engine.ledgers.delete('books', tip)).rejects.toMatchObject({
      name: 'ResourcePreconditionNotMetException', message: expect.stringContaining('has gone on to block 2, beyond the provided digest tip address at block 1'),
    });
    expect((await engine.ledgers.describe('books')).state).toBe('ACTIVE');
    expect(await execute(engine, 'SELECT n FROM Things')).toEqual([{ n: 1 }]);
  });

  test('is refused for a block that is committed while the deletion is on its way to the store', async () => {
    const writer = await begin(engine);
    await writer.run('INSERT INTO Things ?', '{n: 1}');
    let hasCommitted = false;
    const late = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (!isDeletion(actions) || hasCommitted) return;
          hasCommitted = true;
          await writer.commit();
        },
      }),
    }).engine;
    await expect(late.ledgers.delete('books', await tipOf(engine))).rejects.toMatchObject({ name: 'ResourcePreconditionNotMetException' });
    expect(hasCommitted).toBe(true);
    expect(await execute(engine, 'SELECT n FROM Things')).toEqual([{ n: 1 }]);
    await late.ledgers.delete('books', await tipOf(engine));
  });

  test('goes on when only the window of an export was sealed in between', async () => {
    let isSealed = false;
    const late = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (!isDeletion(actions) || isSealed) return;
          isSealed = true;
          const head = (await store.get({ partition: (await engine.ledgers.describe('books')).strandId, sort: 'head' }))!;
          await store.transact([{ put: head.key, value: head.value, ordinal: head.ordinal + 1, if: { ordinal: head.ordinal } }]);
        },
      }),
    }).engine;
    await late.ledgers.delete('books', await tipOf(engine));
    expect(isSealed).toBe(true);
    expect((await engine.ledgers.describe('books')).state).toBe('DELETING');
  });

  test('never takes a block that its caller has not seen, however fast writers are', async () => {
    const committed: number[] = [];
    let isOver = false;
    const write = async (writer: Engine): Promise<void> => {
      while (!isOver) {
        await othersTurn();
        try {
          const transaction = await begin(writer);
          await transaction.run('INSERT INTO Things ?', '{n: 1}');
          await transaction.commit();
          committed.push(1);
        } catch {
          // Conflicts are possible; once the ledger goes, nothing else is.
        }
      }
    };
    const writers = [engineFixture({ store }).engine, engineFixture({ store }).engine].map(write);
    const deleter = engineFixture({ store }).engine;
    let refusals = 0;
    let seen = 0;
    for (;;) {
      await othersTurn();
      const tip = await tipOf(deleter);
      seen = sequenceNoOf(tip);
      // Something has to be in the journal, so that there is something to lose.
      if (seen < 20) continue;
      try {
        await deleter.ledgers.delete('books', tip);
        break;
      } catch (error) {
        expect(error).toMatchObject({ name: 'ResourcePreconditionNotMetException' });
        refusals++;
        // The last chance is without writers, as for a caller whose writers were stopped.
        if (refusals === 50) isOver = true;
      }
    }
    isOver = true;
    await Promise.all(writers);
    // Blocks 0 and 1 are the ledger's beginning and its table.
    expect(seen).toBe(committed.length + 1);
  });

  test.each([
    ['no Ion', '{', 'The provided Ion value is not valid and cannot be parsed.'],
    ['no address', '{strandId: "x"}', 'The provided block address is not valid.'],
    ['an address of another journal', '{strandId: "AAAAAAAAAAAAAAAAAAAAAA", sequenceNo: 1}', 'The Strand ID of the provided digest tip address is not valid.'],
  ])('refuses %s', async (_what, tip, message) => {
    await expect(engine.ledgers.delete('books', tip)).rejects.toMatchObject({ name: 'InvalidParameterException', message });
    expect((await engine.ledgers.describe('books')).state).toBe('ACTIVE');
  });

  test('refuses a block that is yet to come', async () => {
    const tip = (await tipOf(engine)).replace(/sequenceNo:\s*1/, 'sequenceNo: 2');
    await expect(engine.ledgers.delete('books', tip)).rejects.toMatchObject({ name: 'InvalidParameterException', message: expect.stringContaining('beyond') });
  });
});
