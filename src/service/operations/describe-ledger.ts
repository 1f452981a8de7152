import { LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { encryptionDescription, epochSeconds } from '../ledger-description';
import { operation } from './operation';

export const describeLedger = operation({
  name: 'DescribeLedger',
  method: 'GET',
  path: '/ledgers/{Name}',
  input: { Name: fromPath(LEDGER_NAME) },
  async run({ engine }, { Name }) {
    const ledger = await engine.ledgers.describe(Name);
    return {
      Name: ledger.name,
      Arn: engine.ledgers.arn(ledger.name),
      State: ledger.state,
      CreationDateTime: epochSeconds(ledger.creationMillis),
      PermissionsMode: ledger.permissionsMode,
      DeletionProtection: ledger.deletionProtection,
      EncryptionDescription: encryptionDescription(ledger),
    };
  },
});
