import { DestinationRefused } from '../../src/engine/destinations';
import { reasonOf } from '../../src/engine/job-reason';
import type { RestoreJob } from '../../src/engine/job-record';

const RESTORE: RestoreJob = {
  kind: 'restore',
  id: 'restore',
  ledgerName: 'books',
  strandId: 'restores-books',
  journalStrandId: 'strand',
  status: 'IN_PROGRESS',
  createdMillis: 0,
  origin: { kind: 'bucket', bucket: 'archive', prefix: 'journal/', roleArn: 'arn:aws:iam::111122223333:role/ReadExports' },
  lastSequenceNo: 9,
  objectCount: 1,
  planned: true,
  notes: [],
};

test('a restore that may not read says what it tried, what S3 answered and what to look at', () => {
  expect(reasonOf(new DestinationRefused('access-denied', 'AccessDenied', 'Access Denied'), RESTORE)).toBe(
    'Reading s3://archive/journal/ under the role arn:aws:iam::111122223333:role/ReadExports: AccessDenied Access Denied. Check that the service may assume '
    + 'the role, that the role may read the bucket, and that the key it is encrypted with is enabled and allows the role.');
});

test('what goes wrong inside the service is not told to who asked for a restore', () => {
  expect(reasonOf(new Error('Item has 409601 bytes'), RESTORE)).toBe('The service met a fault of its own, which its log describes, and tries again.');
});
