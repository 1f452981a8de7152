import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import type { ExportRequest } from '../../src/engine';
import { engineFixture, execute, newLedger, ROLE, type EngineFixture } from '../engine/engine-fixture';

/** A ledger of documents, with what was exported from it and the digest of all its blocks. */
export interface ExportedLedger {
  readonly fixture: EngineFixture;
  readonly strandId: string;
  /** Of the newest block, in base64. */
  digest(): Promise<string>;
  insert(documentCount: number): Promise<void>;
  /** Exports the blocks from one moment to now. */
  exportFrom(inclusiveStartMillis: number, outputFormat: ExportRequest['outputFormat'], prefix?: string): Promise<void>;
  /** Copies all that was exported into a folder and answers the files of data objects, in journal order. */
  copyTo(folder: string): Promise<string[]>;
}

/** Block 0 is the ledger's own, block 1 its table, then come inserts. */
export async function exportedLedger(): Promise<ExportedLedger> {
  const fixture = engineFixture();
  const { engine, destinations, time } = fixture;
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  let people = 0;
  return {
    fixture,
    strandId,
    digest: async () => Buffer.from((await engine.proofs.getDigest('books')).digest).toString('base64'),
    async insert(documentCount) {
      for (let index = 0; index < documentCount; index++, people++) {
        await execute(engine, 'INSERT INTO People ?', `{name:"person ${people}",born:1990-01-${10 + people % 20}T}`);
      }
    },
    async exportFrom(inclusiveStartMillis, outputFormat, prefix = 'books') {
      await engine.exports.start('books', {
        inclusiveStartMillis,
        exclusiveEndMillis: time.millis,
        bucket: 'archive',
        prefix,
        roleArn: ROLE,
        outputFormat,
        encryption: { objectEncryptionType: 'NO_ENCRYPTION' },
      });
      await engine.worker('worker', () => undefined).run(strandId, time.millis + 60_000);
    },
    async copyTo(folder) {
      const files: string[] = [];
      for (const { key, body } of destinations.exported.values()) {
        const file = path.join(folder, key);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, body);
        if (!key.endsWith('.manifest')) files.push(file);
      }
      return files;
    },
  };
}
