/** Amazon Ion 1.0: values as plain data, their text and binary forms, hash, equality and conversion to JSON. */
export * from './binary-reader';
export { encodeIon, encodeIonStream, encodeIonWithin } from './binary-writer';
export { canonicalBytes } from './canonical-document';
export { peekField } from './encoded-container';
export * from './equality';
export * from './field-encoding';
export * from './field-hash';
export * from './field-sink';
export * from './field-values';
export { digestOfPair, digestOfText, digestsOfPairs, hashIon, hashIonAll } from './hash';
export * from './invalid-ion';
export * from './json';
export * from './limits';
export * from './text-reader';
export * from './text-writer';
export * from './value';
export * from './value-stream';
