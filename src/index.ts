export * from './ledger-service';
export * from './ledger-service-grants';
export { type LedgerServiceConcurrency } from './ledger-service-concurrency';
export { type LedgerServicePrivateAccess } from './ledger-service-private-access';
export { type LedgerServiceQuotas } from './ledger-service-quotas';
export * from './ledger';
export { type FinalExportOptions } from './final-export';
export * from './ledger-digest';
export * from './ledger-grants';
export { type ILedgerMetrics } from './ledger-metrics';
export * from './ledger-alarms';
export * from './audited-ledger';
export * from './ledger-checks';
export * from './ledger-dashboard';
export { type LedgerTable } from './ledger-table';
export { PartiqlAction, type StatementGrantOptions, type TableGrantOptions } from './table-grant-options';
export * from './journal-archive';
export * from './export-role';
export * from './restore-role';
export { JournalSource, type JournalSourceOptions } from './journal-source';
export { ExportEncryption } from './export-encryption';
export { JournalWindow, type JournalWindowTimestamps } from './journal-window';
export * from './journal-export';
export * from './journal-export-schedule';
export * from './stream-role';
export * from './journal-stream';
export { type MailboxExportOptions } from './mailbox-export-target';
export { MailboxExportRole, type MailboxExportRoleProps } from './mailbox-export-role';
export * from './mailbox-export';
export * from './organization-mailbox-export';
export {
  BatchChecksumAlgorithm, type BatchChecksumOptions, type BatchCopyOptions, type BatchInvokeOptions, BatchOperation, type BatchRestoreOptions,
  BatchRestoreTier, type BatchRetentionOptions,
} from './batch-operation';
export { type BatchCsvManifest, BatchManifest, BatchManifestField, type BatchManifestFilter, type BatchManifestObject } from './batch-manifest';
export { BatchReport, type BatchReportOptions } from './batch-report';
export { BatchOperationsRole, type BatchOperationsRoleProps } from './batch-operations-role';
export * from './batch-operations-job';
export * from './job-inventory';
