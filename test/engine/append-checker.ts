/**
 * Judges histories of transactions that append to lists and read them, by the method of Elle: a list shows the order of the appends to it,
 * so which transaction came before which can be told from what was read, and a history is serializable if these orders have no cycle.
 */
export type AppendStep =
  | { readonly kind: 'append'; readonly key: number; readonly value: number }
  | { readonly kind: 'read'; readonly key: number; readonly list: readonly number[] };

export interface AppendTransaction {
  readonly name: string;
  readonly steps: readonly AppendStep[];
  /** Unknown: the commit was answered with a fault. */
  readonly outcome: 'committed' | 'aborted' | 'unknown';
  /** When it began and when its end was known, on one clock that never stands still. */
  readonly start: number;
  readonly end: number;
}

/** Why the second comes after the first: it overwrote, read, or was not yet seen by it, or it began after the end of the other. */
export type Relation = 'ww' | 'wr' | 'rw' | 'time';

export interface Judgement {
  /** Everything that a serializable history cannot have; empty for one. */
  readonly anomalies: readonly string[];
  /** How many relations of each kind there were: a history without conflicts proves nothing. */
  readonly relations: Readonly<Record<Relation, number>>;
}

interface Edge { readonly to: number; readonly relation: Relation }

/** @param finalLists what the lists hold in the end, read by nobody's transaction */
export function judgeAppends(history: readonly AppendTransaction[], finalLists: ReadonlyMap<number, readonly number[]>): Judgement {
  const anomalies: string[] = [];
  const writers = writersOf(history, finalLists, anomalies);
  const committed = history.filter(transaction => transaction.outcome === 'committed' || (transaction.outcome === 'unknown' && isDurable(transaction, finalLists)));
  for (const transaction of committed) judgeReads(transaction, finalLists, writers, anomalies);
  const edges = edgesOf(committed, finalLists, writers);
  const relations: Record<Relation, number> = { ww: 0, wr: 0, rw: 0, time: 0 };
  for (const { relation } of edges.flat()) relations[relation]++;
  const cycle = cycleIn(edges);
  if (cycle) anomalies.push(`a cycle: ${cycle.map(({ from, relation }) => `${committed[from]!.name} -${relation}->`).join(' ')} ${committed[cycle[0]!.from]!.name}`);
  return { anomalies, relations };
}

type Writers = ReadonlyMap<string, AppendTransaction>;
const nameOf = (key: number, value: number): string => `${key}:${value}`;
const listOf = (lists: ReadonlyMap<number, readonly number[]>, key: number): readonly number[] => lists.get(key) ?? [];

function writersOf(history: readonly AppendTransaction[], finalLists: ReadonlyMap<number, readonly number[]>, anomalies: string[]): Writers {
  const writers = new Map<string, AppendTransaction>();
  for (const transaction of history) {
    for (const step of transaction.steps) if (step.kind === 'append') writers.set(nameOf(step.key, step.value), transaction);
  }
  for (const [key, list] of finalLists) {
    if (new Set(list).size !== list.length) anomalies.push(`a value twice in list ${key}: ${list.join()}`);
    for (const value of list) {
      const writer = writers.get(nameOf(key, value));
      if (!writer) anomalies.push(`${nameOf(key, value)} was written by nobody`);
      else if (writer.outcome === 'aborted') anomalies.push(`${nameOf(key, value)} of the aborted ${writer.name} is durable`);
    }
  }
  for (const { name, outcome, steps } of history) {
    const appends = steps.filter(step => step.kind === 'append');
    const durable = appends.filter(({ key, value }) => listOf(finalLists, key).includes(value)).length;
    if (outcome === 'committed' && durable < appends.length) anomalies.push(`${appends.length - durable} appends of the committed ${name} are lost`);
    if (outcome === 'unknown' && durable > 0 && durable < appends.length) anomalies.push(`${name} was committed in part`);
  }
  return writers;
}

const isDurable = ({ steps }: AppendTransaction, finalLists: ReadonlyMap<number, readonly number[]>): boolean =>
  steps.some(step => step.kind === 'append' && listOf(finalLists, step.key).includes(step.value));

