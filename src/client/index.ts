export * from './ledger-service-client-config';
export * from './reachable-url';
