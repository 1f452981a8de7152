import { decodeIonStream, fieldOf, InvalidIon, parseIonStream, type IonValue } from '../ion';
import { blockFromIon, InvalidBlock, type Block } from '../journal';
import { Unreadable, type ExportSource } from './export-source';

/** One finished export: its final manifest and the objects that it lists. */
export interface ExportedJournal {
  readonly exportId: string;
  readonly manifestKey: string;
  /** In journal order. */
  readonly objects: readonly ExportedJournalObject[];
}

export interface ExportedJournalObject {
  readonly key: string;
  /** The range that the key promises, both inclusive. */
  readonly firstSequenceNo: number;
  readonly lastSequenceNo: number;
}

const COMPLETED_MANIFEST = /(?:^|\/)([0-9A-Za-z]{22})\.[0-9A-Za-z]{22}\.completed\.manifest$/;
const OBJECT_NAME = /\.(\d+)-(\d+)\.(ion|json)$/;

/** Every finished export found in the source. @throws Unreadable if there is none */
export async function findExports(source: ExportSource): Promise<ExportedJournal[]> {
  const keys: string[] = [];
  for await (const key of source.keys()) keys.push(key);
  const manifestKeys = keys.filter(key => COMPLETED_MANIFEST.test(key)).sort();
  if (manifestKeys.length === 0) {
    throw new Unreadable(`No finished export in ${source.name}: there is no object named <exportId>.<strandId>.completed.manifest among ${keys.length} objects. `
      + 'Name the folder or prefix that the journal was exported to, and wait until the export has ended.');
  }
  return Promise.all(manifestKeys.map(async manifestKey => ({
    exportId: COMPLETED_MANIFEST.exec(manifestKey)![1],
    manifestKey,
    objects: (await manifestObjects(source, manifestKey)).map(listed => exportedObject(manifestKey, listed, keys)),
  })));
}

async function manifestObjects(source: ExportSource, manifestKey: string): Promise<string[]> {
  const [manifest] = [...ionValues(await source.read(manifestKey), manifestKey)];
  const keys = manifest?.kind === 'struct' ? fieldOf(manifest, 'keys') : undefined;
  if (keys?.kind !== 'list') throw new Unreadable(`The manifest ${manifestKey} has no list of keys.`);
  return keys.items.map(key => key.kind === 'string' ? key.value : '');
}

/** Manifests list keys of the bucket; in a copy, or in exports that leave the prefix out, the object stands elsewhere by the same ending. */
function exportedObject(manifestKey: string, listed: string, keys: readonly string[]): ExportedJournalObject {
  const beside = manifestKey.slice(0, manifestKey.lastIndexOf('/') + 1);
  const endings = listed.split('/').map((_, index, parts) => parts.slice(index).join('/'));
  const key = [listed, ...endings.map(ending => beside + ending)].find(candidate => keys.includes(candidate));
  if (key === undefined) throw new Unreadable(`The object ${listed} is missing, though the manifest ${manifestKey} lists it.`);
  const [, first, last] = OBJECT_NAME.exec(key) ?? [];
  if (first === undefined) throw new Unreadable(`The name of ${key} does not end in <first>-<last>.ion or .json.`);
  return { key, firstSequenceNo: Number(first), lastSequenceNo: Number(last) };
}

/** The blocks of a data object in Ion. @throws Unreadable naming the last block that could be read */
export function* exportedBlocks(bytes: Uint8Array, key: string): Iterable<Block> {
  let last: number | undefined;
  try {
    for (const value of ionValues(bytes, key)) {
      const block = blockFromIon(value);
      last = block.blockAddress.sequenceNo;
      yield block;
    }
  } catch (error) {
    if (!(error instanceof InvalidIon || error instanceof InvalidBlock)) throw error;
    throw new Unreadable(`${key}: ${last === undefined ? 'the first block' : `what follows block ${last}`} is not a block: ${error.message}`);
  }
}

const ION_BINARY_MARKER = Uint8Array.of(0xe0, 0x01, 0x00, 0xea);

/** JSON is read as the Ion text that it also is. */
function* ionValues(bytes: Uint8Array, key: string): Iterable<IonValue> {
  try {
    if (Buffer.compare(bytes.subarray(0, 4), ION_BINARY_MARKER) === 0) yield* decodeIonStream(bytes);
    else yield* parseIonStream(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) throw new Unreadable(`${key} is neither Ion binary nor UTF-8 text.`);
    throw error;
  }
}
