import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { advance, everything, exported, restored, STANDARD_LEDGER, type Objects } from './restore-fixture';
import { verifyExports } from '../../src/cli/verify-export';
import { parseIon, printIon } from '../../src/ion';
import { revisionToIon, sameHash, verifyProof, type Revision } from '../../src/journal';
import { memoryStore } from '../../src/store';
import { exportOf, memorySource, variedJournal } from '../cli/generated-export';

async function busyLedger() {
  const fixture = engineFixture();
  const { engine } = fixture;
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  await execute(engine, 'CREATE INDEX ON People (email)');
  for (let index = 0; index < 130; index++) await execute(engine, 'INSERT INTO People ?', `{email:"${index % 70}@x.org",n:${index}}`);
  await execute(engine, 'CREATE INDEX ON People (n)');
  for (let index = 0; index < 5; index++) await execute(engine, 'UPDATE People SET email = ? WHERE n = 7', `"moved-${index}@x.org"`);
  await execute(engine, 'DELETE FROM People WHERE n IN (4, 5)');
  await execute(engine, 'CREATE TABLE Orders');
  await execute(engine, 'INSERT INTO Orders << {\'a\': 1}, {\'a\': 2} >>');
  await execute(engine, 'CREATE TABLE Late');
  await execute(engine, 'DROP TABLE Late');
  return { ...fixture, strandId };
}

const addressOf = ({ blockAddress: { strandId, sequenceNo } }: Pick<Revision, 'blockAddress'>): string => `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`;

describe.each(['ION_BINARY', 'ION_TEXT'] as const)('a ledger restored from an export in %s', (format) => {
  test('has the digest, the tables, the documents and the history of the old one', async () => {
    const old = await busyLedger();
    const objects = await exported(old, format);
    const digest = await old.engine.proofs.getDigest('books');
    const { engine, job } = await restored(objects, { digest: digest.digest, sequenceNo: digest.tip.sequenceNo });
    expect(job).toMatchObject({ status: 'COMPLETED', lastSequenceNo: digest.tip.sequenceNo, notes: [], digest: Buffer.from(digest.digest).toString('base64') });
    expect(await engine.proofs.getDigest('books')).toEqual(digest);
    expect(await everything(engine)).toEqual(await everything(old.engine));
    expect(await execute(engine, 'SELECT VALUE n FROM People WHERE email = ?', '"moved-4@x.org"')).toEqual([7]);
    expect(await execute(engine, 'SELECT VALUE n FROM People WHERE email = ?', '"moved-3@x.org"')).toEqual([]);
  });
});

