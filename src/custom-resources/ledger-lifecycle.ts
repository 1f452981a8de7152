import { UntagResourceCommand } from '@aws-sdk/client-qldb';
import { endCancelledUpdate } from './cancelled-update';
import { checkOwner, establishLedger, findLedger } from './ledger-creation';
import { ledgerDeclaration, removalPolicy, type LedgerDeclaration } from './ledger-declaration';
import { FINAL_EXPORT_SECONDS, finalExportDeclaration, finalExportPatience, finallyExportedTip, stillWrittenTo } from './ledger-final-export';
import { formatLedgerId, ledgerNameOf } from './ledger-id';
import { removeLedger } from './ledger-removal';
import { failureOfRestore, patienceWithRestore } from './ledger-restore';
import { createMissingTables } from './ledger-schema';
import { settleSettings } from './ledger-settings';
import {
  NOT_YET, type Edges, type IsCompleteEvent, type IsCompleteResult, type LedgerServiceClients, type Lifecycle, type LifecycleEvent, type Properties,
} from './lifecycle';
import { CREATING, ownerTags } from './ownership';
import { attemptNow, attemptOrWait, type Attempt } from './patience';
import { tags as declaredTags, text } from './properties';
import { isWithin, messageOf } from './service-failure';
import { readTags, settleTags } from './tags';

export interface LedgerProgress {
  readonly requestedAt: string;
  /** False when the ledger could not be asked for yet, so that `isComplete` has to. */
  readonly isEstablished: boolean;
}

/** For how long a Delete that has nothing to do looks for an unfinished ledger at a service that does not answer. */
const COURTESY_SECONDS = 60;
/** For how long the deletion of a large ledger is waited for: a little less than the framework, which could only say that time is over. */
const DELETION_SECONDS = 50 * 60;

/**
 * Custom::QldbLedger. The physical id is made of the ledger's name and its service: known before the ledger exists and unchangeable, so a new
 * name, or another service, is a new ledger and CloudFormation deletes (or keeps) the old one afterwards.
 *
 * Create and Update are the same wish: the declared ledger exists, as declared, and is ours.
 */
