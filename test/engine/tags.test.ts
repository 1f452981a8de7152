import { withoutTags, withTags } from '../../src/engine/tags';

const many = (count: number, prefix: string) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, '']));
const refused = expect.objectContaining({ name: 'InvalidParameterException', members: { ParameterName: 'Tags' } });

test('tags are added up to fifty', () => {
  expect(withTags('Ledger books', { team: 'accounts' }, { Team: '' })).toEqual({ team: 'accounts', Team: '' });
  expect(Object.keys(withTags('Ledger books', many(20, 'a'), many(30, 'b')))).toHaveLength(50);
  expect(() => withTags('Ledger books', many(20, 'a'), many(31, 'b'))).toThrow(refused);
});

test.each(['accounts', 'other'])('a key that is there is refused, also with the value %s', (value) => {
  expect(() => withTags('Ledger books', { team: 'accounts' }, { free: '', team: value })).toThrow(refused);
});

test('a key like that of a method is a key', () => {
  expect(withTags('Ledger books', {}, { constructor: 'x', toString: 'y' })).toEqual({ constructor: 'x', toString: 'y' });
});

test('a name that JavaScript gives a meaning to is a key as any other', () => {
  const tagged = withTags('Ledger books', {}, JSON.parse('{"__proto__":"x"}') as Record<string, string>);
  expect(JSON.stringify(tagged)).toBe('{"__proto__":"x"}');
  expect(() => withTags('Ledger books', tagged, JSON.parse('{"__proto__":"y"}') as Record<string, string>)).toThrow(refused);
  expect(withoutTags(tagged, ['__proto__'])).toEqual({});
});

test('keys that are not there are removed in silence', () => {
  expect(withoutTags({ a: '1', b: '2' }, ['b', 'c'])).toEqual({ a: '1' });
});