describe('a restored ledger', () => {
  test('answers the receipts of the old one', async () => {
    const old = await busyLedger();
    const { digest, tip } = await old.engine.proofs.getDigest('books');
    const { engine } = await restored(await exported(old));
    const tipText = addressOf({ blockAddress: tip });
    const rows = await execute(old.engine, 'SELECT blockAddress, metadata FROM history(People)') as unknown as Revision[];
    for (const { blockAddress, metadata } of rows.slice(0, 20)) {
      const [one, other] = await Promise.all([old.engine, engine].map(async each =>
        each.proofs.getRevision('books', addressOf({ blockAddress }), metadata.id, tipText)));
      expect(printIon(revisionToIon(other.revision))).toBe(printIon(revisionToIon(one.revision)));
      expect(other.proof).toEqual(one.proof);
      expect(verifyProof(other.revision.hash, other.proof!, digest)).toBe(true);
    }
  });

  test('is as old as its first block, protected as asked for, and takes transactions on top of the old chain', async () => {
    const old = await busyLedger();
    const { digest, tip } = await old.engine.proofs.getDigest('books');
    const fixture = await restored(await exported(old));
    const { engine } = fixture;
    const { block: first } = await engine.proofs.getBlock('books', addressOf({ blockAddress: { ...tip, sequenceNo: 0 } }));
    expect(await engine.ledgers.describe('books')).toMatchObject({
      state: 'ACTIVE', strandId: old.strandId, creationMillis: first.blockTimestampMillis, deletionProtection: true,
    });
    await execute(engine, 'UPDATE People SET email = \'new@x.org\' WHERE n = 7');
    await execute(engine, 'INSERT INTO Orders ?', '{a:3}');
    expect(await execute(engine, 'SELECT VALUE metadata.version FROM history(People) WHERE data.n = 7')).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const now = await engine.proofs.getDigest('books');
    expect(now.tip.sequenceNo).toBe(tip.sequenceNo + 2);

    const again = await exported(fixture);
    const verdict = await verifyExports(memorySource(again), { expected: { digest, sequenceNo: tip.sequenceNo }, strict: true }, () => undefined);
    expect(verdict.strands).toEqual([expect.objectContaining({ digest: now.digest, digestSequenceNo: now.tip.sequenceNo, findingCount: 0 })]);
    expect(verdict.exports).toEqual([expect.objectContaining({ findingCount: 0 })]);
    expect(await everything((await restored(again)).engine)).toEqual(await everything(engine));
  });

  test('keeps what was redacted redacted, and redacts what an export still holds though the journal orders it gone', async () => {
    const old = await busyLedger();
    const before = await exported(old);
    await execute(old.engine, 'CREATE TABLE Ids');
    const [{ blockAddress, id }] = await execute(old.engine,
      'SELECT blockAddress, metadata.id FROM history(People) WHERE data.n = 7 AND metadata.version = 0') as { blockAddress: unknown; id: string }[];
    const [{ tableId }] = await execute(old.engine, 'SELECT tableId FROM information_schema.user_tables WHERE name = \'People\'') as { tableId: string }[];
    await execute(old.engine, 'EXEC REDACT_REVISION ?, ?, ?', printIon(parseIon(JSON.stringify(blockAddress))), `"${tableId}"`, `"${id}"`);
    const after = await exported(old);
    for (const objects of [after, new Map([...before, ...after])]) {
      const { engine } = await restored(objects);
      expect(await engine.proofs.getDigest('books')).toEqual(await old.engine.proofs.getDigest('books'));
      expect(await everything(engine)).toEqual(await everything(old.engine));
    }
  });

  test('may come from several exports that meet or overlap', async () => {
    const old = await busyLedger();
    const first = await exported(old);
    for (let index = 0; index < 3; index++) await execute(old.engine, 'INSERT INTO Orders ?', `{a:${10 + index}}`);
    const whole = await exported(old);
    const { engine } = await restored(new Map([...first, ...whole]));
    expect(await engine.proofs.getDigest('books')).toEqual(await old.engine.proofs.getDigest('books'));
  });

  test('may come from JSON only if every hash can be recomputed from it', async () => {
    const old = await busyLedger();
    const { engine } = await restored(await exported(old, 'JSON'));
    expect(await everything(engine)).toEqual(await everything(old.engine));
    await execute(old.engine, 'INSERT INTO Orders ?', '{day:2020-01-01T}');
    const { job } = await restored(await exported(old, 'JSON'));
    expect(job).toMatchObject({ status: 'FAILED', refusal: { outcome: 'INCOMPLETE', findings: [expect.stringMatching(/Ion types JSON does not tell.*ION_BINARY or ION_TEXT/)] } });
  });

  test('holds blocks that need more than one write', async () => {
    const old = engineFixture();
    await newLedger(old.engine);
    await execute(old.engine, 'CREATE TABLE Wide');
    for (const field of ['a', 'b', 'c', 'd', 'e']) await execute(old.engine, `CREATE INDEX ON Wide (${field})`);
    const wide = Array.from({ length: 40 }, (_, index) => `{a:${index},b:${index},c:${index},d:${index},e:${index},text:"${'x'.repeat(90_000)}"}`);
    await execute(old.engine, 'INSERT INTO Wide ?', `[${wide.join(',')}]`);
    await execute(old.engine, 'UPDATE Wide SET a = 1 WHERE a IN (3, 4)');
    const { engine } = await restored(await exported(old));
    expect(await everything(engine)).toEqual(await everything(old.engine));
    expect(await execute(engine, 'SELECT VALUE b FROM Wide WHERE a = 1')).toHaveLength(3);
  });
});

