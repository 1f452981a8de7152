import type { ExportJob } from '../engine';
import { statusReason } from './job-reason';
import { epochSeconds } from './ledger-description';
import type { JsonObject } from './operations/operation';

/** JournalS3ExportDescription, and why the export does not get on. */
export function exportDescription(job: ExportJob): JsonObject {
  return {
    LedgerName: job.ledgerName,
    ExportId: job.id,
    ExportCreationTime: epochSeconds(job.createdMillis),
    Status: job.status,
    StatusReason: statusReason(job),
    InclusiveStartTime: epochSeconds(job.inclusiveStartMillis),
    ExclusiveEndTime: epochSeconds(job.exclusiveEndMillis),
    S3ExportConfiguration: {
      Bucket: job.bucket,
      Prefix: job.prefix,
      EncryptionConfiguration: {
        ObjectEncryptionType: job.encryption.objectEncryptionType,
        KmsKeyArn: job.encryption.kmsKeyArn,
      },
    },
    RoleArn: job.roleArn,
    OutputFormat: job.outputFormat,
  };
}
