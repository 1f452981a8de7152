import { fieldOf, InvalidIon, streamIonValues, type IonValue } from '../ion';
import type { Block } from './block';
import { blockFromIon, InvalidBlock } from './block-ion';
import { blockFromJson } from './block-json';
import { Unreadable } from './unreadable';

/** Where exported objects are read from, be it a bucket or a copy of it. Keys use `/`. */
export interface ExportSource {
  /** What the user called it. */
  readonly name: string;
  /** Every key below the given place. */
  keys(): AsyncIterable<string>;
  /** The bytes of an object as they arrive. @throws Unreadable, while iterating */
  read(key: string): AsyncIterable<Uint8Array>;
}

/** One finished export: its final manifest and the objects that it lists. */
export interface ExportedJournal {
  readonly exportId: string;
  readonly strandId: string;
  readonly manifestKey: string;
  /** In journal order. */
  readonly objects: readonly ExportedJournalObject[];
}

export interface ExportedJournalObject {
  readonly key: string;
  readonly format: 'ION' | 'JSON';
  /** The range that the key promises, both inclusive. */
  readonly firstSequenceNo: number;
  readonly lastSequenceNo: number;
}

const COMPLETED_MANIFEST = /(?:^|\/)([0-9A-Za-z]{22})\.([0-9A-Za-z]{22})\.completed\.manifest$/;
const OBJECT_NAME = /\.(\d{1,15})-(\d{1,15})\.(ion|json)$/;

/** Every finished export found in the source. @throws Unreadable if there is none, or one's objects are not all there */
export async function findExports(source: ExportSource): Promise<ExportedJournal[]> {
  const keys = new Set<string>();
  for await (const key of source.keys()) keys.add(key);
  const manifestKeys = [...keys].filter(key => COMPLETED_MANIFEST.test(key)).sort();
  if (manifestKeys.length === 0) {
    throw new Unreadable(`No finished export in ${source.name}: there is no object named <exportId>.<strandId>.completed.manifest `
      + `among ${keys.size} objects. Name the folder or prefix that the journal was exported to, and wait until the export has ended.`);
  }
  const exports: ExportedJournal[] = [];
  for (const manifestKey of manifestKeys) {
    const [, exportId, strandId] = COMPLETED_MANIFEST.exec(manifestKey)!;
    const listed = await manifestObjects(source, manifestKey);
    exports.push({ exportId, strandId, manifestKey, objects: listed.map(name => exportedObject(manifestKey, name, keys)) });
  }
  return exports;
}

async function manifestObjects(source: ExportSource, manifestKey: string): Promise<string[]> {
  const manifest = await onlyValue(source, manifestKey);
  const keys = manifest?.kind === 'struct' ? fieldOf(manifest, 'keys') : undefined;
  if (keys?.kind !== 'list') throw new Unreadable(`The manifest ${manifestKey} has no list of keys.`);
  return keys.items.map(key => key.kind === 'string' ? key.value : '');
}

async function onlyValue(source: ExportSource, key: string): Promise<IonValue | undefined> {
  const values: IonValue[] = [];
  try {
    for await (const value of streamIonValues(source.read(key))) values.push(value);
  } catch (error) {
    if (error instanceof InvalidIon) throw new Unreadable(`The manifest ${key} is not Ion: ${error.message}`);
    throw error;
  }
  if (values.length > 1) throw new Unreadable(`The manifest ${key} holds ${values.length} values, but must hold one.`);
  return values[0];
}

/** Manifests list keys of the bucket; in a copy, or in exports that leave the prefix out, the object stands elsewhere by the same ending. */
function exportedObject(manifestKey: string, listed: string, keys: ReadonlySet<string>): ExportedJournalObject {
  const beside = manifestKey.slice(0, manifestKey.lastIndexOf('/') + 1);
  const endings = listed.split('/').map((_, index, parts) => parts.slice(index).join('/'));
  const key = [listed, ...endings.map(ending => beside + ending)].find(candidate => keys.has(candidate));
  if (key === undefined) throw new Unreadable(`The object ${listed} is missing, though the manifest ${manifestKey} lists it.`);
  const [, first, last, extension] = OBJECT_NAME.exec(key) ?? [];
  if (first === undefined) throw new Unreadable(`The name of ${key} does not end in <first>-<last>.ion or .json.`);
  return { key, format: extension === 'json' ? 'JSON' : 'ION', firstSequenceNo: Number(first), lastSequenceNo: Number(last) };
}

/** The blocks of a data object, one in memory at a time. @throws Unreadable, while iterating, naming the last block that could be read */
export async function* exportedBlocks(chunks: AsyncIterable<Uint8Array>, object: ExportedJournalObject): AsyncGenerator<Block> {
  let last: number | undefined;
  try {
    for await (const value of streamIonValues(chunks, { padding: 'refused' })) {
      const block = exportedBlock(value, object);
      last = block.blockAddress.sequenceNo;
      yield block;
    }
  } catch (error) {
    throw unreadableAfter(last, error, object);
  }
}

/** A value of a data object as the block that it must be. @throws InvalidBlock */
export const exportedBlock = (value: IonValue, { format }: ExportedJournalObject): Block => format === 'JSON' ? blockFromJson(value) : blockFromIon(value);

/** What an error that came up behind a block means. @param last the number of that block; `undefined` before the first one */
export function unreadableAfter(last: number | undefined, error: unknown, { key }: ExportedJournalObject): unknown {
  if (!(error instanceof InvalidIon || error instanceof InvalidBlock)) return error;
  return new Unreadable(`${key}: ${last === undefined ? 'the first block' : `what follows block ${last}`} is not a block: ${error.message}`);
}
