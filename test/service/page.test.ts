import * as fc from 'fast-check';
import { jobOrder } from '../../src/service/job-order';
import { decodeToken, encodeToken, pageOf } from '../../src/service/page';

const ORDER = jobOrder('jobs');
const job = (ledgerName: string, createdMillis: number, id: string) => ({ ledgerName, createdMillis, id });
const JOBS = [job('a', 30, 'y'), job('a', 20, 'p'), job('a', 20, 'q'), job('b', 90, 'k'), job('b', 10, 'm')];

function walk(jobs: typeof JOBS, size: number): string[] {
  const ids: string[] = [];
  for (let token: string | undefined; ;) {
    const { items, nextToken } = pageOf(jobs, ORDER, size, token);
    ids.push(...items.map(({ id }) => id));
    if (nextToken === undefined) return ids;
    token = nextToken;
  }
}

test.each([1, 2, 3, 5, 6])('pages of %i give every item once, in order', (size) => {
  expect(walk(JOBS, size)).toEqual(['y', 'p', 'q', 'k', 'm']);
});

test('a full last page has no token', () => {
  expect(pageOf(JOBS, ORDER, 5, undefined).nextToken).toBeUndefined();
});

test('a token survives that its item vanishes and that newer items come', () => {
  const { nextToken } = pageOf(JOBS, ORDER, 2, undefined);
  const later = [job('a', 99, 'new'), ...JOBS.filter(({ id }) => id !== 'p')];
  expect(pageOf(later, ORDER, 10, nextToken).items.map(({ id }) => id)).toEqual(['q', 'k', 'm']);
});

test('tokens have the form that the service model demands', () => {
  fc.assert(fc.property(fc.string(), (name) => {
    const token = encodeToken('jobs', [name]);
    expect(token).toMatch(/^[A-Za-z-0-9+/=]{4,}$/);
    expect(decodeToken('jobs', ['string'], token)).toEqual([name]);
  }));
});

test.each([
  ['no base64 of JSON', 'AAAA'],
  ['JSON of another form', Buffer.from('{"a":1}').toString('base64')],
  ['the token of another listing', encodeToken('ledgers', ['a', 1, 'b'])],
  ['a position of another form', encodeToken('jobs', ['a', '1', 'b'])],
])('%s is an invalid NextToken', (_, token) => {
  expect(() => pageOf(JOBS, ORDER, 2, token)).toThrow(expect.objectContaining({ name: 'InvalidParameterException', members: { ParameterName: 'NextToken' } }));
});
