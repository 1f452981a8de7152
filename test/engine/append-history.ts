import { judgeAppends, type AppendStep, type AppendTransaction, type Judgement } from './append-checker';
import { LEDGER, openTransaction } from './simulated-ledger';
import type { Engine } from '../../src/engine';

export interface AppendHistoryOptions {
  /** Each serves some of the commands; several need a store for their sessions. */
  readonly engines: readonly Engine[];
  /** Makes the ledger and reads what is left, without faults. @default - the first of them */
  readonly calm?: Engine;
  readonly clients: number;
  readonly transactionsPerClient: number;
  readonly keys: number;
  readonly random: () => number;
}

export interface AppendReport extends Judgement {
  readonly committed: number;
  readonly conflicts: number;
}

type Client = Awaited<ReturnType<typeof openTransaction>>;

/**
 * Runs transactions of many clients that append to lists and read them, and judges what they saw. A list is a document that the first
 * append to it inserts, found by its id, by an index, without one, or among all documents, so that each way to read meets each way to write.
 */
export async function runAppendHistory(options: AppendHistoryOptions): Promise<AppendReport> {
  const { engines, calm = options.engines[0]!, clients, transactionsPerClient, keys, random } = options;
  await calm.ledgers.create({ name: LEDGER, permissionsMode: 'ALLOW_ALL', deletionProtection: false, tags: {} });
  const oneOf = (): Engine => engines[Math.floor(random() * engines.length)]!;
  await transacted(() => calm, async ({ run }) => {
    await run('CREATE TABLE Lists');
    await run('CREATE INDEX ON Lists (k)');
  });
  const history: AppendTransaction[] = [];
  let moment = 0;
  let conflicts = 0;
  let values = 0;
  /** Of lists that are certainly there. */
  const documentIds = new Map<number, string>();

  const runOne = async (name: string): Promise<void> => {
    const start = moment++;
    const steps: AppendStep[] = [];
    const seenIds = new Map<number, string>();
    let outcome: AppendTransaction['outcome'] = 'aborted';
    try {
      const client = await openTransaction(oneOf);
      for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
        const key = Math.floor(random() * keys);
        const choice = random();
        if (choice < 0.45) steps.push(await append(client, key, values++));
        else if (choice < 0.9) steps.push({ kind: 'read', key, list: await read(client, key, choice < 0.6 ? documentIds.get(key) : undefined, choice < 0.75) });
        else steps.push(...(await readAll(client, seenIds)).map(([each, list]) => ({ kind: 'read' as const, key: each, list })));
      }
      if (random() < 0.05) {
        await client.abort();
      } else {
        outcome = 'unknown';
        await client.commit();
        outcome = 'committed';
        for (const [key, id] of seenIds) documentIds.set(key, id);
      }
    } catch (error) {
      const { name: errorName } = error as Error;
      if (errorName === 'OccConflictException') conflicts++;
      if (REFUSALS.includes(errorName)) outcome = 'aborted';
      else if (errorName !== 'StoreFault') throw error;
    }
    history.push({ name, steps, outcome, start, end: moment++ });
  };
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    for (let count = 0; count < transactionsPerClient; count++) await runOne(`T${client}.${count}`);
  }));

  const finalLists = new Map<number, readonly number[]>();
  const duplicates: string[] = [];
  await transacted(() => calm, async (client) => {
    for (const [key, list] of await readAll(client)) {
      if (finalLists.has(key)) duplicates.push(`two documents for list ${key}, each inserted as the first`);
      finalLists.set(key, list);
    }
  });
  const judgement = judgeAppends(history, finalLists);
  return {
    ...judgement,
    anomalies: [...duplicates, ...judgement.anomalies],
    committed: history.filter(({ outcome }) => outcome === 'committed').length,
    conflicts,
  };
}

/** After these the transaction is certainly not durable. */
const REFUSALS = ['OccConflictException', 'CapacityExceededException', 'InvalidSessionException'];

async function transacted(engine: () => Engine, work: (client: Client) => Promise<void>): Promise<void> {
  const client = await openTransaction(engine);
  await work(client);
  await client.commit();
}

/** `s` is a copy of `k` without an index. */
async function append(client: Client, key: number, value: number): Promise<AppendStep> {
  const changed = await client.run('FROM Lists AS l WHERE l.k = ? INSERT INTO l.items VALUE ?', String(key), String(value));
  if (changed.length === 0) await client.run('INSERT INTO Lists ?', `{k: ${key}, s: ${key}, items: [${value}]}`);
  return { kind: 'append', key, value };
}

/** By the document's id if that is known; else by the index or without it. */
async function read(client: Client, key: number, id: string | undefined, byIndex: boolean): Promise<number[]> {
  const rows = id === undefined ? await client.run(`SELECT items FROM Lists WHERE ${byIndex ? 'k' : 's'} = ?`, String(key))
    : await client.run('SELECT items FROM Lists BY id WHERE id = ?', JSON.stringify(id));
  return rows.flatMap(({ items }) => items as number[]);
}

async function readAll(client: Client, seenIds = new Map<number, string>()): Promise<[number, number[]][]> {
  const rows = await client.run('SELECT id, l.k, l.items FROM Lists AS l BY id');
  for (const { id, k } of rows) seenIds.set(k as number, id as string);
  return rows.map(({ k, items }) => [k as number, items as number[]]);
}
