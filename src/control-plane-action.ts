/** An operation of the control plane that is about one ledger, as QLDB's permissions name it. */
export enum ControlPlaneAction {
  /** End a journal stream. */
  CANCEL_JOURNAL_KINESIS_STREAM = 'CancelJournalKinesisStream',
  /** Create the ledger. */
  CREATE_LEDGER = 'CreateLedger',
  /** Delete the ledger and all of its contents. */
  DELETE_LEDGER = 'DeleteLedger',
  /** Take a grant on statements away. An operation of this library's own. */
  DELETE_LEDGER_GRANT = 'DeleteLedgerGrant',
  /** Look at one journal stream. */
  DESCRIBE_JOURNAL_KINESIS_STREAM = 'DescribeJournalKinesisStream',
  /** Look at one export. */
  DESCRIBE_JOURNAL_S3_EXPORT = 'DescribeJournalS3Export',
  /** Look at the ledger's state and settings. */
  DESCRIBE_LEDGER = 'DescribeLedger',
  /** Look at a restore. An operation of this library's own. */
  DESCRIBE_LEDGER_RESTORE = 'DescribeLedgerRestore',
  /** Start an export. */
  EXPORT_JOURNAL_TO_S3 = 'ExportJournalToS3',
  /** Read a block, with its proof. */
  GET_BLOCK = 'GetBlock',
  /** Read the digest. */
  GET_DIGEST = 'GetDigest',
  /** Read a revision of a document, with its proof. */
  GET_REVISION = 'GetRevision',
  /** List the journal streams of the ledger. */
  LIST_JOURNAL_KINESIS_STREAMS_FOR_LEDGER = 'ListJournalKinesisStreamsForLedger',
  /** List the exports of the ledger. */
  LIST_JOURNAL_S3_EXPORTS_FOR_LEDGER = 'ListJournalS3ExportsForLedger',
  /** List the grants on statements. An operation of this library's own. */
  LIST_LEDGER_GRANTS = 'ListLedgerGrants',
  /** Read the tags of the ledger, its tables and its streams. */
  LIST_TAGS_FOR_RESOURCE = 'ListTagsForResource',
  /** Grant statements to anybody, the grantee included. An operation of this library's own. */
  PUT_LEDGER_GRANT = 'PutLedgerGrant',
  /** Restore the ledger from exports. An operation of this library's own. */
  RESTORE_LEDGER = 'RestoreLedger',
  /** Start a journal stream. */
  STREAM_JOURNAL_TO_KINESIS = 'StreamJournalToKinesis',
  /** Tag the ledger, its tables and its streams. */
  TAG_RESOURCE = 'TagResource',
  /** Take tags of the ledger, its tables and its streams away. */
  UNTAG_RESOURCE = 'UntagResource',
  /** Change deletion protection and key. */
  UPDATE_LEDGER = 'UpdateLedger',
  /** Change whether statements need a grant for each table. */
  UPDATE_LEDGER_PERMISSIONS_MODE = 'UpdateLedgerPermissionsMode',
}
