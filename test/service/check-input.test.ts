import { checkInput } from '../../src/service/input/check-input';
import { LEDGER_NAME, PERMISSIONS_MODE, TAGS, TOKEN } from '../../src/service/input/qldb-shapes';
import { listOf, optional, required, structure } from '../../src/service/input/shape';
import { violationsMessage } from '../../src/service/input/violation';

const MEMBERS = {
  Name: required(LEDGER_NAME),
  PermissionsMode: required(PERMISSIONS_MODE),
  Tags: optional(TAGS),
  MaxResults: optional({ type: 'integer', min: 1, max: 100 }),
  Start: optional({ type: 'timestamp' }),
  Data: optional({ type: 'blob', minBytes: 1, maxBytes: 3 }),
  Nested: optional(structure({ Bucket: required({ type: 'string', minLength: 3 }) })),
  Names: optional(listOf({ type: 'string', minLength: 1 }, 2)),
} as const;

const VALID = { Name: 'ledger', PermissionsMode: 'STANDARD' };

function messageOf(raw: Record<string, unknown>): string {
  const checked = checkInput(MEMBERS, raw);
  return checked.kind === 'invalid' ? violationsMessage(checked.violations) : 'valid';
}

test('a valid request keeps the members that constraints name, converted', () => {
  const checked = checkInput(MEMBERS, { ...VALID, Start: 1568839243.951, Data: 'AQID', Tags: { a: null, b: 'c' }, Unknown: 1, Names: ['x'] });
  expect(checked).toEqual({
    kind: 'valid',
    input: { ...VALID, Start: 1568839243951, Data: Buffer.from([1, 2, 3]), Tags: { a: '', b: 'c' }, Names: ['x'] },
  });
});

test('every violated constraint is reported in one message', () => {
  expect(messageOf({ Name: '-', PermissionsMode: 'OPEN', MaxResults: 101 })).toBe(
    "3 validation errors detected: Value '-' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: "
    + "(?!^.*--)(?!^[0-9]+$)(?!^-)(?!.*-$)^[A-Za-z0-9-]+$; Value 'OPEN' at 'permissionsMode' failed to satisfy constraint: "
    + "Member must satisfy enum value set: [ALLOW_ALL, STANDARD]; Value '101' at 'maxResults' failed to satisfy constraint: "
    + 'Member must have value less than or equal to 100');
});

test.each([
  ['a missing member', { PermissionsMode: 'STANDARD' }, "Value null at 'name' failed to satisfy constraint: Member must not be null"],
  ['null for a required member', { ...VALID, Name: null }, "Value null at 'name' failed to satisfy constraint: Member must not be null"],
  ['a missing member of a structure', { ...VALID, Nested: {} }, "Value null at 'nested.bucket' failed to satisfy constraint: Member must not be null"],
  ['a text that is too long', { ...VALID, Name: 'x'.repeat(33) }, 'Member must have length less than or equal to 32'],
  ['a nested text that is too short', { ...VALID, Nested: { Bucket: 'ab' } },
    "Value 'ab' at 'nested.bucket' failed to satisfy constraint: Member must have length greater than or equal to 3"],
  ['a blob that is too long', { ...VALID, Data: 'AQIDBA==' }, "at 'data' failed to satisfy constraint: Member must have length less than or equal to 3"],
  ['an item of a list', { ...VALID, Names: ['a', ''] }, "Value '' at 'names.2.member' failed to satisfy constraint: Member must have length greater"],
  ['a list that is too long', { ...VALID, Names: ['a', 'b', 'c'] }, 'Member must have length less than or equal to 2'],
  ['a key of a map', { ...VALID, Tags: { '': 'x' } }, "at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length"],
  ['a value of a map', { ...VALID, Tags: { k: 'x'.repeat(257) } }, 'Map value must satisfy constraint: [Member must have length less than or equal to 256]'],
])('%s is reported in the wording of AWS', (_, raw, message) => {
  expect(messageOf(raw)).toContain(message);
});

test('a value in a message is cut short', () => {
  expect(messageOf({ ...VALID, Name: 'x'.repeat(100_000) }).length).toBeLessThan(1_000);
});

test.each([
  ['Name', 7], ['Tags', []], ['Tags', { a: 1 }], ['MaxResults', 1.5], ['MaxResults', '5'], ['Start', '2020-01-01'], ['Start', 1e300],
  ['Data', 'not base64!'], ['Nested', 'text'], ['Names', 'text'], ['Names', [1]],
])('a %s of the wrong type (%j) is a serialization error', (name, value) => {
  expect(() => checkInput(MEMBERS, { ...VALID, [name]: value })).toThrow(expect.objectContaining({ name: 'SerializationException' }));
});

test.each([
  ['AQ==', true], ['AR==', true], ['AQI=', true], ['AQJ=', true], ['+/+/', true],
  ['AQ', false], ['AQ=', false], ['AQ===', false], ['A===', false], ['====', false], ['AQ==AQID', false], ['AQ=D', false],
  ['-_-_', false], ['AQ D', false], ['AQI\n', false], ['AQI\u0141', false], ['AQI\u00e9', false], ['AQI\0', false],
])('whether %j is base64: %s', (text, isBase64) => {
  const check = () => checkInput({ Data: required({ type: 'blob' }) }, { Data: text });
  if (isBase64) expect(check()).toEqual({ kind: 'valid', input: { Data: Buffer.from(text, 'base64') } });
  else expect(check).toThrow(expect.objectContaining({ name: 'SerializationException' }));
});

test.each([['Name', 'a\ud800'], ['Name', '\udc00\ud800'], ['Tags', { 'k\udfff': '' }], ['Tags', { k: '\ud83d' }]])('half a character in %s is no text', (name, value) => {
  expect(() => checkInput(MEMBERS, { ...VALID, [name]: value })).toThrow(expect.objectContaining({ name: 'SerializationException' }));
  expect(messageOf({ ...VALID, Tags: { 'k\ud83d\ude00': '\ud83d\ude00' } })).toBe('valid');
});

test.each(['a', '1a', 'A-b-9', 'x'.repeat(32)])('the ledger name %s is accepted', (name) => {
  expect(messageOf({ ...VALID, Name: name })).toBe('valid');
});

test.each(['', '123', '-a', 'a-', 'a--b', 'a_b', 'a b', 'ä', 'a\n'])('the ledger name %j is refused', (name) => {
  expect(messageOf({ ...VALID, Name: name })).toContain('validation error');
});

test('a token allows the characters of base64 alone', () => {
  const members = { NextToken: required(TOKEN) };
  expect(checkInput(members, { NextToken: 'ab+/0-9=' }).kind).toBe('valid');
  expect(checkInput(members, { NextToken: 'ab_c' }).kind).toBe('invalid');
});
