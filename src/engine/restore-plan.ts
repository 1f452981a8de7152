import { findExports, Unreadable, type ExportedJournalObject, type ExportSource } from '../journal';

/** The objects that together hold a whole journal, each for the blocks that no earlier one holds. */
export interface RestorePlan {
  readonly strandId: string;
  /** In journal order. */
  readonly objects: readonly ExportedJournalObject[];
  readonly lastSequenceNo: number;
}

/**
 * Finds the way through all finished exports of a place, from block 0 on. Exports may overlap; an object that adds nothing is left out.
 *
 * @throws Unreadable if they are of several ledgers, do not start at block 0, or leave a gap
 */
export async function planRestore(source: ExportSource): Promise<RestorePlan> {
  const exports = (await findExports(source)).filter(({ objects }) => objects.length > 0);
  const strandIds = [...new Set(exports.map(({ strandId }) => strandId))];
  if (strandIds.length === 0) throw new Unreadable(`The exports in ${source.name} hold no blocks: their windows are of a time when nothing was committed.`);
  if (strandIds.length > 1) {
    throw new Unreadable(`A ledger has one journal, but ${source.name} holds exports of ${strandIds.length} (${strandIds.join(', ')}). `
      + 'Name a place that holds those of one.');
  }
  const available = exports
    .flatMap(({ exportId, objects }) => objects.map(object => ({ exportId, object })))
    .sort((one, other) => one.object.firstSequenceNo - other.object.firstSequenceNo || other.object.lastSequenceNo - one.object.lastSequenceNo);
  const objects: ExportedJournalObject[] = [];
  let due = 0;
  let before: string | undefined;
  for (const { exportId, object } of available) {
    if (object.lastSequenceNo < due) continue;
    if (object.firstSequenceNo > due) {
      const missing = object.firstSequenceNo === due + 1 ? `Block ${due} is` : `Blocks ${due} to ${object.firstSequenceNo - 1} are`;
      throw new Unreadable(before === undefined
        ? `${missing} in none of the exports in ${source.name}: a ledger is restored from block 0 on. Add the export that holds its beginning.`
        : `${missing} in none of the exports: between ${before} and ${exportId}. Add the export that holds what is missing.`);
    }
    objects.push(object);
    due = object.lastSequenceNo + 1;
    before = exportId;
  }
  return { strandId: strandIds[0], objects, lastSequenceNo: due - 1 };
}
