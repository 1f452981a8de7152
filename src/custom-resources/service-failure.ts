/** How a call to the ledger service can fail, seen from a resource that would rather wait than give up. */

/** Another transaction was faster, or the session went away: to be run again. */
const INTERRUPTED = ['OccConflictException', 'InvalidSessionException'];
const THROTTLED = ['ThrottlingException', 'TooManyRequestsException', 'RateExceededException', 'CapacityExceededException'];

/** What S3, Kinesis and STS answer, and the service passes on, while a role or its policy has not spread. */
const ROLE_NOT_READY = /assum|AccessDenied|access denied|not authorized|InvalidAccessKey|InvalidClientTokenId|UnrecognizedClient/i;

/** The wish cannot be granted now, and may be later. */
export class NotYet extends Error {}

interface ServiceError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly statusCode?: number };
}

/** Whether the error is one of the service's exceptions of these names. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return names.includes((error as ServiceError).name ?? '');
}

/** The service was not reached, was overloaded, or failed itself: the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) {
    return status >= 500 || status === 429 || isNamed(error, ...THROTTLED, ...INTERRUPTED);
  }
  // The SDK counts its attempts here, so there were some, and none was answered.
  return (error as ServiceError).$metadata?.attempts !== undefined;
}

/** The service, or the Function URL before it, refused this caller. */
export function isRefused(error: unknown): boolean {
  return statusOf(error) === 403 || isNamed(error, 'AccessDeniedException');
}

/** The service could not use the role it was given, which passes when the role is only seconds old. */
export function isRoleNotReady(error: unknown): boolean {
  return !isRefused(error) && statusOf(error) === 400 && ROLE_NOT_READY.test(messageOf(error));
}

export function messageOf(error: unknown): string {
  const { name, message } = error as ServiceError;
  return `${name && name !== 'Error' ? `${name}: ` : ''}${message ?? String(error)}`;
}

export function isWithin(seconds: number, since: Date, now: Date): boolean {
  return now.getTime() - since.getTime() < seconds * 1000;
}

function statusOf(error: unknown): number | undefined {
  const { $metadata, $response } = error as ServiceError;
  return $metadata?.httpStatusCode ?? $response?.statusCode;
}
