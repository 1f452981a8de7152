import { ARN, KMS_KEY, LEDGER_NAME, PERMISSIONS_MODE, TAGS } from '../input/qldb-shapes';
import { fromPath, optional, required, structure } from '../input/shape';
import { AWS_OWNED_KMS_KEY, kmsKeyArn } from '../ledger-description';
import { restoreDescription } from '../restore-description';
import { refuseReservedTagKeys } from '../taggable-resource';
import { operation } from './operation';

const DIGEST_BYTES = 32;

/** As CreateLedger, but with the journal of a former ledger, from its exports. The ledger is CREATING until the last block is there. */
export const restoreLedger = operation({
  name: 'RestoreLedger',
  method: 'POST',
  path: '/ledgers/{Name}/restore',
  input: {
    Name: fromPath(LEDGER_NAME),
    S3ExportLocation: required(structure({
      Bucket: required({ type: 'string', minLength: 3, maxLength: 255, pattern: /^[A-Za-z-0-9-_.]+$/ }),
      Prefix: required({ type: 'string', maxLength: 1024 }),
    })),
    RoleArn: required(ARN),
    ExpectedDigest: optional(structure({
      Digest: required({ type: 'blob', minBytes: DIGEST_BYTES, maxBytes: DIGEST_BYTES }),
      TipSequenceNo: optional({ type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }),
    })),
    PermissionsMode: required(PERMISSIONS_MODE),
    Tags: optional(TAGS),
    DeletionProtection: optional({ type: 'boolean' }),
    KmsKey: optional(KMS_KEY),
  },
  async run({ engine, account }, input) {
    const { Name, S3ExportLocation, RoleArn, ExpectedDigest, PermissionsMode } = input;
    const { Tags = {}, DeletionProtection = true, KmsKey = AWS_OWNED_KMS_KEY } = input;
    refuseReservedTagKeys(Object.keys(Tags));
    await engine.restores.startFromBucket({
      ledger: {
        name: Name,
        permissionsMode: PermissionsMode,
        deletionProtection: DeletionProtection,
        kmsKeyArn: KmsKey === AWS_OWNED_KMS_KEY ? undefined : kmsKeyArn(account, KmsKey),
        tags: Tags,
      },
      origin: { kind: 'bucket', bucket: S3ExportLocation.Bucket, prefix: S3ExportLocation.Prefix, roleArn: RoleArn },
      expected: ExpectedDigest && { digest: ExpectedDigest.Digest, sequenceNo: ExpectedDigest.TipSequenceNo },
    });
    return { LedgerRestoreDescription: restoreDescription(await engine.restores.describe(Name)) };
  },
});
