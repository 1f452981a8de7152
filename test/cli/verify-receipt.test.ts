import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { runCli } from './run-cli';
import { receiptsIn } from '../../src/cli/receipt-file';
import { encodeIon, parseIon, printIon } from '../../src/ion';
import { verifyReceipt } from '../../src/journal';

const vectors = path.join(__dirname, '..', 'vectors');
const RECEIPTS = path.join(vectors, '02-revision-receipts.json');
const ANSWERS = path.join(vectors, '01-block-revision-digest.json');

let answers: any;
let folder: string;
beforeAll(async () => {
  answers = JSON.parse(await readFile(ANSWERS, 'utf8'));
  folder = await mkdtemp(path.join(tmpdir(), 'cdk-ledger-receipts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value, undefined, 4));

describe('a receipt is read from', () => {
  test('receipts with hash, proof and digest', async () => {
    const receipts = receiptsIn([await readFile(RECEIPTS)]);
    const common = { subject: { kind: 'revisionHash' }, documentId: 'G3Oi84WQpSA3ppyitpjObh' };
    expect(receipts).toMatchObject([
      { ...common, blockAddress: { sequenceNo: 19 }, digestTip: { sequenceNo: 35 } },
      { ...common, blockAddress: { sequenceNo: 30 }, digestTip: { sequenceNo: 38 } },
    ]);
    expect(receipts.flatMap(verifyReceipt)).toEqual([]);
  });

  test('a record of requests and answers', async () => {
    const receipts = receiptsIn([await readFile(ANSWERS)]);
    expect(receipts.map(({ subject }) => subject.kind)).toEqual(['block', 'revision']);
    expect(receipts.flatMap(verifyReceipt)).toEqual([]);
  });

  test.each(['getBlock', 'getRevision'])('the answers of %s and GetDigest, as the AWS CLI prints them into a file each', (operation) => {
    const [receipt, ...more] = receiptsIn([json(answers[operation].response), json(answers.getDigest)]);
    expect(more).toEqual([]);
    expect(verifyReceipt(receipt)).toEqual([]);
    expect(receipt.digestTip).toEqual({ strandId: 'KmA3ZZca7vAIiJAK9S5Iwl', sequenceNo: 123 });
  });

  test('one answer and a digest given by itself', () => {
    const digest = new Uint8Array(Buffer.from(answers.getDigest.Digest, 'base64'));
    expect(receiptsIn([json(answers.getRevision.response)], digest).flatMap(verifyReceipt)).toEqual([]);
  });

  test('an Ion struct, text or binary', () => {
    const { Revision, Proof } = answers.getRevision.response;
    const text = `{revision:${Revision.IonText},proof:${Proof.IonText},digest:{{${answers.getDigest.Digest}}},`
      + `digestTipAddress:${answers.getDigest.DigestTipAddress.IonText}}`;
    for (const bytes of [Buffer.from(text), Buffer.from(printIon(parseIon(text), { pretty: true })), encodeIon(parseIon(text))]) {
      expect(receiptsIn([bytes]).flatMap(verifyReceipt)).toEqual([]);
    }
  });

  test('a digest saved by the console, and a proof in base64', () => {
    const saved = `{digest:"${answers.getDigest.Digest}",digestTipAddress:${answers.getDigest.DigestTipAddress.IonText},ledger:"l",date:2019-09-17T00:00:00Z}`;
    const proof = [...answers.getBlock.response.Proof.IonText.matchAll(/\{\{(.*?)\}\}/g)].map(([, hash]: string[]) => hash);
    const receipt = { block: answers.getBlock.response.Block, proof };
    expect(receiptsIn([json(receipt), Buffer.from(saved)]).flatMap(verifyReceipt)).toEqual([]);
  });
});

describe('a receipt is not read from', () => {
  test('a document that looks like one', () => {
    const revision = parseIon(answers.getRevision.response.Revision.IonText);
    expect(() => receiptsIn([Buffer.from(`{revision:${printIon(revision)},digest:"${answers.getDigest.Digest}"}`)])).toThrow('There is no receipt');
  });

  test('an answer without a digest, or with several', () => {
    expect(() => receiptsIn([json(answers.getBlock.response)])).toThrow('There is no digest: name the file');
    const other = { Digest: Buffer.alloc(32).toString('base64') };
    expect(() => receiptsIn([json(answers.getBlock.response), json(answers.getDigest), json(other)])).toThrow('There are 2 digests');
  });

  test.each([['{', 'text ends|needs a field'], ['{proof:[1],hash:"AA=="}', 'hash must be 32 bytes'], ['{proof:[1],block:{}}', 'block.blockAddress is missing']])('%s', (text, problem) => {
    expect(() => receiptsIn([Buffer.from(text)])).toThrow(new RegExp(`This is no receipt: .*(${problem})`));
  });
});

describe('verify receipt', () => {
  test('answers 0 for receipts of the real service', async () => {
    expect(await runCli('verify', 'receipt', RECEIPTS)).toMatchObject({ code: 0, stdout: expect.stringContaining('VALID') });
    const { code, stdout } = await runCli('verify', 'receipt', ANSWERS, '--json', '--digest', answers.getDigest.Digest);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ proves: 'block', findings: [], digest: answers.getDigest.Digest }),
      expect.objectContaining({ proves: 'revision', findings: [], documentId: 'JUJgkIcNbhS2goq8RqLuZ4' }),
    ]);
    expect(code).toBe(0);
  });

  test('answers 1 for a document that was changed, and for another digest', async () => {
    const file = path.join(folder, 'changed.json');
    await writeFile(file, JSON.stringify(answers).replaceAll('Everett', 'Seattle'));
    const { code, stdout } = await runCli('verify', 'receipt', file);
    expect(stdout).toContain('The revision does not hash to its hash field.');
    expect(code).toBe(1);
    const other = Buffer.alloc(32, 1).toString('base64');
    expect(await runCli('verify', 'receipt', ANSWERS, '--digest', other)).toMatchObject({ code: 1, stdout: expect.stringContaining(`not the expected ${other}`) });
  });

  test('answers 2 for what is no receipt or no file', async () => {
    const file = path.join(folder, 'none.json');
    await writeFile(file, '{}');
    expect(await runCli('verify', 'receipt', file)).toMatchObject({ code: 2, stderr: expect.stringContaining('UNREADABLE There is no receipt') });
    expect(await runCli('verify', 'receipt', path.join(folder, 'nothing'))).toMatchObject({ code: 2, stderr: expect.stringContaining('Cannot read') });
  });
});
