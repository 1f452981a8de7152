import * as fc from 'fast-check';
import { Block, BlockContent, buildBlock, ChangedDocument, statementDigest, uniqueId, type RevisionMetadata } from '../../src/journal';
import { arbitraryDocument } from '../ion/arbitrary-ion';

export const arbitraryUniqueId = (): fc.Arbitrary<string> => fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uniqueId);

export const arbitraryHash = (): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: 32, maxLength: 32 });

const arbitraryChange = (): fc.Arbitrary<ChangedDocument> => fc.record({
  documentId: arbitraryUniqueId(),
  tableName: fc.constantFrom('Vehicle', 'Person'),
  tableId: arbitraryUniqueId(),
  statementIndexes: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }),
  version: fc.integer({ min: 0, max: 1000 }),
  data: arbitraryDocument(),
}, { requiredKeys: ['documentId', 'tableName', 'tableId', 'statementIndexes', 'version'] });

/** The content of a block: no to five documents, some deleted, some redactions. */
export const arbitraryBlockContent = (): fc.Arbitrary<BlockContent> => fc.record({
  strandId: arbitraryUniqueId(),
  sequenceNo: fc.nat(1000),
  previousBlockHash: arbitraryHash(),
  transactionId: arbitraryUniqueId(),
  blockTimestampMillis: fc.integer({ min: 1568662625360, max: 2000000000000 }),
  txTimeMillis: fc.integer({ min: 1568662625360, max: 2000000000000 }),
  statements: fc.array(fc.string({ maxLength: 30 }).map((statement) => {
    return { statement, startTimeMillis: 1568662625302, statementDigest: statementDigest(statement) };
  }), { minLength: 1, maxLength: 3 }),
  documents: fc.uniqueArray(arbitraryChange(), { selector: ({ documentId }) => documentId, maxLength: 5 }),
  redactions: fc.array(fc.record({
    blockAddress: fc.record({ strandId: arbitraryUniqueId(), sequenceNo: fc.nat(100) }),
    tableId: arbitraryUniqueId(),
    documentId: arbitraryUniqueId(),
    version: fc.nat(5),
  }), { maxLength: 1 }),
});

/** A block with true hashes. */
export const arbitraryBlock = (): fc.Arbitrary<Block> => arbitraryBlockContent().map(buildBlock);

/** The block with everything that is made of it only when somebody looks. */
export const spelledOut = ({ revisions, ...block }: Block): Block => ({
  ...block,
  ...revisions && {
    revisions: revisions.map(revision => revision.kind === 'document' ? { ...revision, metadata: { ...membersOf(revision.metadata), ion: revision.metadata.ion } } : revision),
  },
});

const membersOf = ({ id, version, txTimeMillis, txId }: RevisionMetadata): Omit<RevisionMetadata, 'ion'> => ({ id, version, txTimeMillis, txId });
