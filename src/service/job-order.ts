import type { Order } from './page';

interface Job { readonly id: string; readonly ledgerName: string; readonly createdMillis: number }

/** Jobs of one ledger or of several: by ledger, newest first. */
export function jobOrder(listing: string): Order<Job> {
  return {
    listing,
    types: ['string', 'number', 'string'],
    positionOf: ({ ledgerName, createdMillis, id }) => [ledgerName, createdMillis, id],
    compare: ([ledger = '', created = 0, id = ''], [otherLedger = '', otherCreated = 0, otherId = '']) =>
      compareTexts(ledger, otherLedger) || Number(otherCreated) - Number(created) || compareTexts(id, otherId),
  };
}

function compareTexts(one: string | number, other: string | number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
