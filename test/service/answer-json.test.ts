import { blobJson, consumedJson, pageJson } from '../../src/service/session/answer-json';

const BLOBS = [new Uint8Array(0), Uint8Array.of(255), Uint8Array.of(1, 2, 3, 4).subarray(1, 3), new Uint8Array(5_000).fill(251)];
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

test.each(BLOBS)('a blob is its base64 (%#)', (blob) => {
  expect(blobJson(blob)).toBe(JSON.stringify(base64(blob)));
});

test.each([
  ['without rows', []],
  ['of one row', BLOBS.slice(1, 2)],
  ['of several rows', BLOBS],
])('a page %s is what JSON.stringify makes of it', (_, values) => {
  const Values = values.map(value => ({ IonBinary: base64(value) }));
  expect(pageJson({ values })).toBe(JSON.stringify({ Values }));
  expect(pageJson({ values, nextPageToken: '1"2' })).toBe(JSON.stringify({ Values, NextPageToken: '1"2' }));
});

test('consumption is told in the words of the API', () => {
  expect(consumedJson({ readIOs: 12, writeIOs: 0 })).toBe('{"ReadIOs":12,"WriteIOs":0}');
});
