import { fingerprint as exportFingerprint, journalExportDeclaration } from '../../src/custom-resources/journal-export-declaration';
import { fingerprint as streamFingerprint, journalStreamDeclaration } from '../../src/custom-resources/journal-stream-declaration';
import { formatLedgerId, ledgerNameOf } from '../../src/custom-resources/ledger-id';

const [here, there] = ['https://one.lambda-url.eu-central-1.on.aws/', 'https://two.lambda-url.eu-central-1.on.aws/'];

test('the same ledger name in another service is another ledger, so the old one is deleted or kept as its policy says', () => {
  expect(formatLedgerId('audit', here)).toBe(formatLedgerId('audit', here));
  expect(formatLedgerId('audit', here)).not.toBe(formatLedgerId('audit', there));
  expect(ledgerNameOf(formatLedgerId('audit', here))).toBe('audit');
});

test.each(['AWSCDK::CustomResourceProviderFramework::CREATE_FAILED', 'a1b2c3d4-0000-4000-8000-000000000000', 'audit', ''])('%j is no ledger\'s id', (id) => {
  expect(ledgerNameOf(id)).toBeUndefined();
});

test('the same stream and the same export asked of another service are others', () => {
  const stream = (ServiceUrl: string) => streamFingerprint(journalStreamDeclaration({
    ServiceUrl, LedgerName: 'audit', StreamName: 'changes', RoleArn: 'arn:role', KinesisStreamArn: 'arn:stream', InclusiveStartTime: 'LEDGER_CREATION',
  }));
  const journalExport = (ServiceUrl: string) => exportFingerprint(journalExportDeclaration({
    ServiceUrl, LedgerName: 'audit', RoleArn: 'arn:role', Bucket: 'archive', ObjectEncryptionType: 'SSE_S3', InclusiveStartTime: 'LEDGER_CREATION', ExclusiveEndTime: 'NOW',
  }));
  expect(stream(here)).not.toBe(stream(there));
  expect(journalExport(here)).not.toBe(journalExport(there));
});
