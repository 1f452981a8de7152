import { createHash } from 'node:crypto';
import { type Properties } from './lifecycle';
import { optionalText, text } from './properties';

/** What a ledger is restored from, as its custom resource declares it. */
export interface LedgerRestoreDeclaration {
  readonly bucket: string;
  readonly prefix: string;
  readonly roleArn: string;
  /** In base64. */
  readonly digest?: string;
  readonly tipSequenceNo?: number;
}

/** @throws naming the property that is missing or wrong */
export function ledgerRestoreDeclaration(properties: Properties): LedgerRestoreDeclaration | undefined {
  const { RestoreFrom: declared } = properties;
  if (declared === undefined || declared === '') {
    return undefined;
  }
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    throw new Error(`Property RestoreFrom of the custom resource must be { Bucket, Prefix, RoleArn, .. }, but is ${JSON.stringify(declared)}.`);
  }
  const source = declared as Properties;
  const tip = optionalText(source, 'TipSequenceNo');
  if (tip !== undefined && !/^\d{1,15}$/.test(tip)) {
    throw new Error(`TipSequenceNo of property RestoreFrom must be the number of a block, but is '${tip}'.`);
  }
  return {
    bucket: text(source, 'Bucket'),
    prefix: optionalText(source, 'Prefix') ?? '',
    roleArn: text(source, 'RoleArn'),
    digest: optionalText(source, 'Digest'),
    tipSequenceNo: tip === undefined ? undefined : Number(tip),
  };
}

/** Put on by the restoring call: what the ledger was restored from. The role may change, the journal cannot. */
export const RESTORED_FROM = 'cdk-ledger:restored-from';

export function originOf({ bucket, prefix, digest, tipSequenceNo }: LedgerRestoreDeclaration): string {
  const parts = [bucket, prefix, digest ?? '', tipSequenceNo === undefined ? '' : String(tipSequenceNo)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export const placeOf = ({ bucket, prefix }: LedgerRestoreDeclaration): string => `s3://${bucket}/${prefix}`;
