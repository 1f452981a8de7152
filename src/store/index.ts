export { holds } from './condition';
export * from './store';
export * from './limits';
export * from './memory-store';
export * from './embedded-store';
export * from './dynamodb-store';
