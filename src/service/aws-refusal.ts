import { DestinationRefused } from '../engine';

const NOT_FOUND = new Set(['NoSuchBucket', 'ResourceNotFoundException']);
/** A key that cannot be used is a permission that the user took away, whatever S3 or Kinesis call it. */
const DENIED = /^(AccessDenied|KMS(?!Throttling)|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|CredentialsProvider)/;

/** What an AWS client threw, in the words of the engine. */
export function refusal(error: unknown): DestinationRefused {
  if (error instanceof DestinationRefused) return error;
  const { name, message } = error instanceof Error ? error : { name: 'UnknownError', message: String(error) };
  const reason = NOT_FOUND.has(name) ? 'not-found' : DENIED.test(name) ? 'access-denied' : 'unavailable';
  return new DestinationRefused(reason, name, message || name);
}

/** Runs calls of AWS clients. @throws DestinationRefused for whatever they throw */
export async function refusable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw refusal(error);
  }
}
