import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { arbitraryBlockContent } from './arbitrary-block';
import { parseIon } from '../../src/ion';
import {
  blockAddressFromIon, blockFromIon, buildBlock, GENESIS_PREVIOUS_HASH, merkleProof, merkleRoot, proofFromIon, revisionFromIon, revisionProof,
  verifyReceipt, type Block, type Receipt, type Revision,
} from '../../src/journal';

const vector = JSON.parse(readFileSync(join(__dirname, '..', 'vectors', '01-block-revision-digest.json'), 'utf8'));
const digest = new Uint8Array(Buffer.from(vector.getDigest.Digest, 'base64'));
const digestTip = blockAddressFromIon(parseIon(vector.getDigest.DigestTipAddress.IonText));

const blockReceipt: Receipt = {
  subject: { kind: 'block', block: blockFromIon(parseIon(vector.getBlock.response.Block.IonText)) },
  proof: proofFromIon(parseIon(vector.getBlock.response.Proof.IonText)),
  digest,
  digestTip,
};
const revision = revisionFromIon(parseIon(vector.getRevision.response.Revision.IonText));
const revisionReceipt: Receipt = {
  subject: { kind: 'revision', revision },
  proof: proofFromIon(parseIon(vector.getRevision.response.Proof.IonText)),
  digest,
  digestTip,
};

describe('a receipt of the real service', () => {
  test.each([['block', blockReceipt], ['revision', revisionReceipt]])('proves its %s', (_, receipt) => {
    expect(verifyReceipt(receipt)).toEqual([]);
  });

  test('shows a document that was changed', () => {
    const changed: Revision = { ...revision, data: { kind: 'struct', fields: [['VIN', { kind: 'string', value: 'other' }]] } };
    expect(verifyReceipt({ ...revisionReceipt, subject: { kind: 'revision', revision: changed } })).toEqual(['The revision does not hash to its hash field.']);
  });

  test('shows a block that was changed, and why', () => {
    const { block } = blockReceipt.subject as { block: Block };
    const subject = { kind: 'block' as const, block: { ...block, transactionInfo: parseIon('{statements:[],documents:{}}') as Block['transactionInfo'] } };
    expect(verifyReceipt({ ...blockReceipt, subject })).toEqual(['Block 100: the hash of transactionInfo is not in entriesHashList.']);
  });

  test('shows a request for something else', () => {
    expect(verifyReceipt({ ...revisionReceipt, blockAddress: { strandId: 'another', sequenceNo: 99 }, documentId: 'somebody' })).toEqual([
      'The revision names block 100 of strand KmA3ZZca7vAIiJAK9S5Iwl, but the receipt speaks of block 99 of strand another.',
      'The revision is of document JUJgkIcNbhS2goq8RqLuZ4, but the receipt speaks of document somebody.',
    ]);
  });

  test('shows a digest of another ledger, or taken at another block', () => {
    expect(verifyReceipt({ ...blockReceipt, digestTip: { ...digestTip, strandId: 'another' } })).toEqual([
      'The block is of strand KmA3ZZca7vAIiJAK9S5Iwl, but the digest of strand another.',
    ]);
    expect(verifyReceipt({ ...blockReceipt, proofTip: { ...digestTip, sequenceNo: 122 } })).toEqual([
      'The proof was asked for under block 122, but the digest was taken at block 123.',
    ]);
    expect(verifyReceipt({ ...blockReceipt, digestTip: { ...digestTip, sequenceNo: 99 } })).toEqual(['Block 100 is newer than block 99, the last one under the digest.']);
    expect(verifyReceipt({ ...blockReceipt, digestTip: { ...digestTip, sequenceNo: 1230 } })).toEqual(['A proof of 7 hashes does not fit block 100 under tip 1230.']);
  });

  test('does not take the digest itself for a revision', () => {
    expect(verifyReceipt({ subject: { kind: 'revisionHash', hash: digest }, proof: [], digest })).toEqual([
      'The proof of a revision holds at least the hash of the block before, but this one is empty.',
    ]);
  });
});

describe('receipts of any journal', () => {
  const arbitraryReceipts = (): fc.Arbitrary<Receipt[]> => fc.array(arbitraryBlockContent(), { minLength: 1, maxLength: 9 }).map((contents) => {
    const blocks: Block[] = [];
    for (const [sequenceNo, content] of contents.entries()) {
      const previousBlockHash = blocks.at(-1)?.blockHash ?? GENESIS_PREVIOUS_HASH;
      blocks.push(buildBlock({ ...content, strandId: contents[0]!.strandId, sequenceNo, previousBlockHash }));
    }
    const hashes = blocks.map(({ blockHash }) => blockHash);
    const common = { digest: merkleRoot(hashes), digestTip: blocks.at(-1)!.blockAddress };
    return blocks.flatMap((block, index): Receipt[] => {
      const proof = merkleProof(hashes, index);
      const revisions = (block.revisions ?? []) as Revision[];
      return [
        { ...common, subject: { kind: 'block', block }, proof },
        ...revisions.map((one): Receipt => ({ ...common, subject: { kind: 'revision', revision: one }, proof: revisionProof(block, one.metadata.id, proof) })),
      ];
    });
  });

  test('hold, and no more once a byte of proof, hash or digest flips or the block claims another number', () => {
    fc.assert(fc.property(arbitraryReceipts(), fc.nat(), fc.integer({ min: 1, max: 255 }), (receipts, position, flip) => {
      for (const receipt of receipts) {
        expect(verifyReceipt(receipt)).toEqual([]);
        const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => index === position % 32 ? byte ^ flip : byte);
        expect(verifyReceipt({ ...receipt, digest: flipped(receipt.digest) })).not.toEqual([]);
        if (receipt.proof.length > 0) {
          const proof = receipt.proof.map((hash, index) => index === position % receipt.proof.length ? flipped(hash) : hash);
          expect(verifyReceipt({ ...receipt, proof })).not.toEqual([]);
          expect(verifyReceipt({ ...receipt, proof: receipt.proof.slice(1) })).not.toEqual([]);
        }
        if (receipt.subject.kind !== 'revision') continue;
        const changed = { ...receipt.subject.revision, hash: flipped(receipt.subject.revision.hash) };
        expect(verifyReceipt({ ...receipt, subject: { kind: 'revision', revision: changed } })).not.toEqual([]);
      }
    }), { numRuns: 60 });
  });
});