describe('a restore', () => {
  test('that is interrupted again and again goes on where it was, and shows no ledger before its end', async () => {
    const old = await busyLedger();
    const objects = await exported(old);
    const store = memoryStore();
    const begun = engineFixture({ store });
    await begun.engine.restores.start({ ledger: { ...STANDARD_LEDGER, name: 'books' }, origin: { kind: 'command-line', location: '' } }, memorySource(objects));
    const counts: number[] = [];
    for (let ended = false; !ended;) {
      const { engine, time } = engineFixture({ store });
      await expect(begin(engine)).rejects.toThrow(/is not found/);
      ended = (await advance(engine, objects, time.millis + 30)).endedMillis !== undefined;
      counts.push((await engine.restores.describe('books')).restoredBlockCount);
    }
    expect(counts.length).toBeGreaterThan(3);
    expect(counts).toEqual([...new Set(counts)].sort((one, other) => one - other));
    expect(await everything(begun.engine)).toEqual(await everything(old.engine));
  });

  test('can be given up by deleting the ledger, protected or not, and then begun anew', async () => {
    const old = await busyLedger();
    const objects = await exported(old);
    const { engine, store, time } = engineFixture();
    const request = { ledger: { ...STANDARD_LEDGER, name: 'books' }, origin: { kind: 'command-line', location: '' } } as const;
    const { journalStrandId } = await engine.restores.start(request, memorySource(objects));
    await advance(engine, objects, time.millis + 50);
    await engine.ledgers.delete('books');
    expect((await engine.restores.describe('books')).job.status).toBe('CANCELLED');
    await expect(engine.restores.start(request, memorySource(objects))).rejects.toThrow(/still being deleted/);
    await engine.worker('purger', () => undefined).run(journalStrandId, Infinity);
    const left: string[] = [];
    for (const partition of [journalStrandId, `${journalStrandId}/block`, `${journalStrandId}/node`, `restore/books/${(await engine.restores.describe('books')).job.id}`]) {
      for await (const { key } of store.query(partition)) left.push(key.sort);
    }
    expect(left).toEqual([]);
    await engine.restores.start(request, memorySource(objects));
    expect((await advance(engine, objects)).status).toBe('COMPLETED');
  });

  test('of a journal that a ledger of the service has is refused', async () => {
    const old = await busyLedger();
    const objects = await exported(old);
    const start = (name: string) =>
      old.engine.restores.start({ ledger: { ...STANDARD_LEDGER, name }, origin: { kind: 'command-line', location: '' } }, memorySource(objects));
    await expect(start('copy')).rejects.toThrow(`The journal ${old.strandId} is that of the Ledger with name books already`);
    await expect(start('books')).rejects.toThrow('The Ledger with name books already exists');
  });
});

const changed = (objects: Objects, change: (bytes: Buffer, key: string) => Uint8Array | undefined): Objects =>
  new Map([...objects].flatMap(([key, body]) => {
    const bytes = change(Buffer.from(body), key);
    return bytes === undefined ? [] : [[key, bytes] as const];
  }));

const withoutBlocks = (text: string, numbers: readonly number[]): string =>
  text.split('\n').filter(line => !numbers.some(number => line.includes(`sequenceNo:${number}}`))).join('\n');

