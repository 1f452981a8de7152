import { LEDGER_NAME } from './qldb-shapes';
import { listOf, oneOf, type StringShape } from './shape';

/**
 * A role or user. It has to be one that callers can be recognised as, because who never is recognised is never held: so the name at its end
 * has the characters and the length that IAM allows.
 */
export const CONTROL_GRANT_PRINCIPAL = {
  type: 'string', minLength: 20, maxLength: 2048, pattern: /^arn:[a-z-]+:iam::[0-9]{12}:(?:role|user)\/(?:[!-~]+\/)?[\w+=,.@-]{1,64}$/,
} as const satisfies StringShape;

/** The operations that a grant can name: all but those on grants of the control plane, which are administrators' alone. */
const ACTION = oneOf(
  '*',
  'CancelJournalKinesisStream', 'CreateLedger', 'DeleteLedger', 'DeleteLedgerGrant', 'DescribeJournalKinesisStream', 'DescribeJournalS3Export',
  'DescribeLedger', 'DescribeLedgerRestore', 'ExportJournalToS3', 'GetBlock', 'GetDigest', 'GetRevision', 'ListJournalKinesisStreamsForLedger',
  'ListJournalS3Exports', 'ListJournalS3ExportsForLedger', 'ListLedgerGrants', 'ListLedgers', 'ListTagsForResource', 'PutLedgerGrant', 'RestoreLedger',
  'StreamJournalToKinesis', 'TagResource', 'UntagResource', 'UpdateLedger', 'UpdateLedgerPermissionsMode',
);
export const CONTROL_GRANT_ACTIONS = listOf(ACTION, ACTION.values.length);

/** A name, or `*` for every ledger and for what is about none. */
export const CONTROL_GRANT_LEDGER = { ...LEDGER_NAME, pattern: new RegExp(`^\\*$|${LEDGER_NAME.pattern.source}`) } as const satisfies StringShape;
