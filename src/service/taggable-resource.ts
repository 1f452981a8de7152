import { invalidParameter, isReservedTagKey, LedgerError, type Account, type Engine, type TaggedPart } from '../engine';

/** A resource that tags can be put on, as its ARN names it. */
export type TaggableResource =
  | { readonly kind: 'ledger'; readonly ledgerName: string }
  | { readonly kind: 'stream'; readonly ledgerName: string; readonly streamId: string }
  | { readonly kind: 'part'; readonly ledgerName: string; readonly part: TaggedPart };

const LEDGER = /^ledger\/([A-Za-z0-9-]+)$/;
const STREAM = /^stream\/([A-Za-z0-9-]+)\/([A-Za-z0-9]+)$/;
const TABLE = /^ledger\/([A-Za-z0-9-]+)\/table\/([A-Za-z0-9]+)$/;
const CATALOG = /^ledger\/([A-Za-z0-9-]+)\/information_schema\/user_tables$/;

/** @throws LedgerError InvalidParameterException, and ResourceNotFoundException for the resource of another account or region */
export function taggableResource({ partition, region, accountId }: Account, resourceArn: string): TaggableResource {
  const [scheme, arnPartition, service, arnRegion, arnAccount, ...rest] = resourceArn.split(':');
  const resource = scheme === 'arn' && service === 'qldb' ? resourceOf(rest.join(':')) : undefined;
  if (!resource) {
    throw invalidParameter('ResourceArn', `${resourceArn} is not the ARN of a ledger (arn:...:ledger/name), of a table (arn:...:ledger/name/table/id), `
      + 'of a catalog (arn:...:ledger/name/information_schema/user_tables) or of a stream (arn:...:stream/ledger/id).');
  }
  if (arnPartition !== partition || arnRegion !== region || arnAccount !== accountId) {
    throw new LedgerError('ResourceNotFoundException', `The resource ${resourceArn} is not found: this service holds those of account ${accountId} in ${region}.`, {
      ResourceType: resource.kind === 'stream' ? 'Stream' : 'Ledger', ResourceName: resourceArn,
    });
  }
  return resource;
}

/** The ledger that the ARN of a taggable resource names, whoever's it is; undefined for other texts. */
export const ledgerOfArn = (resourceArn: string): string | undefined => resourceOf(resourceArn.split(':').slice(5).join(':'))?.ledgerName;

function resourceOf(path: string): TaggableResource | undefined {
  const [, ledgerName] = LEDGER.exec(path) ?? [];
  if (ledgerName !== undefined) return { kind: 'ledger', ledgerName };
  const [, streamLedger, streamId] = STREAM.exec(path) ?? [];
  if (streamLedger !== undefined) return { kind: 'stream', ledgerName: streamLedger, streamId: streamId! };
  const [, tableLedger, tableId] = TABLE.exec(path) ?? [];
  if (tableLedger !== undefined) return { kind: 'part', ledgerName: tableLedger, part: { tableId: tableId! } };
  const [, catalogLedger] = CATALOG.exec(path) ?? [];
  return catalogLedger === undefined ? undefined : { kind: 'part', ledgerName: catalogLedger, part: 'catalog' };
}

/** The tags that a resource has. @throws LedgerError ResourceNotFoundException */
export async function tagsOf(engine: Engine, resource: TaggableResource): Promise<Readonly<Record<string, string>>> {
  switch (resource.kind) {
    case 'ledger': return (await engine.ledgers.describe(resource.ledgerName)).tags;
    case 'stream': return (await engine.streams.describe(resource.ledgerName, resource.streamId)).tags;
    case 'part': return engine.tableTags.list(resource.ledgerName, resource.part);
  }
}

/** Keys that begin so belong to AWS. @throws LedgerError InvalidParameterException */
export function refuseReservedTagKeys(keys: readonly string[]): void {
  const reserved = keys.find(isReservedTagKey);
  if (reserved !== undefined) throw invalidParameter('Tags', `The tag key ${reserved} begins with aws:, which is reserved. Choose another key.`);
}
