import { KMS_KEY, LEDGER_NAME, PERMISSIONS_MODE, TAGS } from '../input/qldb-shapes';
import { optional, required } from '../input/shape';
import { AWS_OWNED_KMS_KEY, epochSeconds, kmsKeyArn } from '../ledger-description';
import { refuseReservedTagKeys } from '../taggable-resource';
import { operation } from './operation';

export const createLedger = operation({
  name: 'CreateLedger',
  method: 'POST',
  path: '/ledgers',
  input: {
    Name: required(LEDGER_NAME),
    PermissionsMode: required(PERMISSIONS_MODE),
    Tags: optional(TAGS),
    DeletionProtection: optional({ type: 'boolean' }),
    KmsKey: optional(KMS_KEY),
  },
  async run({ engine, account }, { Name, PermissionsMode, Tags = {}, DeletionProtection = true, KmsKey = AWS_OWNED_KMS_KEY }) {
    refuseReservedTagKeys(Object.keys(Tags));
    const ledger = await engine.ledgers.create({
      name: Name,
      permissionsMode: PermissionsMode,
      deletionProtection: DeletionProtection,
      kmsKeyArn: KmsKey === AWS_OWNED_KMS_KEY ? undefined : kmsKeyArn(account, KmsKey),
      tags: Tags,
    });
    return {
      Name: ledger.name,
      Arn: engine.ledgers.arn(ledger.name),
      // As QLDB answers. By the time that anybody asks, the ledger is ACTIVE: nothing has to be set up.
      State: 'CREATING',
      CreationDateTime: epochSeconds(ledger.creationMillis),
      PermissionsMode: ledger.permissionsMode,
      DeletionProtection: ledger.deletionProtection,
      KmsKeyArn: ledger.kmsKeyArn,
    };
  },
});
