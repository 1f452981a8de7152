/**
 * Where bytes rest: an ordered, conditional, atomic key-value store, shaped by what DynamoDB can do.
 *
 * Items live in partitions and are ordered within one by their sort key, compared as UTF-8 bytes. Reads see every write that
 * was acknowledged before they began. A `transact` is durable when its promise resolves, and happens whole or not at all.
 *
 * Reading several items is no snapshot: a concurrent `transact` may be seen in some of them and not in others. A request that
 * breaks a limit is refused with `RequestRefused` (limits.ts) by all stores alike. A `transact` that fails with any error other
 * than `RequestRefused` and `ConditionFailed` may or may not have happened: read before you repeat it.
 */
export interface Store {
  /**
   * Whether transacts take effect in the order in which they were called, so that one may build on another that is not acknowledged yet.
   * @default false
   */
  readonly keepsOrder?: boolean;
  /** The item, or undefined. */
  get(key: Key): Promise<Item | undefined>;
  /** The items that exist among `keys` (any number of them), in the order of `keys`. */
  getMany(keys: readonly Key[]): Promise<Item[]>;
  /** Items of one partition in order of their sort keys, read page by page as the caller asks for more. */
  query(partition: string, range?: Range): AsyncIterable<Item>;
  /**
   * Writes all or nothing; at most {@link TRANSACT_ACTIONS_MAX} actions on distinct keys and {@link TRANSACT_BYTES_MAX} bytes.
   * Conditions are compared with what was there before, not with the writes beside them.
   * @throws ConditionFailed, RequestRefused
   */
  transact(actions: readonly Action[]): Promise<void>;
  /** Releases files and sockets; later calls are an error. */
  close(): Promise<void>;
}

export interface Key { readonly partition: string; readonly sort: string }

export interface Item {
  readonly key: Key;
  readonly value: Uint8Array;
  /** What `ifOrdinal` and `ifOrdinalBelow` compare with; 0 when the writer gave none. */
  readonly ordinal: number;
}

/** Bounds of a query. `from` and `to` are both inclusive; `prefix` excludes them. */
export interface Range {
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  /** Descending order. @default false */
  readonly reverse?: boolean;
  /** Stop after that many items. @default - no limit */
  readonly limit?: number;
}

export type Action =
  /** From `expiresAtSeconds` (since 1970) on a store may drop the item, soon, late or never: readers check for themselves. */
  | { readonly put: Key; readonly value: Uint8Array; readonly ordinal?: number; readonly expiresAtSeconds?: number; readonly if?: Condition }
  | { readonly delete: Key; readonly if?: Condition }
  | { readonly check: Key; readonly if: Condition };

export type Condition =
  /** No item has this key. */
  | { readonly absent: true }
  /** The item exists and has exactly this ordinal. */
  | { readonly ordinal: number }
  /** No item has this key, or its ordinal is lower. */
  | { readonly ordinalBelow: number };

/** DynamoDB: TransactWriteItems takes up to 100 actions and 4 MB; an item is at most 400 KB including its keys. */
export const TRANSACT_ACTIONS_MAX = 100;
export const TRANSACT_BYTES_MAX = 4 * 1024 * 1024;
export const ITEM_BYTES_MAX = 400 * 1024;
/** What a caller should keep a value under so that keys and attribute names still fit in an item. */
export const VALUE_BYTES_MAX = 380 * 1024;

/** A condition of a `transact` did not hold; nothing was written. */
export class ConditionFailed extends Error {
  readonly name = 'ConditionFailed';
  constructor(
    /** Index of the first action whose condition did not hold. */
    readonly actionIndex: number,
    readonly key: Key,
  ) {
    super(`The condition on ${key.partition} / ${key.sort} (action ${actionIndex}) did not hold; nothing was written.`);
  }
}
