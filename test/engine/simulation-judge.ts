import { engineFixture } from './engine-fixture';
import { consumed } from './kinesis-consumer';
import {
  LEDGER, openTransaction, select, VALUES, type SimulatedTransaction, type SimulationReport, type World,
} from './simulated-ledger';
import { EMPTY_MODEL, replay, type DocumentData, type Model, type Step, type TableName } from './simulation-model';
import { readCatalog } from '../../src/engine/catalog';
import { isIndexJob, jobsOf } from '../../src/engine/job-record';
import { readHead } from '../../src/engine/journal-head';
import { readBlocks } from '../../src/engine/journal-store';
import { blockPartition, headKey, indexPartition, LEDGERS_PARTITION } from '../../src/engine/keys';
import { catchUp } from '../../src/engine/projection';
import { encodeRecord } from '../../src/engine/record';
import { ionToJson } from '../../src/ion';
import { ChainVerifier, OWN_JOURNAL, type Block } from '../../src/journal';
import { memoryStore, type Store } from '../../src/store';

/** What the journal, and everything that follows from it, must be after transactions with these outcomes. */
export async function judged(world: World, transactions: readonly SimulatedTransaction[]): Promise<SimulationReport> {
  const violations: string[] = [];
  const { truth, strandId } = world;
  await catchUp(truth, strandId).catch((error: unknown) => violations.push(`The projection cannot be finished: ${String(error)}`));
  await finishIndexes(truth, strandId);
  const head = await readHead(truth, strandId);
  const blocks: Block[] = [];
  for await (const block of readBlocks(truth, strandId, 0, head.sequenceNo)) blocks.push(block);

  violations.push(...chainViolations(blocks, (await world.calm.proofs.getDigest(LEDGER)).digest));
  const models = replayed(blocks, transactions, violations);
  accountedFor(blocks, transactions, models, violations);
  violations.push(...await differencesFromRebuilt(truth, strandId), ...await leftOvers(world));
  await comparedWithModel(world, models.at(-1)!, blocks, violations);
  await streamedWhole(world, blocks, violations);

  const journaled = new Set(blocks.map(({ transactionId }) => transactionId));
  const countOf = (outcome: SimulatedTransaction['outcome']): number => transactions.filter(transaction => transaction.outcome === outcome).length;
  return {
    committed: countOf('committed'),
    conflicts: countOf('refused'),
    unknown: countOf('unknown'),
    unknownButDurable: transactions.filter(({ outcome, transactionId }) => outcome === 'unknown' && journaled.has(transactionId)).length,
    readOnly: transactions.filter(({ outcome, writes }) => outcome === 'committed' && !writes).length,
    blocks: blocks.length,
    violations,
    staleReads: staleReads(transactions, models),
  };
}

function staleReads(transactions: readonly SimulatedTransaction[], models: readonly Model[]): string[] {
  return transactions.filter(({ outcome }) => outcome !== 'committed').flatMap(({ steps, tipBefore, tipAfter, transactionId }) => {
    const mismatches = models.slice(tipBefore, tipAfter + 1).map(model => replay(model, steps).mismatch);
    return mismatches.length === 0 || mismatches.includes(undefined) ? [] : [`Transaction ${transactionId}: ${mismatches[0]}`];
  });
}

/** What is wrong with the blocks of a whole journal, or with its digest tree. */
export function chainViolations(blocks: readonly Block[], digest: Uint8Array): string[] {
  const chain = new ChainVerifier(OWN_JOURNAL);
  const violations = blocks.flatMap((block, index) => [
    ...chain.add(block).map(violation => `Block ${index}: ${JSON.stringify(violation)}`),
    ...(block.blockAddress.sequenceNo === index ? [] : [`Block ${block.blockAddress.sequenceNo} stands at ${index}`]),
    ...(index > 0 && block.blockTimestampMillis < blocks[index - 1].blockTimestampMillis ? [`Time goes back at block ${index}`] : []),
  ]);
  if (Buffer.compare(chain.summary().digest ?? Buffer.of(), digest) !== 0) violations.push('The stored digest tree differs from the chain');
  return violations;
}

