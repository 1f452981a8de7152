import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { blockAfter, documentOf, exportOf, idOf } from './generated-export';
import { DigestAccumulator, type Block } from '../../src/journal';

const BLOCKS_PER_OBJECT = 1_000;
const DOCUMENT_BYTES = 500;
/** Every so many blocks change a document that is there already. */
const UPDATED = 4;

/** A journal of one table in a folder, one document a block, in as many exports as it takes to keep little of it in memory. */
export async function generatedArchive(folder: string, blockCount: number): Promise<{ readonly digest: string; readonly blockCount: number }> {
  const tree = new DigestAccumulator();
  let previous: Block | undefined;
  for (let start = 0; start < blockCount; start += BLOCKS_PER_OBJECT) {
    const blocks: Block[] = [];
    for (let sequenceNo = start; sequenceNo < Math.min(blockCount, start + BLOCKS_PER_OBJECT); sequenceNo++) {
      const updates = sequenceNo % UPDATED === 0 && sequenceNo > UPDATED;
      const data = documentOf(DOCUMENT_BYTES, sequenceNo);
      const documents = [{
        documentId: idOf(3, updates ? 1 : sequenceNo),
        tableName: 'People',
        tableId: idOf(4, 0),
        statementIndexes: [0],
        version: updates ? sequenceNo / UPDATED - 1 : 0,
        data,
      }];
      previous = blockAfter(previous, sequenceNo === 0 ? [] : [data], sequenceNo === 0 ? {} : { documents });
      tree.append(previous.blockHash);
      blocks.push(previous);
    }
    for (const [key, bytes] of exportOf(blocks, 'ION_BINARY', { exportId: idOf(5, start) })) {
      const file = path.join(folder, key);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
  }
  return { digest: Buffer.from(tree.digest()).toString('base64'), blockCount };
}
