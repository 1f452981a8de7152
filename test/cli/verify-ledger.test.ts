import { CreateLedgerCommand } from '@aws-sdk/client-qldb';
import { blockAfter, documentOf, variedJournal } from './generated-export';
import { runCli } from './run-cli';
import type { LiveJournal } from '../../src/cli/live-journal';
import { verifyLedger, type LedgerVerdict, type LedgerVerificationOptions } from '../../src/cli/verify-ledger';
import { merkleProof, merkleRoot, Unreadable, type Block } from '../../src/journal';
import { startLocalService, type LocalService } from '../service/local-service';

const hashesOf = (blocks: readonly Block[]): Uint8Array[] => blocks.map(({ blockHash }) => blockHash);

function journalOver(blocks: readonly Block[], told: Partial<Record<number, Block>> = {}): LiveJournal {
  return {
    digest: async () => ({ digest: merkleRoot(hashesOf(blocks)), tip: blocks.at(-1)!.blockAddress }),
    block: async sequenceNo => ({ block: told[sequenceNo] ?? blocks[sequenceNo], proof: merkleProof(hashesOf(blocks), sequenceNo) }),
  };
}

const verify = (journal: LiveJournal, options: LedgerVerificationOptions = {}): Promise<LedgerVerdict> => {
  return verifyLedger(journal, { strict: true, ...options }, () => undefined);
};

async function messagesOf(journal: LiveJournal, options?: LedgerVerificationOptions): Promise<string[]> {
  return (await verify(journal, options)).findings.map(({ message }) => message);
}

describe('a live journal', () => {
  const blocks = variedJournal();
  const other = blockAfter(blocks[1], [documentOf(20, 1)]);

  test('is sound when every block, link and proof is', async () => {
    expect(await verify(journalOver(blocks))).toEqual({
      strandId: blocks[0].blockAddress.strandId,
      tipSequenceNo: 4,
      digest: merkleRoot(hashesOf(blocks)),
      blockCount: 5,
      revisionCount: 5,
      hashOnlyRevisionCount: 0,
      unknownEntryCount: 0,
      findings: [],
      findingCount: 0,
    });
  });

  test('shows a block that is another one than the digest knows', async () => {
    expect(await messagesOf(journalOver(blocks, { 2: other }))).toEqual([
      'Block 2: its proof does not lead to the digest of block 4.',
      'Block 3: previousBlockHash is not the hash of the block before.',
      expect.stringContaining('The digest of the ledger\'s blocks is'),
    ]);
  });

  test('shows an answer with another block than the one asked for', async () => {
    expect(await messagesOf(journalOver(blocks, { 3: blocks[2] }))).toContain(
      `Block 3: the service answers with block 2 of strand ${blocks[0].blockAddress.strandId}.`,
    );
  });

  test('is compared with a digest that was taken earlier', async () => {
    const digest = merkleRoot(hashesOf(blocks.slice(0, 3)));
    expect(await messagesOf(journalOver(blocks), { expected: { digest, sequenceNo: 2 } })).toEqual([]);
    expect(await messagesOf(journalOver(blocks), { expected: { digest, sequenceNo: 1 } })).toEqual([expect.stringContaining('The blocks up to 1 lead to')]);
    expect(await messagesOf(journalOver(blocks.slice(0, 2)), { expected: { digest, sequenceNo: 2 } })).toEqual([
      expect.stringContaining('The digest was taken at block 2, but the last block is 1'),
    ]);
  });

  test('that fails to answer ends the walk, whatever is under way', async () => {
    const journal = journalOver(blocks);
    const failing: LiveJournal = {
      ...journal,
      block: async (sequenceNo, tip) => {
        if (sequenceNo >= 2) throw new Unreadable(`no block ${sequenceNo}`);
        return journal.block(sequenceNo, tip);
      },
    };
    await expect(verify(failing)).rejects.toThrow('no block 2');
  });
});

describe('verify ledger', () => {
  let service: LocalService;
  beforeAll(async () => {
    service = await startLocalService();
    await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'STANDARD' }));
    await service.driver('books').executeLambda(async (transaction) => {
      await transaction.execute('CREATE TABLE People');
    });
    for (let index = 0; index < 5; index++) {
      await service.driver('books').executeLambda(transaction => transaction.execute('INSERT INTO People ?', { index }));
    }
  });
  afterAll(() => service.stop());

  test('answers 0 for a ledger of the service, and prints its digest', async () => {
    const { code, stdout, stderr } = await runCli('verify', 'ledger', 'books', '--endpoint', service.url, '--strict', '--json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ ledgerName: 'books', blockCount: 7, revisionCount: 5, findingCount: 0, unknownEntryCount: 0 });
    expect(code).toBe(0);
  });

  test('answers 1 for a ledger that does not lead to the digest kept', async () => {
    const kept = Buffer.alloc(32, 1).toString('base64');
    const { code, stdout } = await runCli('verify', 'ledger', 'books', '--endpoint', service.url, '--digest', kept, '--tip', '3');
    expect(stdout).toContain('The blocks up to 3 lead to the digest');
    expect(stdout).toContain('TAMPERED WITH');
    expect(code).toBe(1);
  });

  test('answers 2 for a ledger or service that does not answer', async () => {
    expect(await runCli('verify', 'ledger', 'nothing', '--endpoint', service.url)).toMatchObject({ code: 2, stderr: expect.stringContaining('ResourceNotFoundException') });
    expect(await runCli('verify', 'ledger', 'books', '--endpoint', 'nowhere')).toMatchObject({ code: 2, stderr: expect.stringContaining('is not the URL of a ledger service') });
  });
});