/** The model after each block. */
function replayed(blocks: readonly Block[], transactions: readonly SimulatedTransaction[], violations: string[]): Model[] {
  const byId = new Map(transactions.map(transaction => [transaction.transactionId, transaction]));
  const models: Model[] = [];
  let model = EMPTY_MODEL;
  for (const [index, block] of blocks.entries()) {
    const transaction = byId.get(block.transactionId);
    if (transaction) {
      const { model: after, revisions, mismatch } = replay(model, transaction.steps);
      if (mismatch) violations.push(`Block ${index} is not serializable: ${mismatch}`);
      const held = (block.revisions ?? []).flatMap(revision => revision.kind !== 'document' ? [] : [{
        id: revision.metadata.id,
        version: revision.metadata.version,
        ...(revision.data && { data: JSON.parse(ionToJson(revision.data)) as DocumentData }),
      }]);
      const texts = (list: readonly object[]): string[] => list.map(sortedText).sort();
      if (texts(held).join() !== texts(revisions).join()) violations.push(`Block ${index} holds ${texts(held).join()}, the model ${texts(revisions).join()}`);
      model = after;
    }
    models.push(model);
  }
  return models;
}

function sortedText(value: object): string {
  return JSON.stringify(value, (_, part: unknown) => part !== null && typeof part === 'object' && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => left < right ? -1 : 1)) : part);
}

function accountedFor(blocks: readonly Block[], transactions: readonly SimulatedTransaction[], models: readonly Model[], violations: string[]): void {
  const times = new Map<string, number>();
  for (const { transactionId } of blocks) times.set(transactionId, (times.get(transactionId) ?? 0) + 1);
  for (const [transactionId, count] of times) if (count > 1) violations.push(`Transaction ${transactionId} was committed ${count} times`);
  for (const { transactionId, steps, writes, outcome, tipBefore, tipAfter } of transactions) {
    const durable = times.has(transactionId);
    if (outcome === 'committed' && durable !== writes) {
      // A transaction may undo all that it did; what it saw must fit all the same.
      const defines = steps.some(step => 'changed' in step && step.changed);
      const inVain = writes && !defines && replay(models[tipBefore], steps).revisions.length === 0;
      if (!inVain) violations.push(`Transaction ${transactionId} was acknowledged, writes: ${writes}, in the journal: ${durable}`);
    }
    if ((outcome === 'refused' || outcome === 'aborted') && durable) violations.push(`Transaction ${transactionId} was ${outcome} and is in the journal`);
    if (outcome === 'committed' && !durable) {
      const fits = models.slice(tipBefore, tipAfter + 1).some(model => replay(model, steps).mismatch === undefined);
      if (!fits) violations.push(`Transaction ${transactionId} only read, and saw what never was: ${replay(models[tipBefore], steps).mismatch}`);
    }
  }
}

/** Lets a worker build and remove what indexes are under way; the leases of others have ended. */
export async function finishIndexes(store: Store, strandId: string): Promise<void> {
  const { engine } = engineFixture({ store, clock: () => Date.parse('2027-01-01T00:00:00Z') });
  for (let run = 0; (await jobsOf(store, strandId)).some(({ record }) => isIndexJob(record)); run++) {
    if (run === 100) throw new Error('The indexes were not finished.');
    await engine.worker('finisher', () => undefined).run(strandId, Infinity, 'rest');
  }
}

/** What indexes that are no more have left behind. */
async function leftOvers({ truth, strandId, partitions }: World): Promise<string[]> {
  const { tables } = await readCatalog(truth, strandId);
  const known = new Set(tables.flatMap(({ indexes }) => indexes.map(({ indexId }) => indexPartition(strandId, indexId))));
  const left: string[] = [];
  for (const partition of partitions) {
    if (!partition.includes('/index/') || known.has(partition)) continue;
    for await (const { key } of truth.query(partition)) left.push(`${partition} ${key.sort} was left behind`);
  }
  return left;
}

async function projected(store: Store, strandId: string): Promise<Map<string, string>> {
  const catalog = await readCatalog(store, strandId);
  const { tables } = catalog;
  const items = new Map([['catalog', JSON.stringify(catalog)]]);
  const partitions = tables.flatMap(({ tableId, indexes }) => [`table/${tableId}`, `history/${tableId}`, ...indexes.map(({ indexId }) => `index/${indexId}`)]);
  for (const partition of partitions) {
    for await (const item of store.query(`${strandId}/${partition}`)) items.set(`${partition} ${item.key.sort}`, Buffer.from(item.value).toString('base64'));
  }
  return items;
}

