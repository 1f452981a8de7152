import { ConditionFailed, type Store } from '../store';
import { readCatalog, tableById } from './catalog';
import type { EngineContext } from './engine-context';
import { catalogTagsKey, tableTagsKey } from './keys';
import { LedgerError } from './ledger-error';
import { ledgerCheck, requireLedger } from './ledger-record';
import { catchUp } from './projection';
import { decodeRecord, encodeRecord } from './record';
import { withoutTags, withTags, type Tags } from './tags';

/** What of a ledger can be tagged besides the ledger itself: a table, dropped or not, or the view of all of them. */
export type TaggedPart = { readonly tableId: string } | 'catalog';

/**
 * Tags of tables and of the catalog. A table begins with those of its `CREATE TABLE`, which the journal keeps; what is changed afterwards
 * rests beside the journal, as all tags do, and takes the place of the beginning as a whole.
 */
export class TableTags {
  constructor(private readonly context: EngineContext) {}

  /** @throws LedgerError ResourceNotFoundException for the ledger or the table */
  async list(ledgerName: string, part: TaggedPart): Promise<Tags> {
    const { record } = await requireLedger(this.context.store, ledgerName);
    return (await this.read(ledgerName, record.strandId, part)).tags;
  }

  /** @throws LedgerError ResourceNotFoundException, InvalidParameterException */
  async tag(ledgerName: string, part: TaggedPart, tags: Tags): Promise<void> {
    await this.change(ledgerName, part, current => withTags(part === 'catalog' ? `The catalog of ledger ${ledgerName}` : `Table ${part.tableId}`, current, tags));
  }

  /** @throws LedgerError ResourceNotFoundException */
  async untag(ledgerName: string, part: TaggedPart, keys: readonly string[]): Promise<void> {
    await this.change(ledgerName, part, current => withoutTags(current, keys));
  }

  private async change(ledgerName: string, part: TaggedPart, change: (tags: Tags) => Tags): Promise<void> {
    const { store } = this.context;
    for (;;) {
      const ledger = await requireLedger(store, ledgerName);
      const { record } = ledger;
      const { tags, ordinal } = await this.read(ledgerName, record.strandId, part);
      const condition = ordinal === 0 ? { absent: true } as const : { ordinal };
      try {
        const value = encodeRecord({ tags: change(tags) });
        // Those left behind by a deletion would be there again once the journal is restored.
        await store.transact([{ put: keyOf(record.strandId, part), value, ordinal: ordinal + 1, if: condition }, ledgerCheck(ledger)]);
        return;
      } catch (error) {
        // Each failure means that another change succeeded, so the loop as a whole makes progress.
        if (!(error instanceof ConditionFailed)) throw error;
      }
    }
  }

  private async read(ledgerName: string, strandId: string, part: TaggedPart): Promise<{ readonly tags: Tags; readonly ordinal: number }> {
    const { store } = this.context;
    const beginning = part === 'catalog' ? {} : await tagsOfCreation(store, ledgerName, strandId, part.tableId);
    const item = await store.get(keyOf(strandId, part));
    return item ? { tags: decodeRecord<{ tags: Tags }>(item.value).tags, ordinal: item.ordinal } : { tags: beginning, ordinal: 0 };
  }
}

const keyOf = (strandId: string, part: TaggedPart) => part === 'catalog' ? catalogTagsKey(strandId) : tableTagsKey(strandId, part.tableId);

async function tagsOfCreation(store: Store, ledgerName: string, strandId: string, tableId: string): Promise<Tags> {
  await catchUp(store, strandId);
  const table = tableById(await readCatalog(store, strandId), tableId);
  if (!table) {
    throw new LedgerError('ResourceNotFoundException', `The Table with id ${tableId} of ledger ${ledgerName} is not found`, {
      ResourceType: 'Table', ResourceName: tableId,
    });
  }
  return table.tags ?? {};
}
