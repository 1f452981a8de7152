/** What every store refuses, checked in one place so that a request accepted by one is accepted by all. */
import { types } from 'node:util';
import { Action, Condition, ITEM_BYTES_MAX, Key, TRANSACT_ACTIONS_MAX, TRANSACT_BYTES_MAX } from './store';

/** DynamoDB: a partition key is at most 2048 bytes of UTF-8. */
export const PARTITION_BYTES_MAX = 2048;
/** DynamoDB: a sort key is at most 1024 bytes of UTF-8. */
export const SORT_BYTES_MAX = 1024;
/** Counted on top of keys and value for each item: attribute names and two numbers of up to 21 bytes, rounded up. */
export const ITEM_OVERHEAD_BYTES = 64;

/** The request breaks a limit of the store; nothing was read or written, and repeating it is pointless. */
export class RequestRefused extends Error {
  readonly name = 'RequestRefused';
}

/**
 * Returns the bytes of the key.
 * @throws RequestRefused when a part is empty, too long, or not encodable as UTF-8
 */
export function checkKey(key: Key): number {
  return checkKeyPart('partition', key.partition, PARTITION_BYTES_MAX) + checkKeyPart('sort key', key.sort, SORT_BYTES_MAX);
}

/** @throws RequestRefused */
export function checkPartition(partition: string): void {
  checkKeyPart('partition', partition, PARTITION_BYTES_MAX);
}

/** @throws RequestRefused when an action, or all of them together, breaks a limit */
export function checkActions(actions: readonly Action[]): void {
  if (actions.length > TRANSACT_ACTIONS_MAX) {
    throw new RequestRefused(`A transact of ${actions.length} actions exceeds the limit of ${TRANSACT_ACTIONS_MAX}. Split it.`);
  }
  const seen = new Map<string, Set<string>>();
  let totalBytes = 0;
  actions.forEach((action, index) => {
    const key = keyOf(action);
    const keyBytes = checkKey(key);
    const sorts = seen.get(key.partition) ?? new Set();
    if (sorts.has(key.sort)) {
      throw new RequestRefused(`Action ${index} repeats the key ${key.partition} / ${key.sort}. Merge the actions on one key into one.`);
    }
    seen.set(key.partition, sorts.add(key.sort));
    checkCondition(action.if, index);
    totalBytes += checkedBytes(action, index, keyBytes);
  });
  if (totalBytes > TRANSACT_BYTES_MAX) {
    throw new RequestRefused(`A transact of ${totalBytes} bytes exceeds the limit of ${TRANSACT_BYTES_MAX} bytes. Split it.`);
  }
}

/** The key that an action writes, deletes or checks. */
export function keyOf(action: Action): Key {
  if ('put' in action) {
    return action.put;
  }
  return 'delete' in action ? action.delete : action.check;
}

/** One string per key, distinct for distinct keys. */
export function keyIdentity(key: Key): string {
  return `${key.partition.length}:${key.partition}${key.sort}`;
}

/** Bytes that count towards the limits: keys, value and a fixed overhead for every put; keys alone otherwise. */
export function actionBytes(action: Action): number {
  const key = keyOf(action);
  return bytesBeside(action, Buffer.byteLength(key.partition) + Buffer.byteLength(key.sort));
}

function bytesBeside(action: Action, keyBytes: number): number {
  return 'put' in action ? keyBytes + action.value.byteLength + ITEM_OVERHEAD_BYTES : keyBytes;
}

const HALF_CHARACTER = /\p{Surrogate}/u;

/** @throws RequestRefused when `text` cannot be written as UTF-8 without loss */
export function checkWellFormed(name: string, text: string): void {
  if (HALF_CHARACTER.test(text)) {
    throw new RequestRefused(`The ${name} ${JSON.stringify(text)} contains half of a surrogate pair, which UTF-8 cannot encode.`);
  }
}

function checkedBytes(action: Action, index: number, keyBytes: number): number {
  if ('put' in action && !types.isUint8Array(action.value)) {
    throw new RequestRefused(`The value of action ${index} is ${kindOf(action.value)}; it must be a Uint8Array. Encode it first.`);
  }
  const bytes = bytesBeside(action, keyBytes);
  if ('put' in action) {
    if (bytes > ITEM_BYTES_MAX) {
      throw new RequestRefused(`The item of action ${index} has ${bytes} bytes including its keys; the limit is ${ITEM_BYTES_MAX}. Store it in parts.`);
    }
    checkNumber('ordinal', action.ordinal, index);
    checkNumber('expiresAtSeconds', action.expiresAtSeconds, index);
  }
  return bytes;
}

function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

function checkCondition(condition: Condition | undefined, index: number): void {
  if (condition === undefined || 'absent' in condition) {
    return;
  }
  if ('ordinal' in condition) {
    checkNumber('ordinal of the condition', condition.ordinal, index);
  } else {
    checkNumber('ordinalBelow of the condition', condition.ordinalBelow, index);
  }
}

function checkNumber(name: string, value: number | undefined, index: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
    throw new RequestRefused(`The ${name} of action ${index} is ${value}; it must be an integer from 0 to ${Number.MAX_SAFE_INTEGER}.`);
  }
}

function checkKeyPart(name: string, text: string, bytesMax: number): number {
  if (text === '') {
    throw new RequestRefused(`The ${name} is empty; a key needs both a partition and a sort key.`);
  }
  const bytes = Buffer.byteLength(text);
  // As many bytes as characters are ASCII.
  if (bytes !== text.length) {
    checkWellFormed(name, text);
  }
  if (bytes > bytesMax) {
    throw new RequestRefused(`The ${name} ${text.slice(0, 40)}... has ${bytes} bytes; the limit is ${bytesMax}. Shorten it, or store a hash of it.`);
  }
  return bytes;
}
