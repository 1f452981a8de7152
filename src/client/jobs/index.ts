export * from './job';
export * from './job-inventory';
export * from './job-listing';
export * from './job-sources';
export * from './visible-text';
