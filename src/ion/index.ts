/** Amazon Ion 1.0: values as plain data, their text and binary forms, hash, equality and conversion to JSON. */
export * from './binary-reader';
export * from './binary-writer';
export { EncodedStruct, peekField } from './encoded-container';
export * from './equality';
export * from './field-cursor';
export * from './hash';
export { sharedHashBatch, type HashBatch } from './hash-batch';
export * from './invalid-ion';
export * from './json';
export * from './limits';
export * from './struct-shape';
export * from './text-reader';
export * from './text-writer';
export { TYPE_CODE } from './type-code';
export * from './value';
export * from './value-stream';
