import { blockProof, digest, isUniqueId, revisionProof, type Block, type BlockAddress, type Revision } from '../journal';
import { parseBlockAddress } from './block-address-text';
import { documentRevisions } from './block-documents';
import type { EngineContext } from './engine-context';
import { readHead, type JournalHead } from './journal-head';
import { readBlock, readNode } from './journal-store';
import { LedgerError } from './ledger-error';
import { requireActiveLedger } from './ledger-record';

const refused = (message: string): LedgerError => new LedgerError('InvalidParameterException', message);

/** Digest, blocks and revisions with their proofs. Addresses arrive as Ion text. */
export class Proofs {
  constructor(private readonly context: EngineContext) {}

  async getDigest(ledgerName: string): Promise<{ digest: Uint8Array; tip: BlockAddress }> {
    const { strandId, head } = await this.journal(ledgerName);
    return {
      digest: await digest(head.sequenceNo + 1, readNode(this.context.store, strandId)),
      tip: { strandId, sequenceNo: head.sequenceNo },
    };
  }

  async getBlock(ledgerName: string, addressText: string, tipText?: string): Promise<{ block: Block; proof?: Uint8Array[] }> {
    const { strandId, head } = await this.journal(ledgerName);
    const address = blockAddress(addressText, strandId, head);
    const block = await this.block(address);
    const tip = tipText === undefined ? undefined : digestTip(tipText, address, strandId, head);
    return { block, proof: tip && await blockProof(address.sequenceNo, tip.sequenceNo + 1, readNode(this.context.store, strandId)) };
  }

  async getRevision(
    ledgerName: string, addressText: string, documentId: string, tipText?: string,
  ): Promise<{ revision: Revision; proof?: Uint8Array[] }> {
    const { block, proof } = await this.getBlock(ledgerName, addressText, tipText);
    const revision = isUniqueId(documentId) ? documentRevisions(block).find(({ metadata }) => metadata.id === documentId) : undefined;
    if (!revision) throw refused('The provided Document ID was not found in the block at the specified block address.');
    return { revision, proof: proof && revisionProof(block, documentId, proof) };
  }

  private async journal(ledgerName: string): Promise<{ strandId: string; head: JournalHead }> {
    const { record: { strandId } } = await requireActiveLedger(this.context.store, ledgerName);
    return { strandId, head: await readHead(this.context.store, strandId) };
  }

  private async block({ strandId, sequenceNo }: BlockAddress): Promise<Block> {
    const block = await readBlock(this.context.store, strandId, sequenceNo);
    if (!block) throw new Error(`Block ${sequenceNo} of journal ${strandId} is missing: the store is damaged.`);
    return block;
  }
}

function blockAddress(text: string, strandId: string, head: JournalHead): BlockAddress {
  const address = parseBlockAddress(text);
  if (address.strandId !== strandId) throw refused('The Strand ID of the provided block address is not valid.');
  if (address.sequenceNo > head.sequenceNo) {
    throw refused("The sequence number of the provided block address is beyond the strand's latest committed record.");
  }
  return address;
}

function digestTip(text: string, address: BlockAddress, strandId: string, head: JournalHead): BlockAddress {
  const tip = parseBlockAddress(text);
  if (tip.strandId !== strandId) {
    throw refused('The Strand ID of the provided block address must match the Strand ID of the provided digest tip address.');
  }
  if (tip.sequenceNo > head.sequenceNo) {
    throw refused("The sequence number of the provided digest tip address is beyond the strand's latest committed record.");
  }
  if (address.sequenceNo > tip.sequenceNo) {
    throw refused('The sequence number of the provided block address must not be greater than the sequence number of the provided digest tip address.');
  }
  return tip;
}
