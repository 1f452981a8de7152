import { NOT_YET, type Edges, type IsCompleteResult, type LifecycleEvent } from './lifecycle';
import { isRefused, isUnavailable, isWithin, messageOf, NotYet } from './service-failure';

/** How long a failure may last before it counts, and what to tell when it does. */
export interface Patience {
  readonly seconds: number;
  /** A sentence with the next step. */
  readonly remedy: string;
}

/** What an attempt is about. */
export interface Attempt {
  readonly edges: Edges;
  readonly event: LifecycleEvent;
  /** When `onEvent` was handled. */
  readonly requestedAt: Date;
  readonly serviceUrl: string;
  /** In the middle of a sentence, such as `ledger 'audit'`. */
  readonly subject: string;
  /** Failures of this kind of resource that may pass. */
  readonly patienceWith?: (error: unknown) => Patience | undefined;
}

/** For how long a service that does not answer is waited for before anything was made. */
const UNREACHABLE_SECONDS = 600;
/** For how long a refusal may be a fresh role or policy that has not spread yet. */
export const PERMISSION_SECONDS = 180;

/**
 * Makes a first attempt in `onEvent`, where nothing can be waited for.
 *
 * @returns undefined when `isComplete` has to repeat the attempt
 * @throws an explanation of whatever waiting would not mend
 */
export async function attemptNow<Result>(attempt: Attempt, act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act();
  } catch (error) {
    if (patienceWith(error, attempt)) {
      attempt.edges.log(`Will try again (${attempt.subject}): ${messageOf(error)}`);
      return undefined;
    }
    throw explained(error, attempt);
  }
}

/**
 * Turns failures that may pass into "not yet", for as long as that is reasonable, and into an explanation afterwards.
 *
 * Once something was made (`isUnderWay`) an unreachable service is waited for until the framework's own timeout: a poll knows nothing of the
 * polls before it, so it cannot tell a blip from an outage.
 */
export async function attemptOrWait(attempt: Attempt, isUnderWay: boolean, act: () => Promise<IsCompleteResult>): Promise<IsCompleteResult> {
  try {
    return await act();
  } catch (error) {
    const patience = patienceWith(error, attempt);
    const canWait = patience && ((isUnderWay && isUnavailable(error)) || isWithin(patience.seconds, attempt.requestedAt, attempt.edges.now()));
    if (canWait) {
      attempt.edges.log(`Not yet (${attempt.subject}): ${messageOf(error)}`);
      return NOT_YET;
    }
    throw explained(error, attempt, patience);
  }
}

function patienceWith(error: unknown, { patienceWith: ownPatience, serviceUrl }: Attempt): Patience | undefined {
  const own = ownPatience?.(error);
  if (own) {
    return own;
  }
  if (error instanceof NotYet) {
    return { seconds: UNREACHABLE_SECONDS, remedy: 'Deploy again when that is over.' };
  }
  if (isUnavailable(error)) {
    return {
      seconds: UNREACHABLE_SECONDS,
      remedy: `The ledger service at ${serviceUrl} does not answer: check that it runs and that the URL is right, then deploy again.`,
    };
  }
  if (isRefused(error)) {
    return {
      seconds: PERMISSION_SECONDS,
      remedy: `The ledger service at ${serviceUrl} refuses the custom resource's function: allow its role to invoke the Function URL, to call `
        + 'this operation and to pass the role that it names, then deploy again.',
    };
  }
  return undefined;
}

function explained(error: unknown, { event, subject }: Attempt, patience?: Patience): Error {
  if (error instanceof Error && error.name === 'Error' && !(error instanceof NotYet) && !patience) {
    return error;
  }
  const waited = patience ? ` even after ${Math.round(patience.seconds / 60)} minutes of trying` : '';
  const remedy = patience ? ` ${patience.remedy}` : '';
  const afterDelete = event.RequestType === 'Delete'
    ? ` To delete the stack without it, retain it: aws cloudformation delete-stack --retain-resources ${event.LogicalResourceId} --stack-name <stack>.`
    : '';
  return new Error(`${event.RequestType} of ${subject} failed${waited}: ${messageOf(error).replace(/\.?$/, '.')}${remedy}${afterDelete}`);
}
