import type { RestoreStatus } from '../engine';
import { epochSeconds } from './ledger-description';
import type { JsonObject } from './operations/operation';

/** LedgerRestoreDescription: what became of a restore, and how far it is. */
export function restoreDescription({ job, restoredBlockCount }: RestoreStatus): JsonObject {
  const { origin, expected, refusal, setback } = job;
  return {
    LedgerName: job.ledgerName,
    RestoreId: job.id,
    Status: job.status,
    RestoreCreationTime: epochSeconds(job.createdMillis),
    RestoreEndTime: job.endedMillis === undefined ? undefined : epochSeconds(job.endedMillis),
    StrandId: job.journalStrandId,
    // One that the command line began has no bucket.
    S3ExportLocation: origin.kind === 'bucket' ? { Bucket: origin.bucket, Prefix: origin.prefix } : undefined,
    RoleArn: origin.kind === 'bucket' ? origin.roleArn : undefined,
    ExpectedDigest: expected && { Digest: expected.digest, TipSequenceNo: expected.sequenceNo },
    RestoredBlockCount: restoredBlockCount,
    BlockCount: job.lastSequenceNo + 1,
    Digest: job.digest,
    Notes: job.notes,
    Setback: setback?.message,
    Refusal: refusal && {
      Outcome: refusal.outcome,
      Findings: refusal.findings,
      FindingCount: refusal.findingCount,
      FirstBadBlock: refusal.firstBadBlock,
    },
  };
}
