import type { HttpStep, Scenario } from '../scenario';

const http = (operation: string, method: string, path: string, body: string | undefined, answer: string, claim: Pick<HttpStep, 'about' | 'shows' | 'note' | 'output'>): HttpStep =>
  ({ kind: 'http', operation, request: { method, path, body }, answer, ...claim });

const COMMON = 'not documented: an error that services of AWS have in common';
const wrongType = (operation: string, method: string, path: string, about: string, body: string, shows: string) =>
  http(operation, method, path, body, '400 SerializationException', { about: [about, '! SerializationException'], shows, note: COMMON });

/** What no client sends, and the service must bear. */
export const WIRE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'requests that no client sends',
    steps: [
      http('CreateLedger', 'POST', '/ledgers', '{"Name":"books","PermissionsMode":"STANDARD","KmsKey":null,"Tags":{"a":null},"Colour":"red","__proto__":{"Name":1}}', '200', {
        about: ['Tags'], shows: 'members that the model does not know are passed over, null is a missing member, and the null value of a tag an empty one', note: 'same; what becomes of a null value is not documented', output: { Name: 'books' },
      }),
      http('ListTagsForResource', 'GET', '/tags/arn%3Aaws%3Aqldb%3A<region>%3A<account>%3Aledger%2Fbooks', undefined, '200', { about: ['-> Tags'], shows: 'a tag without a value', output: { Tags: { a: '' } } }),
      http('ListTagsForResource', 'GET', '/tags/arn:aws:qldb:<region>:<account>:ledger/books', undefined, '200', { about: ['ResourceArn'], shows: 'an ARN whose slash someone has decoded', output: { Tags: { a: '' } } }),
      http('CreateLedger', 'POST', '/ledgers', '{"Name":', '400 SerializationException', { about: ['! SerializationException'], shows: 'malformed JSON', note: COMMON }),
      http('CreateLedger', 'POST', '/ledgers', '[]', '400 SerializationException', { about: ['! SerializationException'], shows: 'JSON that is no object', note: COMMON }),
      http('CreateLedger', 'POST', '/ledgers', undefined, '400 InvalidParameterException', { about: ['! InvalidParameterException'], shows: 'no body' }),
      wrongType('CreateLedger', 'POST', '/ledgers', 'Name', '{"Name":7,"PermissionsMode":"STANDARD"}', 'a number'),
      wrongType('CreateLedger', 'POST', '/ledgers', 'Tags', '{"Name":"x","PermissionsMode":"STANDARD","Tags":{"a":"\\ud800"}}', 'half of a surrogate pair'),
      wrongType('CreateLedger', 'POST', '/ledgers', 'DeletionProtection', '{"Name":"x","PermissionsMode":"STANDARD","DeletionProtection":"false"}', 'a text'),
      wrongType('CreateLedger', 'POST', '/ledgers', 'Tags', '{"Name":"x","PermissionsMode":"STANDARD","Tags":["a"]}', 'a list'),
      wrongType('CreateLedger', 'POST', '/ledgers', 'Tags', '{"Name":"x","PermissionsMode":"STANDARD","Tags":{"a":1}}', 'a number for a value'),
      wrongType('UpdateLedger', 'PATCH', '/ledgers/books', 'DeletionProtection', '{"DeletionProtection":0}', 'a number'),
      wrongType('GetBlock', 'POST', '/ledgers/books/block', 'BlockAddress', '{"BlockAddress":"text"}', 'a text'),
      wrongType('ExportJournalToS3', 'POST', '/ledgers/books/journal-s3-exports', 'InclusiveStartTime', '{"InclusiveStartTime":"2019-06-13T21:36:34Z"}', 'a text'),
      wrongType('ExportJournalToS3', 'POST', '/ledgers/books/journal-s3-exports', 'InclusiveStartTime', '{"InclusiveStartTime":1e300}', 'a time beyond all calendars'),
      wrongType('StreamJournalToKinesis', 'POST', '/ledgers/books/journal-kinesis-streams', 'KinesisConfiguration.AggregationEnabled', '{"KinesisConfiguration":{"AggregationEnabled":"no"}}', 'a text'),
      http('ListLedgers', 'GET', '/ledgers?max_results=ten', undefined, '400 SerializationException', { about: ['MaxResults', '! SerializationException'], shows: 'a text', note: COMMON }),
      http('ListLedgers', 'GET', '/ledgers?max_results=1e2', undefined, '400 SerializationException', { about: ['MaxResults', '! SerializationException'], shows: 'an exponent', note: COMMON }),
      http('DescribeLedger', 'GET', '/ledgers/%E0%A4%A', undefined, '400 SerializationException', { about: ['Name', '! SerializationException'], shows: 'a path that is not percent-encoded UTF-8', note: COMMON }),
      http('DescribeLedger', 'GET', '/ledgers/', undefined, '400 InvalidParameterException', { about: ['Name'], shows: 'an empty name' }),
      http('DescribeLedger', 'PUT', '/ledgers/books', undefined, '404 UnknownOperationException', { about: ['! UnknownOperationException'], shows: 'a method that the path has not', note: COMMON }),
      http('DescribeLedger', 'GET', '/ledgers/books/', undefined, '404 UnknownOperationException', { about: ['! UnknownOperationException'], shows: 'a path that nobody answers', note: COMMON }),
      http('DescribeLedger', 'GET', '/ledgers/books', undefined, '200', { about: ['-> State'], shows: 'after all of that the ledger is as it was', output: { Name: 'books', State: 'ACTIVE', DeletionProtection: true } }),
    ],
  },
  {
    name: 'bodies that are too large',
    only: { world: 'embedded', because: 'Lambda itself refuses requests of more than 6 MB with the status 413' },
    steps: [
      http('CreateLedger', 'POST', '/ledgers', `{"Name":"${'x'.repeat(16 * 1024 * 1024)}"}`, '413 RequestEntityTooLargeException', { about: ['! RequestEntityTooLargeException'], shows: 'more than 16 MiB', note: COMMON }),
    ],
  },
];
