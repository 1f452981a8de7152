import { type DescribeLedgerResponse, type QLDBClient } from '@aws-sdk/client-qldb';
import { AWS_OWNED_KMS_KEY, type LedgerDeclaration } from './ledger-declaration';
import { originOf, placeOf, RESTORED_FROM, type LedgerRestoreDeclaration } from './ledger-restore-declaration';
import { type Tags } from './ownership';
import { PERMISSION_SECONDS, type Patience } from './patience';
import { isNamed, isRoleNotReady } from './service-failure';
import { sendOwn } from '../client/own-operation';

/** Asks for the ledger with the journal that it is declared to be restored with; it is CREATING until the last block is there. */
export async function restoreLedger(control: QLDBClient, declared: LedgerDeclaration, source: LedgerRestoreDeclaration, tags: Tags): Promise<void> {
  await sendOwn(control, declared.name, {
    method: 'POST',
    path: '/restore',
    body: {
      S3ExportLocation: { Bucket: source.bucket, Prefix: source.prefix },
      RoleArn: source.roleArn,
      ExpectedDigest: source.digest === undefined ? undefined : { Digest: source.digest, TipSequenceNo: source.tipSequenceNo },
      PermissionsMode: declared.permissionsMode,
      DeletionProtection: declared.deletionProtection,
      KmsKey: declared.kmsKey === AWS_OWNED_KMS_KEY ? undefined : declared.kmsKey,
      Tags: { ...tags, [RESTORED_FROM]: originOf(source) },
    },
  });
}

/** A ledger has one journal, so what is there cannot be restored into. @throws unless the ledger came from the declared source */
export function checkOrigin(tags: Tags, declared: LedgerDeclaration): void {
  const source = declared.restoreFrom;
  if (!source || tags[RESTORED_FROM] === originOf(source)) {
    return;
  }
  throw new Error(`Ledger '${declared.name}' exists already and has a journal, so it cannot be restored from ${placeOf(source)}. `
    + 'Choose another ledgerName to restore into a new ledger, or take restoreFrom away to keep this one as it is.');
}

/** Why the service gave up, in one line; undefined if it did not. */
export async function failureOfRestore(control: QLDBClient, declared: LedgerDeclaration): Promise<string | undefined> {
  const source = declared.restoreFrom;
  if (!source) {
    return undefined;
  }
  const description = await describeRestore(control, declared.name);
  if (description?.Status !== 'FAILED') {
    return undefined;
  }
  const { Outcome: outcome, Findings: findings = [], FindingCount: count = 0 } = description.Refusal ?? {};
  const more = count > SHOWN_MAX ? ` ... and ${count - SHOWN_MAX} more.` : '';
  const causes = findings.length > 0 ? `${findings.slice(0, SHOWN_MAX).join(' ')}${more}` : description.Setback ?? 'No reason is known.';
  const verdict = outcome === 'TAMPERED' ? 'The exports were tampered with' : 'The exports could not be read';
  return `Ledger '${declared.name}' could not be restored from ${placeOf(source)}. ${verdict}: ${causes} `
    + `No ledger was made. See \`cdk-ledger verify export ${placeOf(source)}\`.`;
}

/** When the ledger came to be here: a restored one is as old as its first block, but was not here before its restore ended. */
export async function arrivalOf(control: QLDBClient, ledger: DescribeLedgerResponse, tags: Tags): Promise<Date> {
  const restore = tags[RESTORED_FROM] === undefined ? undefined : await describeRestore(control, ledger.Name!);
  return restore?.Status === 'COMPLETED' && restore.RestoreEndTime !== undefined ? new Date(restore.RestoreEndTime * 1000) : ledger.CreationDateTime!;
}

/** CloudFormation shows a few hundred characters. */
const SHOWN_MAX = 3;

interface RestoreDescription {
  readonly Status: string;
  /** Seconds since 1970. */
  readonly RestoreEndTime?: number;
  readonly Setback?: string;
  readonly Refusal?: { readonly Outcome: string; readonly Findings: readonly string[]; readonly FindingCount: number };
}

async function describeRestore(control: QLDBClient, name: string): Promise<RestoreDescription | undefined> {
  try {
    return (await sendOwn(control, name, { method: 'GET', path: '/restore' })).LedgerRestoreDescription as RestoreDescription;
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) {
      return undefined;
    }
    throw error;
  }
}

/** A role that was made a moment ago. */
export function patienceWithRestore({ restoreFrom }: Pick<LedgerDeclaration, 'restoreFrom'>, error: unknown): Patience | undefined {
  return restoreFrom && isRoleNotReady(error)
    ? {
      seconds: PERMISSION_SECONDS,
      remedy: `Check that the ledger service may assume role ${restoreFrom.roleArn}, and that this role may list and read ${placeOf(restoreFrom)} `
        + 'and use its key; then deploy again.',
    }
    : undefined;
}
