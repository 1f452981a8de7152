import { cancelJournalKinesisStream } from './cancel-journal-kinesis-stream';
import { createLedger } from './create-ledger';
import { deleteLedger } from './delete-ledger';
import { describeJournalKinesisStream } from './describe-journal-kinesis-stream';
import { describeJournalS3Export } from './describe-journal-s3-export';
import { describeLedger } from './describe-ledger';
import { exportJournalToS3 } from './export-journal-to-s3';
import { getBlock } from './get-block';
import { getDigest } from './get-digest';
import { getRevision } from './get-revision';
import { listJournalKinesisStreamsForLedger } from './list-journal-kinesis-streams-for-ledger';
import { listJournalS3Exports } from './list-journal-s3-exports';
import { listJournalS3ExportsForLedger } from './list-journal-s3-exports-for-ledger';
import { listLedgers } from './list-ledgers';
import { listTagsForResource } from './list-tags-for-resource';
import type { Operation } from './operation';
import { streamJournalToKinesis } from './stream-journal-to-kinesis';
import { tagResource } from './tag-resource';
import { untagResource } from './untag-resource';
import { updateLedger } from './update-ledger';
import { updateLedgerPermissionsMode } from './update-ledger-permissions-mode';

/** The control plane: a file for each operation. */
export const OPERATIONS: readonly Operation[] = [
  cancelJournalKinesisStream,
  createLedger,
  deleteLedger,
  describeJournalKinesisStream,
  describeJournalS3Export,
  describeLedger,
  exportJournalToS3,
  getBlock,
  getDigest,
  getRevision,
  listJournalKinesisStreamsForLedger,
  listJournalS3ExportsForLedger,
  listJournalS3Exports,
  listLedgers,
  listTagsForResource,
  streamJournalToKinesis,
  tagResource,
  untagResource,
  updateLedgerPermissionsMode,
  updateLedger,
];
