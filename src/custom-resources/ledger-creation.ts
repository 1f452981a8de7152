import { CreateLedgerCommand, DescribeLedgerCommand, type DescribeLedgerResponse, type QLDBClient } from '@aws-sdk/client-qldb';
import { AWS_OWNED_KMS_KEY, type LedgerDeclaration } from './ledger-declaration';
import { checkOrigin, restoreLedger } from './ledger-restore';
import { type LifecycleEvent } from './lifecycle';
import { CREATING, ownerOf, ownerTags, type Tags } from './ownership';
import { isNamed, NotYet } from './service-failure';
import { readTags } from './tags';

export type Ledger = DescribeLedgerResponse & { readonly Arn: string; readonly State: string };

/** The ledger, or undefined when there is none of that name. */
export async function findLedger(control: QLDBClient, name: string): Promise<Ledger | undefined> {
  try {
    return await control.send(new DescribeLedgerCommand({ Name: name })) as Ledger;
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Makes sure that the declared ledger exists and is this resource's, without waiting for it to become active.
 *
 * @throws NotYet while a former ledger of that name is still going away; an explanation when the name belongs to someone else
 */
export async function establishLedger(control: QLDBClient, event: LifecycleEvent, declared: LedgerDeclaration): Promise<void> {
  const found = await findLedger(control, declared.name) ?? await createLedger(control, event, declared);
  if (found !== 'created') {
    if (found.State !== 'CREATING' && found.State !== 'ACTIVE') {
      throw new NotYet(`the former ledger '${declared.name}' is still being deleted`);
    }
    const tags = await readTags(control, found.Arn);
    checkOwner(tags, event, declared.name);
    checkTakeBack(tags, event, declared);
    checkOrigin(tags, declared);
  }
}

async function createLedger(control: QLDBClient, event: LifecycleEvent, declared: LedgerDeclaration): Promise<'created' | Ledger> {
  const tags = { ...declared.tags, ...ownerTags(event), [CREATING]: event.RequestId };
  try {
    if (declared.restoreFrom) {
      await restoreLedger(control, declared, declared.restoreFrom, tags);
      return 'created';
    }
    await control.send(new CreateLedgerCommand({
      Name: declared.name,
      PermissionsMode: declared.permissionsMode,
      DeletionProtection: declared.deletionProtection,
      KmsKey: declared.kmsKey === AWS_OWNED_KMS_KEY ? undefined : declared.kmsKey,
      Tags: tags,
    }));
    return 'created';
  } catch (error) {
    // Someone else, or another invocation for this very request, was a moment faster.
    const found = isNamed(error, 'ResourceAlreadyExistsException') ? await findLedger(control, declared.name) : undefined;
    if (found) {
      return found;
    }
    if (isNamed(error, 'ResourceInUseException', 'ResourceAlreadyExistsException')) {
      throw new NotYet(`a former ledger '${declared.name}' is still being deleted`);
    }
    throw error;
  }
}

/** @throws unless a ledger with these tags is this resource's to manage */
export function checkOwner(found: Tags, event: LifecycleEvent, name: string): void {
  const owner = ownerOf(found, event);
  const useIt = `To use it here, import it: Ledger.fromLedgerName(this, 'Ledger', '${name}'). To have a new ledger, choose another ledgerName.`;
  if (owner.kind === 'other') {
    throw new Error(`Ledger '${name}' exists already and is managed by ${owner.description}. ${useIt}`);
  }
  const { OldResourceProperties: former, ResourceProperties: declared } = event;
  const hasBeenOurs = event.RequestType === 'Update' && former?.LedgerName === name && former.ServiceUrl === declared.ServiceUrl;
  if (owner.kind === 'unknown' && !hasBeenOurs) {
    throw new Error(`Ledger '${name}' exists already and was not made by this stack. ${useIt}`);
  }
}

/**
 * A finished ledger that a Create finds was kept when its construct went away. It comes back, with its journal, unless the deployment could
 * then destroy it by merely failing.
 */
function checkTakeBack(found: Tags, event: LifecycleEvent, declared: LedgerDeclaration): void {
  const wasFinished = found[CREATING] === undefined;
  if (event.RequestType === 'Create' && wasFinished && declared.removalPolicy !== 'Retain') {
    throw new Error(`Ledger '${declared.name}' exists already: it was kept when this resource was removed earlier. To take it back, declare `
      + 'removalPolicy RETAIN (a later deployment may change it); to start afresh, delete the ledger first.');
  }
}
