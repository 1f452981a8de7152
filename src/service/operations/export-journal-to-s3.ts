import { operation } from './operation';
import { ARN, LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath, oneOf, optional, required, structure } from '../input/shape';

export const exportJournalToS3 = operation({
  name: 'ExportJournalToS3',
  method: 'POST',
  path: '/ledgers/{Name}/journal-s3-exports',
  input: {
    Name: fromPath(LEDGER_NAME),
    InclusiveStartTime: required({ type: 'timestamp' }),
    ExclusiveEndTime: required({ type: 'timestamp' }),
    S3ExportConfiguration: required(structure({
      Bucket: required({ type: 'string', minLength: 3, maxLength: 255, pattern: /^[A-Za-z-0-9-_.]+$/ }),
      // Its length is checked by the engine, which answers in the words that QLDB documents for it.
      Prefix: required({ type: 'string' }),
      EncryptionConfiguration: required(structure({
        ObjectEncryptionType: required(oneOf('SSE_KMS', 'SSE_S3', 'NO_ENCRYPTION')),
        KmsKeyArn: optional(ARN),
      })),
    })),
    RoleArn: required(ARN),
    OutputFormat: optional(oneOf('ION_BINARY', 'ION_TEXT', 'JSON')),
  },
  async run({ engine }, { Name, InclusiveStartTime, ExclusiveEndTime, S3ExportConfiguration, RoleArn, OutputFormat }) {
    const { Bucket, Prefix, EncryptionConfiguration } = S3ExportConfiguration;
    const exportId = await engine.exports.start(Name, {
      inclusiveStartMillis: InclusiveStartTime,
      exclusiveEndMillis: ExclusiveEndTime,
      bucket: Bucket,
      prefix: Prefix,
      encryption: { objectEncryptionType: EncryptionConfiguration.ObjectEncryptionType, kmsKeyArn: EncryptionConfiguration.KmsKeyArn },
      roleArn: RoleArn,
      outputFormat: OutputFormat,
    });
    return { ExportId: exportId };
  },
});
