import { fieldOf, hashIon } from '../ion';
import type { Block, Revision } from './block';
import { blockAddressFromIon, InvalidBlock } from './block-ion';
import type { Redaction } from './build-block';

/** The revision without its data: the hash of the data takes their place, so that every hash above still holds. */
export function redactRevision(revision: Revision): Revision {
  const { data, ...rest } = revision;
  return data === undefined ? revision : { ...rest, dataHash: hashIon(data) };
}

/** The block with one document's revision redacted; a block without it stays as it is. */
export function redactBlock(block: Block, documentId: string): Block {
  if (block.revisions === undefined) return block;
  const revisions = block.revisions.map((revision) => {
    return revision.kind === 'document' && revision.metadata.id === documentId ? redactRevision(revision) : revision;
  });
  return { ...block, revisions };
}

/** The revisions that a block orders redacted. @throws InvalidBlock */
export function redactionsOf({ redactionInfo }: Block): Redaction[] {
  const revisions = redactionInfo && fieldOf(redactionInfo, 'revisions');
  if (revisions === undefined) return [];
  if (revisions.kind !== 'list') throw new InvalidBlock('redactionInfo.revisions', 'is not a list');
  return revisions.items.map((item, index) => {
    const path = `redactionInfo.revisions[${index}]`;
    if (item.kind !== 'struct') throw new InvalidBlock(path, 'is not a struct');
    const [address, tableId, documentId, version] = ['blockAddress', 'tableId', 'documentId', 'version'].map(name => fieldOf(item, name));
    if (address === undefined || tableId?.kind !== 'string' || documentId?.kind !== 'string' || version?.kind !== 'int') {
      throw new InvalidBlock(path, 'does not name blockAddress, tableId, documentId and version');
    }
    return {
      blockAddress: blockAddressFromIon(address, `${path}.blockAddress`),
      tableId: tableId.value,
      documentId: documentId.value,
      version: Number(version.value),
    };
  });
}