/** Each read must be a beginning of the final list and then the transaction's own appends, and end where some transaction ended. */
function judgeReads(
  { name, steps }: AppendTransaction, finalLists: ReadonlyMap<number, readonly number[]>, writers: Writers, anomalies: string[],
): void {
  const own = new Map<number, number[]>();
  const seen = new Map<number, number>();
  for (const step of steps) {
    const appended = own.get(step.key) ?? [];
    own.set(step.key, appended);
    if (step.kind === 'append') {
      appended.push(step.value);
      continue;
    }
    const others = step.list.slice(0, step.list.length - appended.length);
    const what = `the read ${step.key}: [${step.list.join()}] of ${name}`;
    if (step.list.slice(others.length).join() !== appended.join()) anomalies.push(`${what} lacks its own appends ${appended.join()}`);
    if (others.some((value, index) => listOf(finalLists, step.key)[index] !== value)) anomalies.push(`${what} is no beginning of what became of the list`);
    if (seen.has(step.key) && seen.get(step.key) !== others.length) anomalies.push(`${what} differs from what it read before`);
    seen.set(step.key, others.length);
    const last = others.at(-1);
    const writer = last === undefined ? undefined : writers.get(nameOf(step.key, last));
    if (writer?.outcome === 'aborted') anomalies.push(`${what} shows the aborted ${writer.name}`);
    const ofWriter = writer?.steps.flatMap(other => other.kind === 'append' && other.key === step.key ? [other.value] : []) ?? [];
    if (last !== undefined && writer?.name !== name && ofWriter.at(-1) !== last) anomalies.push(`${what} shows an intermediate state of ${writer?.name}`);
  }
}

function edgesOf(committed: readonly AppendTransaction[], finalLists: ReadonlyMap<number, readonly number[]>, writers: Writers): Edge[][] {
  const indexOf = new Map(committed.map((transaction, index) => [transaction, index]));
  const edges: Edge[][] = committed.map(() => []);
  const relate = (from: AppendTransaction | undefined, to: AppendTransaction | undefined, relation: Relation): void => {
    const [fromIndex, toIndex] = [from && indexOf.get(from), to && indexOf.get(to)];
    if (fromIndex !== undefined && toIndex !== undefined && fromIndex !== toIndex) edges[fromIndex]!.push({ to: toIndex, relation });
  };
  const writerAt = (key: number, position: number): AppendTransaction | undefined => {
    const value = listOf(finalLists, key)[position];
    return value === undefined ? undefined : writers.get(nameOf(key, value));
  };
  for (const [key, list] of finalLists) list.forEach((_, position) => relate(writerAt(key, position - 1), writerAt(key, position), 'ww'));
  for (const transaction of committed) {
    const own = new Set(transaction.steps.flatMap(step => step.kind === 'append' ? [nameOf(step.key, step.value)] : []));
    for (const step of transaction.steps) {
      if (step.kind !== 'read') continue;
      const length = step.list.filter(value => !own.has(nameOf(step.key, value))).length;
      relate(writerAt(step.key, length - 1), transaction, 'wr');
      relate(transaction, writerAt(step.key, length), 'rw');
    }
  }
  for (const earlier of committed) for (const later of committed) if (earlier.end < later.start) relate(earlier, later, 'time');
  return edges;
}

interface CycleStep { readonly from: number; readonly relation: Relation }

/** A shortest cycle through some transaction that is on one. */
function cycleIn(edges: readonly (readonly Edge[])[]): CycleStep[] | undefined {
  const onCycle = stronglyConnected(edges).find(component => component.length > 1);
  if (!onCycle) return undefined;
  const inside = new Set(onCycle);
  const [start] = onCycle;
  const cameBy = new Map<number, CycleStep>();
  for (const queue = [start!]; queue.length > 0;) {
    const from = queue.shift()!;
    for (const { to, relation } of edges[from]!) {
      if (!inside.has(to) || cameBy.has(to)) continue;
      cameBy.set(to, { from, relation });
      queue.push(to);
    }
  }
  const steps: CycleStep[] = [];
  let at = start!;
  do {
    const step = cameBy.get(at)!;
    steps.unshift(step);
    at = step.from;
  } while (at !== start);
  return steps;
}

/** Tarjan's algorithm, with a stack of its own instead of recursion. */
function stronglyConnected(edges: readonly (readonly Edge[])[]): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const stack: number[] = [];
  const onStack = new Set<number>();
  const components: number[][] = [];
  for (const root of edges.keys()) {
    if (index.has(root)) continue;
    const work: { node: number; next: number }[] = [{ node: root, next: 0 }];
    while (work.length > 0) {
      const frame = work.at(-1)!;
      const { node } = frame;
      if (frame.next === 0) {
        index.set(node, index.size);
        low.set(node, index.get(node)!);
        stack.push(node);
        onStack.add(node);
      }
      const edge = edges[node]![frame.next++];
      if (edge) {
        if (!index.has(edge.to)) work.push({ node: edge.to, next: 0 });
        else if (onStack.has(edge.to)) low.set(node, Math.min(low.get(node)!, index.get(edge.to)!));
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(node)!));
      if (low.get(node) !== index.get(node)) continue;
      const component = stack.splice(stack.indexOf(node));
      component.forEach(member => onStack.delete(member));
      components.push(component);
    }
  }
  return components;
}
