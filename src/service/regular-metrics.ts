import type { Engine } from '../engine';
import { journalStorageEvent, streamHealthEvent } from './ledger-metrics';
import type { ServiceLog } from './service-log';

const PAGE_SIZE = 100;

/**
 * Tells how large the journal of every ledger is, and of every stream that has not ended whether it is impaired. Stops at the deadline: the next look
 * begins anew.
 */
export async function tellRegularMetrics(engine: Engine, log: ServiceLog, clock: () => number, deadlineMillis: number): Promise<void> {
  for (let afterName: string | undefined; ;) {
    const { ledgers, more } = await engine.ledgers.list(PAGE_SIZE, afterName);
    for (const ledger of ledgers) {
      const { name, state } = ledger;
      if (clock() >= deadlineMillis) return;
      if (state !== 'ACTIVE') continue;
      const journalBytes = await engine.ledgers.journalBytes(ledger);
      if (journalBytes !== undefined) log(journalStorageEvent(clock(), name, journalBytes));
      for (const { id, status } of await engine.streams.listForLedger(name)) {
        if (status === 'ACTIVE' || status === 'IMPAIRED') log(streamHealthEvent(clock(), name, id, status === 'IMPAIRED'));
      }
    }
    if (!more) return;
    afterName = ledgers.at(-1)!.name;
  }
}
