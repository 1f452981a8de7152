import { CreateLedgerCommand, GetBlockCommand, GetDigestCommand, GetRevisionCommand } from '@aws-sdk/client-qldb';
import { LocalService, startLocalService } from './local-service';
import { fieldOf, parseIon, type IonStruct } from '../../src/ion';
import { blockFromIon, proofFromIon, revisionFromIon, verifyBlock, verifyProof } from '../../src/journal';

let service: LocalService;
let documentId: string;
let documentAddress: string;

beforeAll(async () => {
  service = await startLocalService();
  await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL' }));
  const driver = service.driver('books');
  await driver.executeLambda(async transaction => { await transaction.execute('CREATE TABLE Entry'); });
  for (const amount of [1, 2, 3]) {
    const inserted = await driver.executeLambda(async transaction => transaction.execute('INSERT INTO Entry ?', { amount }));
    if (amount === 2) documentId = inserted.getResultList()[0]!.get('documentId')!.stringValue()!;
  }
  const committed = await driver.executeLambda(async transaction =>
    transaction.execute('SELECT blockAddress FROM _ql_committed_Entry WHERE metadata.id = ?', documentId));
  const address = committed.getResultList()[0]!.get('blockAddress')!;
  documentAddress = `{strandId:"${address.get('strandId')!.stringValue()}",sequenceNo:${address.get('sequenceNo')!.numberValue()}}`;
});
afterAll(async () => service.stop());

const digest = async () => service.qldb.send(new GetDigestCommand({ Name: 'books' }));
const sequenceNoOf = (text: string) => Number((fieldOf(parseIon(text) as IonStruct, 'sequenceNo') as { value: bigint }).value);
const addressAt = (sequenceNo: number) => documentAddress.replace(/sequenceNo:\d+/, `sequenceNo:${sequenceNo}`);

test('every block is sound and proven by the digest', async () => {
  const { Digest, DigestTipAddress } = await digest();
  expect(Digest).toHaveLength(32);
  const tip = sequenceNoOf(DigestTipAddress!.IonText!);
  expect(tip).toBeGreaterThanOrEqual(4);
  for (let sequenceNo = 0; sequenceNo <= tip; sequenceNo++) {
    const { Block, Proof } = await service.qldb.send(new GetBlockCommand({ Name: 'books', BlockAddress: { IonText: addressAt(sequenceNo) }, DigestTipAddress }));
    const block = blockFromIon(parseIon(Block!.IonText!));
    expect(verifyBlock(block)).toEqual([]);
    expect(verifyProof(block.blockHash, proofFromIon(parseIon(Proof!.IonText!)), Digest!)).toBe(true);
  }
});

test('a revision is proven by the digest, and no other hash is', async () => {
  const { Digest, DigestTipAddress } = await digest();
  const { Revision, Proof } = await service.qldb.send(new GetRevisionCommand({
    Name: 'books', BlockAddress: { IonText: documentAddress }, DocumentId: documentId, DigestTipAddress,
  }));
  const revision = revisionFromIon(parseIon(Revision!.IonText!));
  const proof = proofFromIon(parseIon(Proof!.IonText!));
  expect(verifyProof(revision.hash, proof, Digest!)).toBe(true);
  expect(verifyProof(Buffer.alloc(32, 1), proof, Digest!)).toBe(false);
});

test('without a digest tip there is no proof', async () => {
  const block = await service.qldb.send(new GetBlockCommand({ Name: 'books', BlockAddress: { IonText: documentAddress } }));
  expect(block.Block).toBeDefined();
  expect(block.Proof).toBeUndefined();
});

const ELSEWHERE = '{strandId:"AAAAAAAAAAAAAAAAAAAAAA",sequenceNo:0}';

test.each<[string, string | (() => string), string | (() => string) | undefined, string]>([
  ['Ion that cannot be parsed', '{', undefined, 'The provided Ion value is not valid and cannot be parsed.'],
  ['Ion that is no address', '7', undefined, 'The provided block address is not valid.'],
  ['an address of another strand', ELSEWHERE, undefined, 'The Strand ID of the provided block address is not valid.'],
  ['an address beyond the tip', () => addressAt(1_000), undefined, "is beyond the strand's latest committed record."],
  ['a tip of another strand', () => documentAddress, ELSEWHERE, 'must match the Strand ID of the provided digest tip address.'],
  ['a tip beyond the journal', () => documentAddress, () => addressAt(1_000), "is beyond the strand's latest committed record."],
  ['a tip older than the block', () => documentAddress, () => addressAt(0), 'must not be greater than the sequence number of the provided digest tip address.'],
])('%s is refused', async (_, block, tip, message) => {
  const text = (value: string | (() => string)) => ({ IonText: typeof value === 'string' ? value : value() });
  const command = new GetBlockCommand({ Name: 'books', BlockAddress: text(block), DigestTipAddress: tip === undefined ? undefined : text(tip) });
  await expect(service.qldb.send(command)).rejects.toMatchObject({
    name: 'InvalidParameterException', $metadata: { httpStatusCode: 400 }, message: expect.stringContaining(message),
  });
});

test('a document that the block does not hold is refused', async () => {
  const command = new GetRevisionCommand({ Name: 'books', BlockAddress: { IonText: addressAt(1) }, DocumentId: documentId });
  await expect(service.qldb.send(command)).rejects.toMatchObject({
    name: 'InvalidParameterException', message: 'The provided Document ID was not found in the block at the specified block address.',
  });
});

test('the digest of a missing ledger is not found', async () => {
  await expect(service.qldb.send(new GetDigestCommand({ Name: 'missing' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
