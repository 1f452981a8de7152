import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { storedSessionStore, type Account, type Quotas, type SessionOptions } from '../engine';
import { uniqueId } from '../journal';
import { dynamoDbStore } from '../store';
import { commitPause } from './commit-pause';
import { logWithMetrics, sessionsWithMetrics } from './ledger-metrics';
import type { ServiceLog } from './service-log';

/** Part of the runtime's environment that the functions read. */
export interface LambdaEnvironment {
  readonly LEDGER_TABLE_NAME?: string;
  readonly AWS_REGION?: string;
  readonly [name: string]: string | undefined;
}

/**
 * What every function of the service is made of.
 *
 * @throws Error when the environment lacks a variable; when the account cannot be found out
 */
export async function lambdaEdges(environment: LambdaEnvironment, functionArn: string | undefined): Promise<SessionOptions> {
  const tableName = required(environment, 'LEDGER_TABLE_NAME');
  const region = required(environment, 'AWS_REGION');
  const account = accountOf(functionArn, region) ?? await accountOfCredentials(region);
  const store = dynamoDbStore({ client: new DynamoDBClient({ region }), tableName });
  return {
    store,
    sessions: sessionsWithMetrics(storedSessionStore(store, Date.now)),
    clock: Date.now,
    random: randomBytes,
    account,
    quotas: quotas(environment),
    // Whoever writes to the table wakes the worker: the table's stream does.
    wake: () => {},
    pause: commitPause,
  };
}

export const newId = (): string => uniqueId(randomBytes(16));

/** One JSON line for each event; Lambda takes it to the log group, and CloudWatch the metrics in it. */
export const logLine: ServiceLog = logWithMetrics(event => console.log(JSON.stringify(event)), Date.now);

function required(environment: LambdaEnvironment, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`The environment variable ${name} is not set. Deploy this function with the construct LedgerService.`);
  return value;
}

/** AWS did not raise the limit of sessions, so it has no variable. */
const QUOTA_VARIABLES = {
  activeLedgers: 'LEDGER_QUOTA_ACTIVE_LEDGERS',
  runningExportsPerLedger: 'LEDGER_QUOTA_RUNNING_EXPORTS',
  activeStreamsPerLedger: 'LEDGER_QUOTA_ACTIVE_STREAMS',
} satisfies Partial<Record<keyof Quotas, string>>;

function quotas(environment: LambdaEnvironment): Partial<Quotas> {
  const set = Object.entries(QUOTA_VARIABLES).flatMap(([quota, variable]) => {
    const value = environment[variable];
    if (value === undefined) return [];
    if (!/^[1-9]\d{0,5}$/.test(value)) throw new Error(`The environment variable ${variable} is '${value}'; it must be a whole number from 1 to 999999.`);
    return [[quota, Number(value)] as const];
  });
  return Object.fromEntries(set);
}

function accountOf(functionArn: string | undefined, region: string): Account | undefined {
  const [, partition, , , accountId] = functionArn?.split(':') ?? [];
  return partition && accountId ? { partition, region, accountId } : undefined;
}

/** Emulators tell a function nothing about itself. */
async function accountOfCredentials(region: string): Promise<Account> {
  const { Arn, Account: accountId } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
  const partition = Arn?.split(':')[1];
  if (!partition || !accountId) throw new Error('STS did not say which account the function runs in; the ARNs of ledgers need it.');
  return { partition, region, accountId };
}
