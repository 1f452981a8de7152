import { invalidParameter, LedgerError, type Account } from '../engine';

/** A resource that tags can be put on, as its ARN names it. */
export type TaggableResource =
  | { readonly kind: 'ledger'; readonly ledgerName: string }
  | { readonly kind: 'stream'; readonly ledgerName: string; readonly streamId: string };

const RESOURCE = /^(?:ledger\/([A-Za-z0-9-]+)|stream\/([A-Za-z0-9-]+)\/([A-Za-z0-9]+))$/;
const PART_OF_LEDGER = /^ledger\/[A-Za-z0-9-]+\/(?:table\/[^/]+|information_schema\/user_tables)$/;

/** @throws LedgerError InvalidParameterException, and ResourceNotFoundException for the resource of another account or region */
export function taggableResource({ partition, region, accountId }: Account, resourceArn: string): TaggableResource {
  const [scheme, arnPartition, service, arnRegion, arnAccount, ...rest] = resourceArn.split(':');
  const resource = rest.join(':');
  if (scheme === 'arn' && service === 'qldb' && PART_OF_LEDGER.test(resource)) {
    throw invalidParameter('ResourceArn', `Tags on ${resourceArn} are not supported: this service keeps tags of ledgers and streams, not of tables.`);
  }
  const match = scheme === 'arn' && service === 'qldb' ? RESOURCE.exec(resource) : null;
  if (!match) {
    throw invalidParameter('ResourceArn', `${resourceArn} is not the ARN of a ledger (arn:...:ledger/name) or of a stream (arn:...:stream/ledger/id).`);
  }
  if (arnPartition !== partition || arnRegion !== region || arnAccount !== accountId) {
    throw new LedgerError('ResourceNotFoundException', `The resource ${resourceArn} is not found: this service holds those of account ${accountId} in ${region}.`, {
      ResourceType: match[1] === undefined ? 'Stream' : 'Ledger', ResourceName: resourceArn,
    });
  }
  const [, ledger, streamLedger, streamId] = match;
  return ledger === undefined
    ? { kind: 'stream', ledgerName: streamLedger!, streamId: streamId! }
    : { kind: 'ledger', ledgerName: ledger };
}

/** Keys that begin so belong to AWS. @throws LedgerError InvalidParameterException */
export function refuseReservedTagKeys(keys: readonly string[]): void {
  const reserved = keys.find(key => key.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined) throw invalidParameter('Tags', `The tag key ${reserved} begins with aws:, which is reserved. Choose another key.`);
}
