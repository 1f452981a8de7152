import fc from 'fast-check';
import { digest } from 'ion-hash-js';
import { commitDigest, dot, ionStringHash } from '../../src/custom-resources/commit-digest';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

test('the hash of a string is the one that ion-hash-js computes, escapes and astral characters included', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\u000b\u000c\u000e', '𝔏edger\u000b')), text => {
    expect(base64(ionStringHash(text))).toBe(base64(digest(text, 'sha256')));
  }));
});

test('the hash of a statement is the one that the service published', () => {
  expect(base64(ionStringHash('CREATE TABLE VehicleRegistration'))).toBe('3jeSdejOgp6spJ8huZxDRUtp2fRXRqpOMtG43V0nXg8=');
});

test('a digest folds the transaction id and the statement like the driver', () => {
  expect(base64(commitDigest('I1pH6SCujBW0JYpPoLQT02', ['CREATE TABLE Vehicle']))).toBe('Kub5gh2rSNQxnjcQIFtdclpJ0iDfF9tK/iqY30IV8Xw=');
});

test('dot does not depend on the order of its operands', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(fc.property(hash, hash, (left, right) => expect(base64(dot(left, right))).toBe(base64(dot(right, left)))));
});