export function ledgerLifecycle(edges: Edges): Lifecycle<LedgerProgress> {
  return {
    async onEvent(event) {
      const requestedAt = edges.now();
      if (event.RequestType === 'Delete') {
        // Every step is taken by isComplete, which can wait and be repeated.
        return { PhysicalResourceId: event.PhysicalResourceId, Progress: { requestedAt: requestedAt.toISOString(), isEstablished: false } };
      }
      const declared = ledgerDeclaration(event.ResourceProperties);
      const { control } = edges.connect(declared.serviceUrl);
      const isEstablished = await attemptNow(attemptToMake(declared, event, requestedAt), async () => {
        await establishLedger(control, event, declared);
        return true;
      }) ?? false;
      await endUnfinished(event);
      // A Create that has made nothing yet gives no id, so that the Delete after its failure need not find a service that was never there.
      const physicalId = isEstablished || event.RequestType === 'Update' ? formatLedgerId(declared.name, declared.serviceUrl) : undefined;
      return { PhysicalResourceId: physicalId, Progress: { requestedAt: requestedAt.toISOString(), isEstablished } };
    },

    async isComplete(event) {
      if (event.RequestType === 'Delete') {
        return removed(event);
      }
      const declared = ledgerDeclaration(event.ResourceProperties);
      const clients = edges.connect(declared.serviceUrl);
      const { requestedAt, isEstablished } = event.Progress;
      return attemptOrWait(attemptToMake(declared, event, new Date(requestedAt)), isEstablished, async () => {
        if (!isEstablished) {
          await establishLedger(clients.control, event, declared);
        }
        await endUnfinished(event);
        return settled(clients, event, declared);
      });
    },
  };

  /** What a cancelled Update has left unfinished. Retain spares what was finished meanwhile: it may be a ledger that was kept before, and came back. */
  async function endUnfinished(event: LifecycleEvent): Promise<void> {
    const idOf = (properties: Properties) => formatLedgerId(text(properties, 'LedgerName'), text(properties, 'ServiceUrl'));
    await endCancelledUpdate(event, edges, idOf, async cancelled => {
      const name = text(cancelled, 'LedgerName');
      if (await removeLedger(edges.connect(text(cancelled, 'ServiceUrl')).control, event, name, 'Retain', edges) === 'kept') {
        edges.log(`Kept ledger '${name}', which the Update that is rolled back asked for: it is finished, or not this stack's. If nobody needs it, delete it.`);
      }
    });
  }

  function attemptOn(name: string, serviceUrl: string, event: LifecycleEvent, requestedAt: Date): Attempt {
    return { edges, event, requestedAt, serviceUrl, subject: `ledger '${name}'` };
  }

  function attemptToMake(declared: LedgerDeclaration, event: LifecycleEvent, requestedAt: Date): Attempt {
    return { ...attemptOn(declared.name, declared.serviceUrl, event, requestedAt), patienceWith: error => patienceWithRestore(declared, error) };
  }

  async function removed(event: IsCompleteEvent<LedgerProgress>): Promise<IsCompleteResult> {
    const { PhysicalResourceId: id = '', ResourceProperties: properties } = event;
    const serviceUrl = text(properties, 'ServiceUrl');
    const finished = ledgerNameOf(id);
    const name = finished ?? text(properties, 'LedgerName');
    // Retain spares every ledger that was ever finished; that is all there may be of a Create which never told its id.
    const policy = finished !== undefined ? removalPolicy(properties) : 'Retain';
    const requestedAt = new Date(event.Progress.requestedAt);
    const { control } = edges.connect(serviceUrl);
    const finalExport = policy === 'Destroy' ? finalExportDeclaration(properties) : undefined;
    const archivedTip = finalExport && (() => finallyExportedTip(control, name, finalExport, requestedAt, edges));
    const remove = async (): Promise<IsCompleteResult> => {
      const removal = await removeLedger(control, event, name, policy, edges, archivedTip);
      if (removal === 'going' && !isWithin(DELETION_SECONDS, requestedAt, edges.now())) {
        throw new Error(`Ledger '${name}' is still being deleted after ${DELETION_SECONDS / 60} minutes, and goes on being deleted: a large journal takes `
          + 'its time, and CloudFormation waits an hour at most. Delete the stack again, which waits for the rest, or retain the resource '
          + `${event.LogicalResourceId}.`);
      }
      if (removal === 'archiving' && !isWithin(FINAL_EXPORT_SECONDS, requestedAt, edges.now())) {
        throw stillWrittenTo(name);
      }
      return removal === 'going' || removal === 'archiving' ? NOT_YET : { IsComplete: true };
    };
    if (policy === 'Retain') {
      // Nothing has to happen, so nothing may stand in the way for long: removing an unfinished ledger is a courtesy.
      return remove().catch(error => {
        edges.log(`Could not look for an unfinished ledger '${name}': ${messageOf(error)}`);
        return isWithin(COURTESY_SECONDS, requestedAt, edges.now()) ? NOT_YET : { IsComplete: true };
      });
    }
    const attempt = attemptOn(name, serviceUrl, event, requestedAt);
    const patienceWith = finalExport && ((error: unknown) => finalExportPatience(error, name, finalExport));
    // An export that runs must not be given up for an outage; but before the framework gives up without a word, the reason is told.
    const mayRun = finalExport !== undefined && isWithin(FINAL_EXPORT_SECONDS, requestedAt, edges.now());
    return attemptOrWait({ ...attempt, patienceWith }, mayRun, remove);
  }
}

async function settled(clients: LedgerServiceClients, event: LifecycleEvent, declared: LedgerDeclaration): Promise<IsCompleteResult> {
  const { control, session } = clients;
  const ledger = await findLedger(control, declared.name);
  if (ledger?.State !== 'CREATING' && ledger?.State !== 'ACTIVE') {
    const failure = await failureOfRestore(control, declared);
    throw new Error(failure ?? `Ledger '${declared.name}' was deleted while the deployment waited for it to become active. Deploy again to create it anew.`);
  }
  const current = await readTags(control, ledger.Arn);
  // Asked again at every poll: a waiter may outlive its deployment, and must not change what has become someone else's.
  checkOwner(current, event, declared.name);
  if (ledger.State === 'CREATING') {
    return NOT_YET;
  }
  await settleSettings(control, ledger, declared);
  await settleTags(control, ledger.Arn, current, { ...declared.tags, ...ownerTags(event) }, declaredTags(event.OldResourceProperties ?? {}));
  await createMissingTables(session, declared.name, declared.tables);
  if (current[CREATING] !== undefined) {
    await control.send(new UntagResourceCommand({ ResourceArn: ledger.Arn, TagKeys: [CREATING] }));
  }
  const physicalId = formatLedgerId(declared.name, declared.serviceUrl);
  return { IsComplete: true, PhysicalResourceId: physicalId, Data: { LedgerName: declared.name, LedgerArn: ledger.Arn } };
}
