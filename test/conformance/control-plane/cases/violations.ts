import type { Json, JsonObject } from '../outcome';
import { fails, succeeds, type CallStep, type Scenario } from '../scenario';
import { SERVICE_MODEL, shapeOf, type ModelShape } from '../service-model';

/** Texts that satisfy the lengths of a shape and violate its pattern. */
const AGAINST_PATTERN: Readonly<Record<string, readonly string[]>> = {
  LedgerName: ['-a', 'a-', 'a--b', '123', 'a_b', 'a b', 'a/b', 'ä'],
  StreamName: ['-a', 'a-', 'a--b', '123', 'a_b', 'a b'],
  UniqueId: ['AAAAAAAAAAAAAAAAAAAAA_', 'AAAAAAAAAA/AAAAAAAAAAA'],
  NextToken: ['ab_c', 'ab c', 'äöüß'],
  S3Bucket: ['a b', 'a/b', 'äöü'],
};
const UNMODELLED = 'not documented: the service model names no such error for the operation';
/** Checked in words of its own, see the exports. */
const CHECKED_ELSEWHERE = ['S3ExportConfiguration.Prefix'];

const ADDRESS = { IonText: '{strandId:"AAAAAAAAAAAAAAAAAAAAAA",sequenceNo:0}' };
const VALID: Readonly<Record<string, JsonObject>> = {
  Name: { Name: 'books' },
  LedgerName: { LedgerName: 'books' },
  ResourceArn: { ResourceArn: '<ledger>/books' },
};
/** A valid request of each operation, identifying members left out. */
const REQUESTS: Readonly<Record<string, JsonObject>> = {
  CreateLedger: { PermissionsMode: 'STANDARD' },
  UpdateLedgerPermissionsMode: { PermissionsMode: 'STANDARD' },
  DescribeJournalS3Export: { ExportId: 'AAAAAAAAAAAAAAAAAAAAAA' },
  DescribeJournalKinesisStream: { StreamId: 'AAAAAAAAAAAAAAAAAAAAAA' },
  CancelJournalKinesisStream: { StreamId: 'AAAAAAAAAAAAAAAAAAAAAA' },
  GetBlock: { BlockAddress: ADDRESS },
  GetRevision: { BlockAddress: ADDRESS, DocumentId: 'AAAAAAAAAAAAAAAAAAAAAA' },
  TagResource: { Tags: { a: 'b' } },
  UntagResource: { TagKeys: ['a'] },
  ExportJournalToS3: {
    InclusiveStartTime: '<now-1h>',
    ExclusiveEndTime: '<now>',
    RoleArn: '<role>',
    S3ExportConfiguration: { Bucket: 'archive', Prefix: '', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
  },
  StreamJournalToKinesis: { RoleArn: '<role>', InclusiveStartTime: '<now-1h>', KinesisConfiguration: { StreamArn: '<kinesis>' }, StreamName: 'journal' },
};

/** `item` is the place of the wrong item in a list. */
interface Violation { readonly shows: string; readonly value: Json; readonly item?: number }

function violations(shapeName: string): Violation[] {
  const shape = shapeOf(shapeName);
  switch (shape.type) {
    case 'string': return textViolations(shapeName, shape);
    case 'integer': return [{ shows: '0', value: 0 }, { shows: '101', value: 101 }, { shows: '-1', value: -1 }];
    case 'list': return [
      { shows: `${shape.max! + 1} items`, value: Array.from({ length: shape.max! + 1 }, (_, index) => `k${index}`) },
      ...violations(shape.member!.shape).map(({ shows, value }) => ({ shows: `an item of ${shows}`, value: [value], item: 1 })),
    ];
    case 'map': return [
      { shows: `${shape.max! + 1} entries`, value: Object.fromEntries(Array.from({ length: shape.max! + 1 }, (_, index) => [`k${index}`, ''])) },
      ...violations(shape.key!.shape).map(({ shows, value }) => ({ shows: `a key of ${shows}`, value: { [value as string]: 'x' } })),
      ...violations(shape.value!.shape).map(({ shows, value }) => ({ shows: `a value of ${shows}`, value: { x: value } })),
    ];
    default: return [];
  }
}

function textViolations(shapeName: string, { min = 0, max, enum: values }: ModelShape): Violation[] {
  return [
    ...(min > 0 ? [{ shows: `${min - 1} characters`, value: 'a'.repeat(min - 1) }] : []),
    ...(max !== undefined ? [{ shows: `${max + 1} characters`, value: 'a'.repeat(max + 1) }] : []),
    ...(AGAINST_PATTERN[shapeName] ?? []).map(text => ({ shows: `'${text}'`, value: text })),
    ...(values ? [{ shows: "'OTHER'", value: 'OTHER' }, { shows: `'${values[0]!.toLowerCase()}'`, value: values[0]!.toLowerCase() }] : []),
  ];
}

/** The request with another value at a path such as `S3ExportConfiguration.Bucket`; undefined takes the member out. */
function changed(input: JsonObject, [name, ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const { [name!]: old, ...others } = input;
  if (rest.length > 0) return { ...others, [name!]: changed((old ?? {}) as JsonObject, rest, value) };
  return value === undefined ? others : { ...others, [name!]: value };
}

function memberSteps(operation: string, request: JsonObject, shapeName: string, prefix: readonly string[] = []): CallStep[] {
  const { members = {}, required = [] } = shapeOf(shapeName);
  return Object.entries(members).flatMap(([name, { shape, location }]) => {
    const path = [...prefix, name];
    const parameterName = path.join('.');
    if (CHECKED_ELSEWHERE.includes(parameterName)) return [];
    const refused = (shows: string, value: Json | undefined, at = parameterName) => fails(operation, changed(request, path, value), '400 InvalidParameterException', {
      members: { ParameterName: at },
      about: [parameterName, '! InvalidParameterException'],
      shows,
      note: hasError(operation) ? undefined : UNMODELLED,
    });
    return [
      ...(required.includes(name) && location !== 'uri' ? [refused('missing', undefined)] : []),
      ...violations(shape).map(({ shows, value, item }) => refused(shows, value, item === undefined ? undefined : `${parameterName}.${item}.member`)),
      ...memberSteps(operation, request, shape, path),
    ];
  });
}

const hasError = (operation: string): boolean => SERVICE_MODEL.operations[operation]!.errors?.some(({ shape }) => shape === 'InvalidParameterException') ?? false;

function validRequest(operation: string): JsonObject {
  const { members = {}, required = [] } = shapeOf(SERVICE_MODEL.operations[operation]!.input.shape);
  const identifying = required.filter(name => name in members && name in VALID).map(name => VALID[name]!);
  return Object.assign({}, ...identifying, REQUESTS[operation]) as JsonObject;
}

const OPERATIONS = Object.keys(SERVICE_MODEL.operations);
const identifies = (operation: string, member: string) => member in validRequest(operation) && operation !== 'CreateLedger';

/** All of them satisfy the constraints of a token. */
const HOSTILE_TOKENS: readonly (readonly [string, string])[] = [
  ['a token that was made up', 'AAAA'],
  ['nothing but padding', '===='],
  ['JSON that is no position', Buffer.from('{"a":1}').toString('base64')],
  ['a position with the wrong types', Buffer.from('["ledgers",1]').toString('base64')],
  ['1,024 characters of noise', 'A-+/'.repeat(256)],
];

export const VIOLATION_SCENARIOS: readonly Scenario[] = [
  ...OPERATIONS.map((operation): Scenario => ({
    name: `constraints of ${operation}`,
    steps: memberSteps(operation, validRequest(operation), SERVICE_MODEL.operations[operation]!.input.shape),
  })).filter(({ steps }) => steps.length > 0),
  {
    name: 'operations on a ledger that does not exist',
    steps: OPERATIONS.filter(operation => identifies(operation, 'Name') || identifies(operation, 'LedgerName')).map(operation => fails(operation, validRequest(operation), '404 ResourceNotFoundException', {
      message: 'The Ledger with name books is not found',
      members: { ResourceType: 'Ledger', ResourceName: 'books' },
      about: ['! ResourceNotFoundException'],
      shows: 'a ledger that does not exist',
      note: SERVICE_MODEL.operations[operation]!.errors ? undefined : UNMODELLED,
    })),
  },
  {
    name: 'tokens that nobody was given',
    steps: [
      succeeds('CreateLedger', { Name: 'books', PermissionsMode: 'STANDARD' }),
      ...OPERATIONS.filter(operation => operation.startsWith('List') && operation !== 'ListTagsForResource').flatMap(operation => HOSTILE_TOKENS.map(([shows, NextToken]) =>
        fails(operation, { ...validRequest(operation), NextToken }, '400 InvalidParameterException', {
          members: { ParameterName: 'NextToken' }, about: ['NextToken', '! InvalidParameterException'], shows,
        }))),
    ],
  },
];
