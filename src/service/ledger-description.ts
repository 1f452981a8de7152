import type { Account, LedgerRecord } from '../engine';
import type { JsonObject } from './operations/operation';

/** Seconds since 1970 with milliseconds as decimals, as JSON protocols of AWS write a time. */
export const epochSeconds = (millis: number): number => millis / 1000;

/** Absent while the key of the whole service is in use. */
export const encryptionDescription = (ledger: LedgerRecord): JsonObject | undefined =>
  ledger.kmsKeyArn === undefined ? undefined : { KmsKeyArn: ledger.kmsKeyArn, EncryptionStatus: 'ENABLED' };

export const AWS_OWNED_KMS_KEY = 'AWS_OWNED_KMS_KEY';

/** A key may be named by its ARN, its id or an alias; descriptions always show an ARN. */
export function kmsKeyArn({ partition, region, accountId }: Account, key: string): string {
  if (key === AWS_OWNED_KMS_KEY || key.startsWith('arn:')) return key;
  return `arn:${partition}:kms:${region}:${accountId}:${key.startsWith('alias/') ? key : `key/${key}`}`;
}
