/** A stream's physical id: `<ledger>/<stream id>/<fingerprint of what was asked for>`; the last lets an Update see whether a new stream is asked for. */
export interface JournalStreamId {
  readonly ledgerName: string;
  readonly streamId: string;
  readonly fingerprint: string;
}

export function formatStreamId(id: JournalStreamId): string {
  return [id.ledgerName, id.streamId, id.fingerprint].join('/');
}

/** Undefined for ids that no stream has: request ids and the framework's markers. */
export function parseStreamId(physicalResourceId: string | undefined): JournalStreamId | undefined {
  const parts = physicalResourceId?.split('/') ?? [];
  if (parts.length !== 3) {
    return undefined;
  }
  const [ledgerName, streamId, fingerprint] = parts;
  return { ledgerName, streamId, fingerprint };
}
