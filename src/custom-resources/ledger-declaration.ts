import { type PermissionsMode } from '@aws-sdk/client-qldb';
import { ledgerRestoreDeclaration, type LedgerRestoreDeclaration } from './ledger-restore-declaration';
import { declaredTables, type TableDeclaration } from './ledger-schema';
import { type Properties } from './lifecycle';
import { type Tags } from './ownership';
import { choice, flag, optionalText, tags, text } from './properties';

/** The literal that stands for "no customer key" in the service's API. */
export const AWS_OWNED_KMS_KEY = 'AWS_OWNED_KMS_KEY';

/** What the properties of Custom::QldbLedger ask for. */
export interface LedgerDeclaration {
  readonly serviceUrl: string;
  readonly name: string;
  readonly permissionsMode: PermissionsMode;
  readonly deletionProtection: boolean;
  readonly kmsKey: string;
  readonly tags: Tags;
  readonly removalPolicy: LedgerRemovalPolicy;
  readonly tables: readonly TableDeclaration[];
  /** Absent: the ledger begins empty. */
  readonly restoreFrom?: LedgerRestoreDeclaration;
}

/** With RetainExceptOnCreate, CloudFormation sends a Delete only to undo the deployment that has made the ledger. */
export type LedgerRemovalPolicy = 'Retain' | 'Destroy' | 'RetainExceptOnCreate';

export function removalPolicy(properties: Properties): LedgerRemovalPolicy {
  return choice(properties, 'RemovalPolicy', ['Retain', 'Destroy', 'RetainExceptOnCreate'], 'Retain');
}

/** @throws naming the property that is missing or wrong */
export function ledgerDeclaration(properties: Properties): LedgerDeclaration {
  return {
    serviceUrl: text(properties, 'ServiceUrl'),
    name: text(properties, 'LedgerName'),
    permissionsMode: choice(properties, 'PermissionsMode', ['STANDARD', 'ALLOW_ALL'], 'STANDARD'),
    deletionProtection: flag(properties, 'DeletionProtection', true),
    kmsKey: optionalText(properties, 'KmsKey') ?? AWS_OWNED_KMS_KEY,
    tags: tags(properties),
    removalPolicy: removalPolicy(properties),
    tables: declaredTables(properties),
    restoreFrom: ledgerRestoreDeclaration(properties),
  };
}
