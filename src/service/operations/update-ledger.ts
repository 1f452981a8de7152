import { KMS_KEY, LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath, optional } from '../input/shape';
import { encryptionDescription, epochSeconds, kmsKeyArn } from '../ledger-description';
import { operation } from './operation';

export const updateLedger = operation({
  name: 'UpdateLedger',
  method: 'PATCH',
  path: '/ledgers/{Name}',
  input: {
    Name: fromPath(LEDGER_NAME),
    DeletionProtection: optional({ type: 'boolean' }),
    KmsKey: optional(KMS_KEY),
  },
  async run({ engine, account }, { Name, DeletionProtection, KmsKey }) {
    const ledger = await engine.ledgers.update(Name, {
      deletionProtection: DeletionProtection,
      kmsKeyArn: KmsKey && kmsKeyArn(account, KmsKey),
    });
    return {
      Name: ledger.name,
      Arn: engine.ledgers.arn(ledger.name),
      State: ledger.state,
      CreationDateTime: epochSeconds(ledger.creationMillis),
      DeletionProtection: ledger.deletionProtection,
      EncryptionDescription: encryptionDescription(ledger),
    };
  },
});
