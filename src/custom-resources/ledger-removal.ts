import { DeleteLedgerCommand, UpdateLedgerCommand, type QLDBClient } from '@aws-sdk/client-qldb';
import { findLedger } from './ledger-creation';
import { type LedgerRemovalPolicy } from './ledger-declaration';
import { isFinalExportSkipped } from './ledger-final-export';
import { type Edges, type LifecycleEvent } from './lifecycle';
import { CREATING, ownerOf } from './ownership';
import { flag } from './properties';
import { isNamed, isWithin, messageOf, NotYet } from './service-failure';
import { readTags } from './tags';

/** No deployment lasts that long: a ledger that is older has a life outside of it. */
const UNDONE_SECONDS = 24 * 3600;

export type Removal = 'gone' | 'going' | 'archiving' | 'kept';

/**
 * The next step towards a ledger that is gone, or the decision to keep it.
 *
 * Keeping is success: a journal that was kept can be deleted later, a journal that was deleted cannot come back, and a stack must always be
 * deletable. So a ledger goes only when all of this holds: its tags say that this resource made it, and either it was never finished or
 * its removal policy is Destroy and nobody has switched deletion protection on, or the deployment that has made it is undone. Where a final export is declared, a finished ledger goes only
 * when `archived` says that its whole journal is exported.
 */
export async function removeLedger(
  control: QLDBClient, event: LifecycleEvent, name: string, policy: LedgerRemovalPolicy, edges: Pick<Edges, 'now' | 'log'>,
  archived?: () => Promise<boolean>,
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
  if (!isUnfinished && isUndone && !isWithin(UNDONE_SECONDS, ledger.CreationDateTime!, edges.now())) {
    edges.log(`Kept ledger '${name}': it is older than the deployment that is undone can be.`);
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
  if (archived && !isUnfinished) {
    if (isFinalExportSkipped(tags)) {
      edges.log(`Deletes ledger '${name}' without a final export, because its tags say so.`);
    } else if (!await archived()) {
      return 'archiving';
    }
  }
  return deleteLedger(control, name);
}

async function deleteLedger(control: QLDBClient, name: string): Promise<Removal> {
  try {
    await control.send(new DeleteLedgerCommand({ Name: name }));
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) {
      return 'gone';
    }
    if (isNamed(error, 'ResourcePreconditionNotMetException', 'ResourceInUseException')) {
      // Streams that are still ending, for instance.
      throw new NotYet(messageOf(error));
    }
    throw error;
  }
  return 'going';
}