describe('refused with the findings of verify export, leaving no ledger behind, is', () => {
  const cases: readonly (readonly [string, (bytes: Buffer, key: string) => Uint8Array | undefined])[] = [
    ['a changed document', (bytes, key) => key.endsWith('.ion') ? Buffer.from(bytes.toString().replace('"7@x.org"', '"8@x.org"')) : bytes],
    ['a missing block', (bytes, key) => key.endsWith('.ion') ? Buffer.from(withoutBlocks(bytes.toString(), [17])) : bytes],
    ['a missing tail', (bytes, key) => key.endsWith('.ion') ? Buffer.from(withoutBlocks(bytes.toString(), [143, 144, 145, 146, 147])) : bytes],
    ['a wrong hash', (bytes, key) => key.endsWith('.ion') ? Buffer.from(bytes.toString().replace(/previousBlockHash:\{\{./g, 'previousBlockHash:{{A')) : bytes],
    ['a block of another strand', (bytes, key) => key.endsWith('.ion') ? Buffer.from(bytes.toString().replace(/strandId:"\w{22}",sequenceNo:9\}/, 'strandId:"0000000000000000000001",sequenceNo:9}')) : bytes],
  ];
  test.each(cases)('%s', async (_, change) => {
    const old = await busyLedger();
    const objects = changed(await exported(old, 'ION_TEXT'), change);
    const { engine, job, time } = await restored(objects);
    const verdict = await verifyExports(memorySource(objects), {}, () => undefined);
    const [{ findings, findingCount }] = verdict.exports;
    expect(findingCount).toBeGreaterThan(0);
    expect(job).toMatchObject({ status: 'FAILED', refusal: { outcome: 'TAMPERED', findingCount } });
    expect(job.refusal!.findings).toEqual(findings.slice(0, 20).map(({ message }) => message));
    await engine.worker('purger', () => undefined).run(old.strandId, time.millis + 600_000);
    await expect(engine.ledgers.describe('books')).rejects.toThrow('is not found');
    expect((await engine.restores.describe('books')).job.refusal).toEqual(job.refusal);
    await newLedger(engine);
  });

  test('a journal that leads to another digest than the expected one', async () => {
    const old = await busyLedger();
    const { digest } = await old.engine.proofs.getDigest('books');
    const { job } = await restored(await exported(old), { digest, sequenceNo: 5 });
    expect(job).toMatchObject({ status: 'FAILED', refusal: { outcome: 'TAMPERED', findings: [expect.stringMatching(/^The blocks up to 5 lead to the digest .*, not the expected/)] } });
  });
});

describe('not begun at all is a restore from', () => {
  const blocks = variedJournal();
  const start = (objects: Objects, sequenceNo?: number) => engineFixture().engine.restores.start({
    ledger: { ...STANDARD_LEDGER, name: 'books' },
    origin: { kind: 'command-line', location: '' },
    ...(sequenceNo !== undefined && { expected: { digest: new Uint8Array(32), sequenceNo } }),
  }, memorySource(objects));

  test('exports that do not start at block 0', async () => {
    await expect(start(exportOf(blocks.slice(2), 'ION_TEXT'))).rejects.toThrow(/^Blocks 0 to 1 are in none of the exports in memory: a ledger is restored from block 0 on/);
  });

  test('exports with a gap between them', async () => {
    const objects = new Map([...exportOf(blocks.slice(0, 2), 'ION_TEXT'), ...exportOf(blocks.slice(3), 'ION_TEXT', { exportId: '0000000000000000000009' })]);
    await expect(start(objects)).rejects.toThrow(/^Block 2 is in none of the exports: between/);
  });

  test('exports of two ledgers', async () => {
    const other = exportOf(blocks, 'ION_TEXT', { exportId: '0000000000000000000009', strandId: '0000000000000000000008' });
    await expect(start(new Map([...exportOf(blocks, 'ION_TEXT'), ...other]))).rejects.toThrow(/^A ledger has one journal, but memory holds exports of 2/);
  });

  test('exports that end before the block of the expected digest', async () => {
    await expect(start(exportOf(blocks, 'ION_TEXT'), 99)).rejects.toThrow('The digest was taken at block 99, but the last block is 4: what came after it is gone');
  });

  test('nothing', async () => {
    await expect(start(new Map())).rejects.toThrow(/^No finished export in memory/);
  });
});

test('hashes of restored blocks are those of the export', async () => {
  const blocks = variedJournal();
  const { engine, job } = await restored(exportOf(blocks, 'ION_BINARY'));
  expect(job.status).toBe('COMPLETED');
  for (const { blockAddress, blockHash } of blocks) {
    expect(sameHash((await engine.proofs.getBlock('books', addressOf({ blockAddress }))).block.blockHash, blockHash)).toBe(true);
  }
});
