import { aws_kms as kms } from 'aws-cdk-lib';
import { ILedgerService } from './any-ledger-service';
import { LedgerService } from './ledger-service';

/**
 * What is wrong with a key of a ledger's own, or undefined. A `LedgerService` keeps all ledgers in one table under one key, so a key that it would
 * only report as the ledger's must not look as if it encrypted anything.
 */
export function keyProblem(service: ILedgerService | undefined, key: kms.IKeyRef | undefined): string | undefined {
  if (!key || (service && !service.checksGrants)) {
    return undefined;
  }
  const { keyArn } = key.keyRef;
  const own = service instanceof LedgerService ? service.encryptionKey?.keyArn : undefined;
  return keyArn === own ? undefined
    : `encryptionKey '${keyArn}' would encrypt nothing: a LedgerService encrypts all its ledgers with one key. Leave it out here and pass it as `
      + 'encryptionKey of the LedgerService; for a ledger under a key of its own, give it a LedgerService of its own';
}
