import { KMS_KEY, LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath, optional } from '../input/shape';
import { AWS_OWNED_KMS_KEY, encryptionDescription, epochSeconds, kmsKeyArn } from '../ledger-description';
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
    const kmsKey = KmsKey && kmsKeyArn(account, KmsKey);
    const { kmsKeyArn: formerKey = AWS_OWNED_KMS_KEY } = await engine.ledgers.describe(Name);
    const ledger = await engine.ledgers.update(Name, { deletionProtection: DeletionProtection, kmsKeyArn: kmsKey });
    // As QLDB answers the change of a key. By the time that anybody asks, it is done.
    const isUpdating = kmsKey !== undefined && kmsKey !== formerKey;
    return {
      Name: ledger.name,
      Arn: engine.ledgers.arn(ledger.name),
      State: ledger.state,
      CreationDateTime: epochSeconds(ledger.creationMillis),
      DeletionProtection: ledger.deletionProtection,
      EncryptionDescription: isUpdating ? { KmsKeyArn: kmsKey, EncryptionStatus: 'UPDATING' } : encryptionDescription(ledger),
    };
  },
});
