import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldOf, hashIon, IonStruct, IonValue, parseIon, printIon } from '../../src/ion';
import {
  blockAddressFromIon, blockFromIon, blockToIon, dot, foldStatement, hashOfBlock, isUniqueId, merkleRoot, proofFromIon, revisionFromIon,
  revisionHash, revisionProof, revisionToIon, startDigest, statementDigest, verifyBlock, verifyProof,
} from '../../src/journal';

const read = (name: string): string => readFileSync(join(__dirname, '..', 'vectors', name), 'utf8');
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const base64 = (hash: Uint8Array): string => Buffer.from(hash).toString('base64');
const proofOf = (text: string): Uint8Array[] => proofFromIon(parseIon(text));

function path(value: IonValue, ...names: readonly string[]): IonValue {
  return names.reduce<IonValue>((inner, name) => fieldOf(inner as IonStruct, name)!, value);
}

describe('a block of the real service', () => {
  const vector = JSON.parse(read('01-block-revision-digest.json'));
  const digest = bytes(vector.getDigest.Digest);
  const blockText: string = vector.getBlock.response.Block.IonText;
  const block = blockFromIon(parseIon(blockText));
  const blockProof = proofOf(vector.getBlock.response.Proof.IonText);

  test('is sound', () => {
    expect(verifyBlock(block)).toEqual([]);
  });

  test('prints exactly as the service printed it', () => {
    expect(printIon(blockToIon(block))).toBe(blockText);
  });

  test('is proven by its proof', () => {
    expect(verifyProof(block.blockHash, blockProof, digest)).toBe(true);
    expect(base64(blockProof[0]!)).toBe(vector.derived.block101Hash);
  });

  test('holds the revision that GetRevision answers', () => {
    const revision = parseIon(vector.getRevision.response.Revision.IonText);
    expect(revisionToIon(block.revisions![0]!)).toEqual(revision);
    const { hash, ...content } = revisionFromIon(revision);
    expect(revisionHash(content)).toEqual(hash);
  });

  test('leads to the very revision proof that the service gave', () => {
    const proof = proofOf(vector.getRevision.response.Proof.IonText);
    expect(revisionProof(block, vector.getRevision.request.DocumentId, blockProof)).toEqual(proof);
    expect(verifyProof(block.revisions![0]!.hash, proof, digest)).toBe(true);
  });

  test('has a statement digest that is the hash of the statement', () => {
    const statements = fieldOf(block.transactionInfo!, 'statements')!;
    const [statement] = statements.kind === 'list' ? statements.items : [];
    const text = path(statement!, 'statement');
    expect(text.kind === 'string' && statementDigest(text.value)).toEqual((path(statement!, 'statementDigest') as { value: Uint8Array }).value);
  });
});

describe.each<any>(JSON.parse(read('02-revision-receipts.json')))('the receipt of $BlockAddress.IonText', (receipt) => {
  const proof = proofOf(receipt.Proof.IonText);

  test('leads from the revision to the digest', () => {
    expect(verifyProof(bytes(receipt.RevisionHash), proof, bytes(receipt.LedgerDigest.Digest))).toBe(true);
  });

  test('leads past the hashes of its block', () => {
    const { entriesSiblings, blockTreeSiblings, entriesHash, previousBlockHash, blockHash } = receipt.derived;
    const entries = proof.slice(0, entriesSiblings).reduce(dot, bytes(receipt.RevisionHash));
    expect(base64(entries)).toBe(entriesHash);
    expect(base64(proof[entriesSiblings]!)).toBe(previousBlockHash);
    expect(base64(hashOfBlock({ entriesHash: entries, previousBlockHash: proof[entriesSiblings]! }))).toBe(blockHash);
    expect(proof).toHaveLength(entriesSiblings + 1 + blockTreeSiblings);
  });

  test('shows a wrong digest to be wrong', () => {
    const digest = bytes(receipt.LedgerDigest.Digest);
    digest[5]! ^= 1;
    expect(verifyProof(bytes(receipt.RevisionHash), proof, digest)).toBe(false);
  });

  test('names addresses that read back', () => {
    expect(blockAddressFromIon(parseIon(receipt.BlockAddress.IonText)).sequenceNo).toBeLessThan(31);
  });
});

describe('the stream records of a block', () => {
  const { fields } = path(parseIon(read('03-stream-block-summary.ion')), 'payload') as IonStruct;
  const summaries = fields.find(([name]) => name === 'revisionSummaries')![1];
  const revision = revisionFromIon(path(parseIon(read('03-stream-revision-details.ion')), 'payload', 'revision'));
  const block = {
    ...blockFromIon({ kind: 'struct', fields: fields.filter(([name]) => name !== 'revisionSummaries') }),
    revisions: [revision],
  };

  test('make up a sound block', () => {
    expect(verifyBlock(block)).toEqual([]);
  });

  test('agree on the hash of the revision', () => {
    const summary = summaries.kind === 'list' ? summaries.items[0]! : summaries;
    expect(path(summary, 'hash')).toEqual({ kind: 'blob', value: revision.hash });
  });

  test('carry well-formed unique ids', () => {
    expect([block.blockAddress.strandId, block.transactionId, revision.metadata.id].every(isUniqueId)).toBe(true);
  });
});

describe('digests in the developer guide', () => {
  const vector = JSON.parse(read('05-statement-digests.json'));

  test.each<{ statement: string; statementDigest: string }>(vector.statementsWithoutParameters)('$statement', (statement) => {
    expect(base64(statementDigest(statement.statement))).toBe(statement.statementDigest);
  });

  test('the header of a block adds up', () => {
    const { entriesHashList, entriesHash, previousBlockHash, blockHash } = vector.headerOnlyBlock;
    expect(base64(merkleRoot(entriesHashList.map(bytes)))).toBe(entriesHash);
    expect(base64(hashOfBlock({ entriesHash: bytes(entriesHash), previousBlockHash: bytes(previousBlockHash) }))).toBe(blockHash);
  });

  test('parameters change a statement digest', () => {
    const [{ statement, plainStringHash }] = vector.parameterized;
    expect(base64(statementDigest(statement))).toBe(plainStringHash);
    expect(base64(statementDigest(statement, [parseIon('{VIN:"x"}')]))).not.toBe(plainStringHash);
  });
});

test('a commit digest equals that of the drivers, step by step', () => {
  const vector = JSON.parse(read('06-commit-digest-computed.json'));
  const [start, ...statements] = vector.steps;
  let digest = startDigest(vector.transactionId);
  expect(base64(digest)).toBe(start.txIdHash);
  for (const { statement, parameters, statementHash, runningDigest } of statements) {
    const digestOfStatement = statementDigest(statement, parameters.map(parseIon));
    expect(base64(digestOfStatement)).toBe(statementHash);
    digest = foldStatement(digest, digestOfStatement);
    expect(base64(digest)).toBe(runningDigest);
  }
  expect(base64(digest)).toBe(vector.commitDigest);
});

test('dot of two hashes equals that of the Java and Rust drivers', () => {
  const sha256 = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest());
  expect(Buffer.from(dot(sha256('1'), sha256('2'))).toString('hex')).toBe('940ed9abddfb5ef28004408546bc5043cda391232b6afe07267f9f8ed2b500c9');
});

test('the hash of a document does not depend on how it is written', () => {
  expect(hashIon(parseIon('{a:1,b:[2017-08-21T]}'))).toEqual(hashIon(parseIon('{ b: [ 2017-08-21 ], a: 0x1 }')));
});
