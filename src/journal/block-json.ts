import { InvalidIon, ionBlob, IonStruct, IonValue, parseIon } from '../ion';
import type { Block } from './block';
import { blockFromIon, InvalidBlock } from './block-ion';

/** Gives a JSON value the Ion type that the journal format says it had. */
type Retype = (value: IonValue, path: string) => IonValue;

/**
 * A block of a JSON export, read as the Ion text that JSON also is. Every type within a block is known but those within documents: their
 * members get the type that the JSON suggests, so `data` may hash to something else than the document did. All else hashes as in Ion.
 * @throws InvalidBlock as for Ion
 */
export function blockFromJson(json: IonValue): Block {
  return blockFromIon(BLOCK(json, 'block'));
}

const asIs: Retype = (value) => value;

const blob: Retype = (value, path) => {
  const bytes = value.kind === 'string' ? Buffer.from(value.value, 'base64') : undefined;
  if (bytes === undefined || value.kind !== 'string' || bytes.toString('base64') !== value.value) throw new InvalidBlock(path, 'must be base64 text');
  return ionBlob(new Uint8Array(bytes));
};

const timestamp: Retype = (value, path) => {
  try {
    const parsed = value.kind === 'string' ? parseIon(value.value) : value;
    if (parsed.kind === 'timestamp') return parsed;
  } catch (error) {
    if (!(error instanceof InvalidIon)) throw error;
  }
  throw new InvalidBlock(path, 'must be the text of a timestamp');
};

const listOf = (item: Retype): Retype => (value, path) => {
  return value.kind === 'list' ? { ...value, items: value.items.map((inner, index) => item(inner, `${path}[${index}]`)) } : value;
};

/** Members of other names stay as they are, which is all that can be known of them. */
const structOf = (members: Readonly<Record<string, Retype>>): Retype => mapOf((value, path, name) => (members[name] ?? asIs)(value, path));

function mapOf(member: (value: IonValue, path: string, name: string) => IonValue): Retype {
  return (value, path): IonValue => {
    if (value.kind !== 'struct') return value;
    const fields = value.fields.map(([name, inner]): IonStruct['fields'][number] => [name, member(inner, `${path}.${name}`, name)]);
    return { ...value, fields };
  };
}

const BLOCK = structOf({
  blockTimestamp: timestamp,
  blockHash: blob,
  entriesHash: blob,
  previousBlockHash: blob,
  entriesHashList: listOf(blob),
  transactionInfo: structOf({ statements: listOf(structOf({ startTime: timestamp, statementDigest: blob })) }),
  revisions: listOf(structOf({ hash: blob, dataHash: blob, metadata: structOf({ txTime: timestamp }) })),
});
