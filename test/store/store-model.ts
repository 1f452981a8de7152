/** Random operations, and a model of a store plain enough to be right by inspection. */
import * as fc from 'fast-check';
import { Action, Condition, ConditionFailed, Item, Range, Store } from '../../src/store';

export type Operation =
  | { readonly transact: readonly ModelAction[] }
  | { readonly query: Range }
  | { readonly getMany: readonly string[] };

interface ModelAction { readonly kind: 'put' | 'delete' | 'check'; readonly sort: string; readonly text: string; readonly ordinal: number; readonly if?: Condition }
interface ModelItem { readonly sort: string; readonly text: string; readonly ordinal: number }

/** Few keys, so that operations meet; some differ only beyond ASCII. */
const sortKey = fc.constantFrom('a', 'a\u0000', 'a/1', 'a/2', 'b', 'é', '\uffff', '😀', '😀a');
const ordinal = fc.integer({ min: 0, max: 3 });
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant({ absent: true } as const),
  fc.record({ ordinal }),
  fc.record({ ordinalBelow: ordinal }),
);

const action: fc.Arbitrary<ModelAction> = fc.record({
  kind: fc.constantFrom('put', 'put', 'delete', 'check'),
  sort: sortKey,
  text: fc.string({ maxLength: 5 }),
  ordinal,
  if: fc.option(condition, { nil: undefined, freq: 2 }),
});

const range: fc.Arbitrary<Range> = fc.oneof(
  fc.record({ prefix: sortKey, reverse: fc.boolean(), limit: fc.integer({ min: 0, max: 9 }) }, { requiredKeys: [] }),
  fc.record({ from: sortKey, to: sortKey, reverse: fc.boolean(), limit: fc.integer({ min: 0, max: 9 }) }, { requiredKeys: [] }),
);

/** Up to 20 operations on one partition. */
export function operationSequence(): fc.Arbitrary<Operation[]> {
  return fc.array(fc.oneof(
    { weight: 3, arbitrary: fc.record({ transact: fc.uniqueArray(action, { selector: each => each.sort, maxLength: 5 }) }) },
    { weight: 2, arbitrary: fc.record({ query: range }) },
    { weight: 1, arbitrary: fc.record({ getMany: fc.array(sortKey, { maxLength: 5 }) }) },
  ), { maxLength: 20 });
}

/** Runs the operations on the store and on the model and expects the same of both after each. */
export async function replay(store: Store, partition: string, operations: readonly Operation[]): Promise<void> {
  let model: ModelItem[] = [];
  for (const operation of operations) {
    if ('transact' in operation) {
      const refused = operation.transact.findIndex(each => !modelHolds(each.if, model.find(item => item.sort === each.sort)));
      expect(await outcomeOf(store, partition, operation.transact)).toBe(refused);
      model = refused < 0 ? operation.transact.reduce(modelApply, model) : model;
    } else if ('query' in operation) {
      expect(await toModel(store.query(partition, operation.query))).toEqual(modelQuery(model, operation.query));
    } else {
      const items = await store.getMany(operation.getMany.map(sort => ({ partition, sort })));
      expect(await toModel(items)).toEqual(operation.getMany.flatMap(sort => model.find(item => item.sort === sort) ?? []));
    }
  }
  expect(await toModel(store.query(partition))).toEqual(modelQuery(model, {}));
}

/** Index of the action that was refused, or -1. */
async function outcomeOf(store: Store, partition: string, actions: readonly ModelAction[]): Promise<number> {
  try {
    await store.transact(actions.map(each => toAction(partition, each)));
    return -1;
  } catch (error) {
    if (error instanceof ConditionFailed) {
      return error.actionIndex;
    }
    throw error;
  }
}

function toAction(partition: string, from: ModelAction): Action {
  const key = { partition, sort: from.sort };
  switch (from.kind) {
    case 'put': return { put: key, value: Buffer.from(from.text), ordinal: from.ordinal, if: from.if };
    case 'delete': return { delete: key, if: from.if };
    case 'check': return { check: key, if: from.if ?? { ordinalBelow: Number.MAX_SAFE_INTEGER } };
  }
}

async function toModel(items: AsyncIterable<Item> | Iterable<Item>): Promise<ModelItem[]> {
  const all: ModelItem[] = [];
  for await (const item of items) {
    all.push({ sort: item.key.sort, text: Buffer.from(item.value).toString(), ordinal: item.ordinal });
  }
  return all;
}

function modelHolds(wanted: Condition | undefined, item: ModelItem | undefined): boolean {
  if (!wanted) {
    return true;
  }
  if ('absent' in wanted) {
    return !item;
  }
  return 'ordinal' in wanted ? item?.ordinal === wanted.ordinal : !item || item.ordinal < wanted.ordinalBelow;
}

function modelApply(model: ModelItem[], each: ModelAction): ModelItem[] {
  if (each.kind === 'check') {
    return model;
  }
  const others = model.filter(item => item.sort !== each.sort);
  return each.kind === 'delete' ? others : [...others, { sort: each.sort, text: each.text, ordinal: each.ordinal }];
}

function modelQuery(model: readonly ModelItem[], wanted: Range): ModelItem[] {
  const inRange = model
    .filter(item => item.sort.startsWith(wanted.prefix ?? ''))
    .filter(item => wanted.from === undefined || compare(item.sort, wanted.from) >= 0)
    .filter(item => wanted.to === undefined || compare(item.sort, wanted.to) <= 0)
    .sort((left, right) => compare(left.sort, right.sort));
  return (wanted.reverse ? inRange.reverse() : inRange).slice(0, wanted.limit ?? Infinity);
}

function compare(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
