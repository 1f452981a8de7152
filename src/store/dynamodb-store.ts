import { randomUUID } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';
import {
  AttributeValue, BatchGetItemCommand, DynamoDBClient, GetItemCommand, QueryCommand, QueryCommandInput, TransactionCanceledException,
  TransactWriteItem, TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { byteBounds, checkRange, isEmpty } from './bounds';
import { ATTEMPTS_MAX, RetryEdge, waitMilliseconds, withRetries } from './dynamodb-retry';
import { checkActions, checkKey, checkPartition, keyIdentity, keyOf } from './limits';
import { Action, Condition, ConditionFailed, Item, Key, Range, Store } from './store';

/** Attribute names of the table, short because each item pays for them; the construct that makes the table repeats them. */
export const PARTITION_ATTRIBUTE = 'p';
export const SORT_ATTRIBUTE = 's';
export const VALUE_ATTRIBUTE = 'v';
export const ORDINAL_ATTRIBUTE = 'o';
/** Seconds since 1970; the table's time-to-live attribute. */
export const EXPIRY_ATTRIBUTE = 't';

/** Letters need no escaping today, but names given as placeholders can never meet a reserved word. */
const PARTITION_NAME = '#p';
const SORT_NAME = '#s';
const ORDINAL_NAME = '#o';

const BATCH_GET_KEYS_MAX = 100;

export interface DynamoDbStoreProps {
  /** Stays the caller's: closing the store does not destroy it. */
  readonly client: DynamoDBClient;
  /** A table with the key attributes {@link PARTITION_ATTRIBUTE} and {@link SORT_ATTRIBUTE}, both strings. */
  readonly tableName: string;
  /** From 0 to below 1; spreads repeated requests. @default Math.random */
  readonly random?: RetryEdge['random'];
  /** @default - a timer */
  readonly sleep?: RetryEdge['sleep'];
  /** A unique text of at most 36 characters for each transact. @default - a random UUID */
  readonly newRequestToken?: () => string;
}

type AttributeMap = Record<string, AttributeValue>;

/**
 * The store over one DynamoDB table. Every read is strongly consistent. Every write is a TransactWriteItems with a request
 * token, even of one action: repeating a conditional PutItem whose response was lost would report its own success as a
 * failed condition.
 */
export function dynamoDbStore(props: DynamoDbStoreProps): Store {
  const { client, tableName } = props;
  const edge: RetryEdge = { random: props.random ?? Math.random, sleep: props.sleep ?? (async milliseconds => sleepFor(milliseconds)) };
  const newRequestToken = props.newRequestToken ?? randomUUID;
  let closed = false;

  function assertOpen(): void {
    if (closed) {
      throw new Error(`The store over the table ${tableName} is closed. Make a new one.`);
    }
  }

  async function* query(partition: string, range: Range = {}): AsyncGenerator<Item> {
    checkPartition(partition);
    checkRange(range);
    if (isEmpty(byteBounds(range))) {
      return;
    }
    const input = queryInput(tableName, partition, range);
    let wanted = range.limit ?? Infinity;
    let start: AttributeMap | undefined;
    do {
      if (wanted === 0) {
        return;
      }
      assertOpen();
      const page = await withRetries(edge, async () => client.send(new QueryCommand({
        ...input, ExclusiveStartKey: start, Limit: Number.isFinite(wanted) ? wanted : undefined,
      })));
      for (const attributes of page.Items ?? []) {
        yield toItem(attributes);
        wanted--;
      }
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** At most {@link BATCH_GET_KEYS_MAX} distinct keys; adds what exists to `found`. */
  async function getBatch(keys: readonly Key[], found: Map<string, Item>): Promise<void> {
    let pending = keys.map(toKeyAttributes);
    for (let idleAttempts = 0; pending.length > 0;) {
      const request = pending;
      const answer = await withRetries(edge, async () => client.send(new BatchGetItemCommand({
        RequestItems: { [tableName]: { Keys: request, ConsistentRead: true } },
      })));
      for (const attributes of answer.Responses?.[tableName] ?? []) {
        const item = toItem(attributes);
        found.set(keyIdentity(item.key), item);
      }
      pending = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
      // A full answer (16 MB) leaves keys over as well; only an answer without progress says that the table is throttled.
      if (pending.length === request.length) {
        if (++idleAttempts >= ATTEMPTS_MAX) {
          throw new Error(`The table ${tableName} left ${pending.length} keys unread in ${ATTEMPTS_MAX} attempts. Check its read capacity and try again.`);
        }
        await edge.sleep(waitMilliseconds(idleAttempts, edge.random));
      } else {
        idleAttempts = 0;
      }
    }
  }

  return {
    async get(key) {
      assertOpen();
      checkKey(key);
      const answer = await withRetries(edge, async () => client.send(new GetItemCommand({
        TableName: tableName, Key: toKeyAttributes(key), ConsistentRead: true,
      })));
      return answer.Item && toItem(answer.Item);
    },
    async getMany(keys) {
      assertOpen();
      keys.forEach(checkKey);
      const distinct = [...new Map(keys.map(key => [keyIdentity(key), key])).values()];
      const found = new Map<string, Item>();
      for (let start = 0; start < distinct.length; start += BATCH_GET_KEYS_MAX) {
        await getBatch(distinct.slice(start, start + BATCH_GET_KEYS_MAX), found);
      }
      return keys.flatMap(key => found.get(keyIdentity(key)) ?? []);
    },
    query,
    async transact(actions) {
      assertOpen();
      checkActions(actions);
      if (actions.length === 0) {
        return;
      }
      const command = { TransactItems: actions.map(action => toTransactItem(tableName, action)), ClientRequestToken: newRequestToken() };
      try {
        await withRetries(edge, async () => client.send(new TransactWriteItemsCommand(command)));
      } catch (error) {
        throw conditionFailure(error, actions) ?? error;
      }
    },
    async close() {
      closed = true;
    },
  };
}

function queryInput(tableName: string, partition: string, range: Range): QueryCommandInput {
  const { condition, values } = sortCondition(range);
  return {
    TableName: tableName,
    ConsistentRead: true,
    ScanIndexForward: !range.reverse,
    KeyConditionExpression: condition ? `${PARTITION_NAME} = :p AND ${condition}` : `${PARTITION_NAME} = :p`,
    ExpressionAttributeNames: { [PARTITION_NAME]: PARTITION_ATTRIBUTE, ...(condition && { [SORT_NAME]: SORT_ATTRIBUTE }) },
    ExpressionAttributeValues: { ':p': { S: partition }, ...values },
  };
}

/** DynamoDB compares with no empty string, so an empty bound, which excludes nothing, is left out. */
function sortCondition({ prefix, from, to }: Range): { condition?: string; values?: AttributeMap } {
  if (prefix) {
    return { condition: `begins_with(${SORT_NAME}, :prefix)`, values: { ':prefix': { S: prefix } } };
  }
  if (from && to) {
    return { condition: `${SORT_NAME} BETWEEN :from AND :to`, values: { ':from': { S: from }, ':to': { S: to } } };
  }
  if (from) {
    return { condition: `${SORT_NAME} >= :from`, values: { ':from': { S: from } } };
  }
  return to ? { condition: `${SORT_NAME} <= :to`, values: { ':to': { S: to } } } : {};
}

function toTransactItem(tableName: string, action: Action): TransactWriteItem {
  const target = { TableName: tableName, ...conditionExpression(action.if) };
  if ('put' in action) {
    return { Put: { ...target, Item: toAttributes(action) } };
  }
  const keyed = { ...target, Key: toKeyAttributes(keyOf(action)) };
  return 'delete' in action ? { Delete: keyed } : { ConditionCheck: { ...keyed, ConditionExpression: keyed.ConditionExpression } };
}

interface ConditionInput {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: AttributeMap;
}

function conditionExpression(condition: Condition | undefined): ConditionInput {
  if (condition === undefined) {
    return {};
  }
  const absent = `attribute_not_exists(${PARTITION_NAME})`;
  if ('absent' in condition) {
    return { ConditionExpression: absent, ExpressionAttributeNames: { [PARTITION_NAME]: PARTITION_ATTRIBUTE } };
  }
  if ('ordinal' in condition) {
    return {
      ConditionExpression: `${ORDINAL_NAME} = :o`,
      ExpressionAttributeNames: { [ORDINAL_NAME]: ORDINAL_ATTRIBUTE },
      ExpressionAttributeValues: { ':o': { N: String(condition.ordinal) } },
    };
  }
  return {
    ConditionExpression: `${absent} OR ${ORDINAL_NAME} < :o`,
    ExpressionAttributeNames: { [PARTITION_NAME]: PARTITION_ATTRIBUTE, [ORDINAL_NAME]: ORDINAL_ATTRIBUTE },
    ExpressionAttributeValues: { ':o': { N: String(condition.ordinalBelow) } },
  };
}

/** What DynamoDB says per action, as the contract says it; undefined when no condition was to blame. */
function conditionFailure(error: unknown, actions: readonly Action[]): ConditionFailed | undefined {
  if (!(error instanceof TransactionCanceledException)) {
    return undefined;
  }
  const index = (error.CancellationReasons ?? []).findIndex(reason => reason.Code === 'ConditionalCheckFailed');
  return index < 0 ? undefined : new ConditionFailed(index, keyOf(actions[index]));
}

function toKeyAttributes(key: Key): AttributeMap {
  return { [PARTITION_ATTRIBUTE]: { S: key.partition }, [SORT_ATTRIBUTE]: { S: key.sort } };
}

function toAttributes(action: Extract<Action, { put: Key }>): AttributeMap {
  return {
    ...toKeyAttributes(action.put),
    [VALUE_ATTRIBUTE]: { B: Uint8Array.from(action.value) },
    [ORDINAL_ATTRIBUTE]: { N: String(action.ordinal ?? 0) },
    ...(action.expiresAtSeconds !== undefined && { [EXPIRY_ATTRIBUTE]: { N: String(action.expiresAtSeconds) } }),
  };
}

function toItem(attributes: AttributeMap): Item {
  return {
    key: { partition: attributes[PARTITION_ATTRIBUTE].S!, sort: attributes[SORT_ATTRIBUTE].S! },
    value: attributes[VALUE_ATTRIBUTE].B!,
    ordinal: Number(attributes[ORDINAL_ATTRIBUTE].N),
  };
}
