import { Duration, RemovalPolicy, aws_dynamodb as dynamodb, aws_kms as kms } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { watchRemoval } from './removal';

/** What holds the ledgers of a service. */
export interface ServiceTable {
  readonly table: dynamodb.ITable;
  /** Absent when an existing table is encrypted with a key that DynamoDB owns. */
  readonly encryptionKey?: kms.IKey;
}

/** The part of a service's properties that is about its table. */
export interface ServiceTableOptions {
  readonly table?: dynamodb.ITable;
  readonly encryptionKey?: kms.IKey;
  readonly deletionProtection?: boolean;
  readonly recoveryPeriod?: Duration;
}

const PARTITION_KEY = 'p';
const SORT_KEY = 's';
const RECOVERY_DAYS_MAX = 35;

/** Every problem of the options. */
export function serviceTableProblems(options: ServiceTableOptions): string[] {
  return [...recoveryProblems(options), ...(options.table ? existingTableProblems(options.table, options) : [])];
}

function recoveryProblems({ recoveryPeriod }: ServiceTableOptions): string[] {
  if (!recoveryPeriod || recoveryPeriod.isUnresolved()) {
    return [];
  }
  const days = recoveryPeriod.toDays({ integral: false });
  return Number.isInteger(days) && days >= 1 && days <= RECOVERY_DAYS_MAX ? []
    : [`recoveryPeriod is ${recoveryPeriod.toHumanString()}: use whole days, from 1 to ${RECOVERY_DAYS_MAX}`];
}

function existingTableProblems(table: dynamodb.ITable, options: ServiceTableOptions): string[] {
  const subject = `table '${table.node.path}'`;
  const problems: string[] = [];
  if (!table.tableStreamArn) {
    problems.push(`${subject} has no stream, which wakes the worker: switch it on (KEYS_ONLY is enough) and name it, `
      + 'as in Table.fromTableAttributes(this, \'Table\', { tableArn, tableStreamArn })');
  }
  if (table instanceof dynamodb.Table) {
    const { partitionKeys, sortKeys } = table.schemaV2();
    const [partition, sort] = [partitionKeys, sortKeys].map(keys => keys.map(({ name }) => name).join(' and '));
    if (partition !== PARTITION_KEY || sort !== SORT_KEY) {
      problems.push(`${subject} has partition key '${partition}' and ${sort ? `sort key '${sort}'` : 'no sort key'}: `
        + `a table of a LedgerService has '${PARTITION_KEY}' and '${SORT_KEY}', both strings`);
    }
  }
  const owned = (['encryptionKey', 'deletionProtection', 'recoveryPeriod'] as const).filter(name => options[name] !== undefined);
  return [...problems, ...owned.map(name =>
    `${name} is set together with table, which exists and has its own: leave ${name} out`
    + (name === 'encryptionKey' ? ', and name the key in Table.fromTableAttributes' : ''))];
}

/** The existing table of the options, or a new one. */
export function serviceTable(
  scope: Construct, options: ServiceTableOptions, deletionProtection: boolean, removalPolicy: RemovalPolicy,
): ServiceTable {
  if (options.table) {
    return { table: options.table, encryptionKey: options.table.encryptionKey };
  }
  const encryptionKey = options.encryptionKey ?? new kms.Key(scope, 'Key', {
    description: `Ledgers of ${scope.node.path}`,
    enableKeyRotation: true,
    removalPolicy,
  });
  const table = new dynamodb.Table(scope, 'Table', {
    partitionKey: { name: PARTITION_KEY, type: dynamodb.AttributeType.STRING },
    sortKey: { name: SORT_KEY, type: dynamodb.AttributeType.STRING },
    timeToLiveAttribute: 't',
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    stream: dynamodb.StreamViewType.KEYS_ONLY,
    pointInTimeRecoverySpecification: {
      pointInTimeRecoveryEnabled: true,
      recoveryPeriodInDays: options.recoveryPeriod?.toDays(),
    },
    encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
    encryptionKey,
    deletionProtection,
    removalPolicy,
  });
  watchRemoval(scope, table.node.defaultChild as dynamodb.CfnTable, deletionProtection);
  return { table, encryptionKey };
}