/** Where tables, history, indexes or catalog are not what the blocks make of them. */
export async function differencesFromRebuilt(truth: Store, strandId: string): Promise<string[]> {
  const copy = memoryStore();
  let blockBytes = 0;
  for await (const { key, value, ordinal } of truth.query(blockPartition(strandId))) {
    await copy.transact([{ put: key, value, ordinal }]);
    blockBytes += value.length;
  }
  const head = await readHead(truth, strandId);
  const record = { ...head, blockHash: Buffer.from(head.blockHash).toString('base64'), projectedSequenceNo: 0 };
  await copy.transact([{ put: headKey(strandId), value: encodeRecord(record), ordinal: head.ordinal }]);
  for await (const { key, value, ordinal } of truth.query(LEDGERS_PARTITION)) await copy.transact([{ put: key, value, ordinal }]);
  await catchUp(copy, strandId);
  await finishIndexes(copy, strandId);
  const [stored, rebuilt] = [await projected(truth, strandId), await projected(copy, strandId)];
  const differences = [...new Set([...stored.keys(), ...rebuilt.keys()])].filter(name => stored.get(name) !== rebuilt.get(name))
    .map(name => `${name} is ${stored.get(name)} in the store and ${rebuilt.get(name)} rebuilt from the journal`);
  // Nothing is redacted in a simulation.
  return head.journalBytes === blockBytes ? differences : [...differences, `The head counts ${head.journalBytes} bytes of blocks, and there are ${blockBytes}`];
}

/** What readers see in the end, by scan and by every index. */
async function comparedWithModel({ calm }: World, model: Model, blocks: readonly Block[], violations: string[]): Promise<void> {
  const reader = await openTransaction(() => calm);
  const steps: Step[] = [];
  for (const table of ['Crowd', 'Quiet', ...(model.late === 'ACTIVE' ? ['Late' as const] : [])] as TableName[]) {
    steps.push(await select(reader, table, 'all'));
    for (let value = 0; value < VALUES; value++) steps.push(await select(reader, table, { k: value }), await select(reader, table, { v: value }));
  }
  const { mismatch } = replay(model, steps);
  if (mismatch) violations.push(`The last state differs: ${mismatch}`);
  const history: string[] = [];
  const tables = await reader.run('SELECT VALUE t FROM information_schema.user_tables AS t');
  // A dropped table has no name to ask for.
  if (tables.every(({ status }) => status === 'ACTIVE')) {
    for (const { name } of tables) {
      const rows = await reader.run(`SELECT h.metadata.id, h.metadata.version FROM history(${name as string}) AS h`);
      history.push(...rows.map(({ id, version }) => `${id as string} ${version as number}`));
    }
    const journaled = revisionsOf(blocks);
    if (history.sort().join() !== journaled.sort().join()) violations.push(`history() shows ${history.length} revisions, the journal holds ${journaled.length}`);
  }
}

/** At least once each revision, and a document's revisions first seen in their order. */
async function streamedWhole(world: World, blocks: readonly Block[], violations: string[]): Promise<void> {
  const { calm, strandId, time, destinations } = world;
  destinations.refuse = undefined;
  const worker = calm.worker('last-worker', () => undefined);
  time.millis += 10 * 60_000;
  await worker.run(strandId, time.millis + 60_000);
  const due = new Set(revisionsOf(blocks));
  const newest = new Map<string, number>();
  for (const { recordType, payload } of destinations.streamed.flatMap(consumed)) {
    if (recordType !== 'REVISION_DETAILS') continue;
    const { id, version } = payload.revision.metadata as { id: string; version: number };
    if (version > (newest.get(id) ?? -1) + 1) violations.push(`Revision ${version} of ${id} was streamed before the one before it`);
    newest.set(id, Math.max(version, newest.get(id) ?? -1));
    due.delete(`${id} ${version}`);
  }
  for (const revision of due) violations.push(`Revision ${revision} was not streamed`);
}

const revisionsOf = (blocks: readonly Block[]): string[] => blocks.flatMap(block => (block.revisions ?? [])
  .flatMap(revision => revision.kind === 'document' ? [`${revision.metadata.id} ${revision.metadata.version}`] : []));
