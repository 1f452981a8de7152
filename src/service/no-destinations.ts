import type { Destinations } from '../engine';

const refuse = (): never => {
  throw new Error('This entry of the service starts no jobs, so it was given no destinations.');
};

/** For entries that neither start exports and streams nor run them: they need not carry the clients of S3, Kinesis and STS. */
export const NO_DESTINATIONS: Destinations = { objects: async () => refuse(), records: async () => refuse(), exports: async () => refuse() };
