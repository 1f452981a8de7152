import { OPERATIONS } from '../../src/service';
import { route } from '../../src/service/router';

const LEDGER_ARN = 'arn:aws:qldb:eu-central-1:111122223333:ledger/books';

test('there are the twenty operations of the control plane', () => {
  expect(OPERATIONS.map(({ name }) => name).sort()).toEqual([
    'CancelJournalKinesisStream', 'CreateLedger', 'DeleteLedger', 'DescribeJournalKinesisStream', 'DescribeJournalS3Export', 'DescribeLedger',
    'ExportJournalToS3', 'GetBlock', 'GetDigest', 'GetRevision', 'ListJournalKinesisStreamsForLedger', 'ListJournalS3Exports',
    'ListJournalS3ExportsForLedger', 'ListLedgers', 'ListTagsForResource', 'StreamJournalToKinesis', 'TagResource', 'UntagResource', 'UpdateLedger',
    'UpdateLedgerPermissionsMode',
  ]);
});

test.each([
  ['POST', '/ledgers', 'CreateLedger', {}],
  ['GET', '/ledgers', 'ListLedgers', {}],
  ['GET', '/ledgers/books', 'DescribeLedger', { Name: 'books' }],
  ['PATCH', '/ledgers/books/permissions-mode', 'UpdateLedgerPermissionsMode', { Name: 'books' }],
  ['GET', '/ledgers/books/journal-s3-exports/8UyXulxccYLAsbN1aon7e4', 'DescribeJournalS3Export', { Name: 'books', ExportId: '8UyXulxccYLAsbN1aon7e4' }],
  ['GET', '/journal-s3-exports', 'ListJournalS3Exports', {}],
  ['DELETE', '/ledgers/books/journal-kinesis-streams/abc', 'CancelJournalKinesisStream', { LedgerName: 'books', StreamId: 'abc' }],
  ['GET', `/tags/${encodeURIComponent(LEDGER_ARN)}`, 'ListTagsForResource', { ResourceArn: LEDGER_ARN }],
  ['GET', `/tags/${LEDGER_ARN}`, 'ListTagsForResource', { ResourceArn: LEDGER_ARN }],
])('%s %s is %s', (method, rawPath, name, path) => {
  const found = route(OPERATIONS, method, rawPath);
  expect([found.operation.name, found.path]).toEqual([name, path]);
});

test('an encoded slash does not split a path', () => {
  expect(route(OPERATIONS, 'GET', '/ledgers/a%2Fdigest').path).toEqual({ Name: 'a/digest' });
});

test.each([['PUT', '/ledgers'], ['GET', '/'], ['POST', '/ledgers/a/b/c'], ['GET', '/ledgers/books/digest']])('%s %s is unknown', (method, path) => {
  expect(() => route(OPERATIONS, method, path)).toThrow(expect.objectContaining({ name: 'UnknownOperationException' }));
});

test('a path that cannot be decoded is a serialization error', () => {
  expect(() => route(OPERATIONS, 'GET', '/ledgers/%ff')).toThrow(expect.objectContaining({ name: 'SerializationException' }));
});
