import { endCancelledUpdate } from './cancelled-update';
import { ledgerGrantDeclaration, serviceGrantId, type LedgerGrantDeclaration } from './ledger-grant-declaration';
import { EVERY_LEDGER, formatGrantId, parseGrantId, type LedgerGrantId } from './ledger-grant-id';
import { deleteGrant, putGrant, requestToken } from './ledger-grant-requests';
import { NOT_YET, type Edges, type IsCompleteEvent, type IsCompleteResult, type Lifecycle, type LifecycleEvent } from './lifecycle';
import { attemptNow, attemptOrWait, type Attempt } from './patience';
import { text } from './properties';
import { isWithin, messageOf } from './service-failure';

export interface LedgerGrantProgress {
  readonly requestedAt: string;
  /** False when the grant could not be put yet, so that `isComplete` has to. */
  readonly isGranted: boolean;
}

/** For how long a Delete after a failed Create looks for a grant whose answer may have got lost. */
const COURTESY_SECONDS = 60;

/**
 * Custom::QldbLedgerGrant. The grant's id follows from the resource and the principal, and putting it twice is putting it once: nothing has to be
 * looked up, and nobody else's grant can be met. Actions and tables change in place; another ledger, service or principal is another grant, put
 * before CloudFormation deletes the former one. Without tables it is a grant on the control plane, which changes its ledger in place, too.
 *
 * Requests go on waiting for the service when CloudFormation has given them up, so the service is told when each began: what a later one has
 * changed, or taken away, an earlier one does not change any more.
 */
export function ledgerGrantLifecycle(edges: Edges): Lifecycle<LedgerGrantProgress> {
  return {
    async onEvent(event) {
      const requestedAt = edges.now();
      if (event.RequestType === 'Delete') {
        // Every step is taken by isComplete, which can wait and be repeated.
        return { PhysicalResourceId: event.PhysicalResourceId, Progress: { requestedAt: requestedAt.toISOString(), isGranted: false } };
      }
      const declared = ledgerGrantDeclaration(event.ResourceProperties);
      const id = grantIdOf(event, declared);
      const isGranted = await attemptNow(attemptOn(id, declared.serviceUrl, event, requestedAt), async () => {
        await putGrant(edges.connect(declared.serviceUrl).control, id, declared, requestToken(event, requestedAt));
        return true;
      }) ?? false;
      await endCancelledUpdate(event, edges, properties => formatGrantId(grantIdOf(event, ledgerGrantDeclaration(properties))), async cancelled => {
        const stray = ledgerGrantDeclaration(cancelled);
        await deleteGrant(edges.connect(stray.serviceUrl).control, grantIdOf(event, stray), requestToken(event, requestedAt));
      });
      // A Create that has put nothing yet gives no id, so that the Delete after its failure need not find a service that was never there.
      // An Update always does: what it may have put is deleted when it is rolled back.
      const physicalId = isGranted || event.RequestType === 'Update' ? formatGrantId(id) : undefined;
      return { PhysicalResourceId: physicalId, Progress: { requestedAt: requestedAt.toISOString(), isGranted } };
    },

    async isComplete(event) {
      if (event.RequestType === 'Delete') {
        return revoked(event);
      }
      const declared = ledgerGrantDeclaration(event.ResourceProperties);
      const id = grantIdOf(event, declared);
      const { isGranted } = event.Progress;
      const requestedAt = new Date(event.Progress.requestedAt);
      return attemptOrWait(attemptOn(id, declared.serviceUrl, event, requestedAt), isGranted, async () => {
        if (!isGranted) {
          await putGrant(edges.connect(declared.serviceUrl).control, id, declared, requestToken(event, requestedAt));
        }
        return { IsComplete: true, PhysicalResourceId: formatGrantId(id), Data: { GrantId: id.grantId } };
      });
    },
  };

  async function revoked(event: IsCompleteEvent<LedgerGrantProgress>): Promise<IsCompleteResult> {
    const serviceUrl = text(event.ResourceProperties, 'ServiceUrl');
    const requestedAt = new Date(event.Progress.requestedAt);
    const known = parseGrantId(event.PhysicalResourceId);
    const id = known ?? grantIdOf(event, ledgerGrantDeclaration(event.ResourceProperties));
    const revoke = async (): Promise<IsCompleteResult> => {
      await deleteGrant(edges.connect(serviceUrl).control, id, requestToken(event, requestedAt));
      return { IsComplete: true };
    };
    if (!known) {
      // The Create failed and told no id: there is a grant only if an answer got lost, so nothing may stand in the way for long.
      return revoke().catch(error => {
        edges.log(`Could not look for ${subjectOf(id)}: ${messageOf(error)}`);
        return isWithin(COURTESY_SECONDS, requestedAt, edges.now()) ? NOT_YET : { IsComplete: true };
      });
    }
    return attemptOrWait(attemptOn(id, serviceUrl, event, requestedAt), false, revoke);
  }

  function attemptOn(id: LedgerGrantId, serviceUrl: string, event: LifecycleEvent, requestedAt: Date): Attempt {
    return { edges, event, requestedAt, serviceUrl, subject: subjectOf(id) };
  }
}

function grantIdOf(event: LifecycleEvent, declared: LedgerGrantDeclaration): LedgerGrantId {
  return { ledgerName: declared.tables ? declared.ledgerName : EVERY_LEDGER, grantId: serviceGrantId(event, declared) };
}

function subjectOf({ ledgerName, grantId }: LedgerGrantId): string {
  return `grant '${grantId}' on ${ledgerName === EVERY_LEDGER ? 'the control plane' : `ledger '${ledgerName}'`}`;
}
