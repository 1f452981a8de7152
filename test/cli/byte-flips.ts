import { exportOf, memorySource, variedJournal, type Format } from './generated-export';
import { verifyExports } from '../../src/cli/verify-export';
import { ionEquals, ionList, streamIonValues, type IonStruct, type IonValue } from '../../src/ion';

/** Every byte of an export's data, flipped by every mask in turn: how many flips were found, and which changed something unnoticed. */
export async function flipBytes(format: Format, masks: (offset: number) => readonly number[]): Promise<{ found: number; unnoticed: string[] }> {
  const objects = exportOf(variedJournal(), format);
  const [key, bytes] = [...objects].find(([name]) => !name.endsWith('.manifest'))!;
  const original = await hashedContent(bytes, format);
  const unnoticed: string[] = [];
  let found = 0;
  for (let offset = 0; offset < bytes.length; offset++) {
    for (const mask of masks(offset)) {
      const changed = new Uint8Array(bytes);
      changed[offset]! ^= mask;
      const { exports, strands } = await verifyExports(memorySource(new Map([...objects, [key, changed]])), {}, () => undefined);
      const isTampered = [...exports, ...strands].some(({ findingCount }) => findingCount > 0);
      if (isTampered || exports.some(({ unreadable }) => unreadable !== undefined)) found++;
      else if (!sameContent(await hashedContent(changed, format), original)) unnoticed.push(describe(bytes, offset, mask));
    }
  }
  return { found, unnoticed };
}

const sameContent = (one: readonly IonValue[], other: readonly IonValue[]): boolean => ionEquals(ionList(one), ionList(other));

const describe = (bytes: Uint8Array, offset: number, mask: number): string => {
  const around = Buffer.from(bytes.subarray(Math.max(0, offset - 20), offset + 20)).toString('latin1');
  return `byte ${offset} ^ 0x${mask.toString(16)} in ${JSON.stringify(around)}`;
};

/** All blocks without what no hash covers: their time, and without a revision that names it, their transaction. In JSON, without documents. */
async function hashedContent(bytes: Uint8Array, format: Format): Promise<IonValue[]> {
  const blocks: IonValue[] = [];
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  for await (const block of streamIonValues(chunks())) {
    const { fields } = block as IonStruct;
    const revisions = fields.find(([name]) => name === 'revisions')?.[1];
    blocks.push({
      kind: 'struct',
      fields: fields
        .filter(([name]) => name !== 'blockTimestamp' && (name !== 'transactionId' || revisions !== undefined))
        .map(([name, value]) => [name, format === 'JSON' && name === 'revisions' && value.kind === 'list' ? ionList(value.items.map(withoutData)) : value]),
    });
  }
  return blocks;
}

/** In JSON the hash of a revision with a document cannot be recomputed, so its metadata cannot either, but for what the block repeats. */
function withoutData(revision: IonValue): IonValue {
  if (revision.kind !== 'struct' || !revision.fields.some(([name]) => name === 'data')) return revision;
  return { kind: 'struct', fields: revision.fields.filter(([name]) => name !== 'data' && name !== 'metadata') };
}
