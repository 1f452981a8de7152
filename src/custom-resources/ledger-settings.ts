import { UpdateLedgerCommand, UpdateLedgerPermissionsModeCommand, type QLDBClient } from '@aws-sdk/client-qldb';
import { type Ledger } from './ledger-creation';
import { AWS_OWNED_KMS_KEY, type LedgerDeclaration } from './ledger-declaration';

/** Brings protection, key and permissions mode of an active ledger to what is declared; touches only what differs. */
export async function settleSettings(control: QLDBClient, ledger: Ledger, declared: LedgerDeclaration): Promise<void> {
  const kmsKey = ledger.EncryptionDescription?.KmsKeyArn ?? AWS_OWNED_KMS_KEY;
  const isProtectionDifferent = ledger.DeletionProtection !== declared.deletionProtection;
  const isKeyDifferent = kmsKey !== declared.kmsKey;
  if (isProtectionDifferent || isKeyDifferent) {
    await control.send(new UpdateLedgerCommand({
      Name: declared.name,
      DeletionProtection: isProtectionDifferent ? declared.deletionProtection : undefined,
      KmsKey: isKeyDifferent ? declared.kmsKey : undefined,
    }));
  }
  if (ledger.PermissionsMode !== declared.permissionsMode) {
    await control.send(new UpdateLedgerPermissionsModeCommand({ Name: declared.name, PermissionsMode: declared.permissionsMode }));
  }
}
