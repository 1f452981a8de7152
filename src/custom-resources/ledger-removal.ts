import { UpdateLedgerCommand, type QLDBClient } from '@aws-sdk/client-qldb';
import { findLedger } from './ledger-creation';
import { type LedgerRemovalPolicy } from './ledger-declaration';
import { isFinalExportSkipped } from './ledger-final-export';
import { arrivalOf } from './ledger-restore';
import { type Edges, type LifecycleEvent } from './lifecycle';
import { CREATING, ownerOf } from './ownership';
import { flag } from './properties';
import { isNamed, isWithin, messageOf, NotYet } from './service-failure';
import { readTags } from './tags';
import { sendOwn } from '../client/own-operation';

/** No deployment lasts that long: a ledger that came before has a life outside of it. */
const UNDONE_SECONDS = 24 * 3600;

export type Removal = 'gone' | 'going' | 'archiving' | 'kept';

/**
 * The next step towards a ledger that is gone, or the decision to keep it.
 *
 * Keeping is success: a journal that was kept can be deleted later, a journal that was deleted cannot come back, and a stack must always be
 * deletable. So a ledger goes only when all of this holds: its tags say that this resource made it, and either it was never finished or
 * its removal policy is Destroy and nobody has switched deletion protection on, or the deployment that has made it is undone. Where a final export is
 * declared, a finished ledger goes only when `archivedTip` tells the block up to which it is exported, and only while that is the newest one.
 */
export async function removeLedger(
  control: QLDBClient, event: LifecycleEvent, name: string, policy: LedgerRemovalPolicy, edges: Pick<Edges, 'now' | 'log'>,
  archivedTip?: () => Promise<string | undefined>,
): Promise<Removal> {
  const ledger = await findLedger(control, name);
  if (!ledger) {
    return 'gone';
  }
  if (ledger.State === 'DELETING' || ledger.State === 'DELETED') {
    return 'going';
  }
  const tags = await readTags(control, ledger.Arn);
  const isUnfinished = tags[CREATING] !== undefined;
  if (ownerOf(tags, event).kind !== 'this') {
    edges.log(`Kept ledger '${name}': its tags do not say that ${event.LogicalResourceId} of ${event.StackId} made it.`);
    return 'kept';
  }
  if (!isUnfinished && policy === 'Retain') {
    return 'kept';
  }
  const isUndone = policy === 'RetainExceptOnCreate';
  if (!isUnfinished && isUndone && !isWithin(UNDONE_SECONDS, await arrivalOf(control, ledger, tags), edges.now())) {
    edges.log(`Kept ledger '${name}': it is older than the deployment that is undone can be. To have it in a stack again, declare removalPolicy RETAIN; to `
      + 'delete it, switch protection off with UpdateLedger and call DeleteLedger.');
    return 'kept';
  }
  if (ledger.DeletionProtection) {
    const isDeclared = isUndone && flag(event.ResourceProperties, 'DeletionProtection', true);
    if (!isUnfinished && !isDeclared) {
      edges.log(`Kept ledger '${name}': its removal policy is ${policy}, but deletion protection was switched on. `
        + 'To delete it, switch protection off with UpdateLedger and call DeleteLedger.');
      return 'kept';
    }
    await control.send(new UpdateLedgerCommand({ Name: name, DeletionProtection: false }));
  }
  if (archivedTip && !isUnfinished) {
    if (!isFinalExportSkipped(tags)) {
      const tip = await archivedTip();
      return tip === undefined ? 'archiving' : deleteLedger(control, name, tip);
    }
    edges.log(`Deletes ledger '${name}' without a final export, because its tags say so.`);
  }
  return deleteLedger(control, name);
}

async function deleteLedger(control: QLDBClient, name: string, tip?: string): Promise<Removal> {
  try {
    await sendOwn(control, name, { method: 'DELETE', path: '', query: tip === undefined ? {} : { digest_tip_address: tip } });
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) {
      // Another invocation, or a call whose answer was lost, has asked for it: a ledger on its way out is as good as none.
      return 'going';
    }
    if (tip !== undefined && isNamed(error, 'ResourcePreconditionNotMetException')) {
      // A block came after the last look, or protection: the next look tells which.
      return 'archiving';
    }
    if (isNamed(error, 'ResourcePreconditionNotMetException', 'ResourceInUseException')) {
      // Streams that are still ending, for instance.
      throw new NotYet(messageOf(error));
    }
    throw error;
  }
  return 'going';
}
