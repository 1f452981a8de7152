import { inspectedBlocks, Unreadable, type ExportedJournalObject, type ExportSource, type InspectedBlocks, type InspectionRules } from '../journal';

/** Some blocks of a data object, once inspected. */
export interface InspectedPart extends Partial<InspectedBlocks> {
  /** Bytes of the object read so far. */
  readonly byteCount: number;
  /** Why the object could not be read any further; nothing comes after that. */
  readonly unreadable?: string;
}

/** A data object and its parts, in order. */
export interface InspectedObject {
  readonly object: ExportedJournalObject;
  readonly parts: AsyncIterable<InspectedPart> | Iterable<InspectedPart>;
}

/** What inspects the objects of an export. */
export interface ObjectInspector {
  /** The objects in the order in which they are given, however they are worked on. Whoever takes the next one is done with the one before. */
  inspect(source: ExportSource, objects: readonly ExportedJournalObject[], rules: InspectionRules): AsyncIterable<InspectedObject>;
}

/** One object after another, in this thread. */
export const inThisThread: ObjectInspector = {
  async* inspect(source, objects, rules) {
    for (const object of objects) yield { object, parts: inspectedParts(source.read(object.key), object, rules) };
  },
};

/** A data object as its bytes arrive, down to the last one or to where it cannot be read. */
export async function* inspectedParts(
  chunks: AsyncIterable<Uint8Array>, object: ExportedJournalObject, rules: InspectionRules,
): AsyncGenerator<InspectedPart, void, undefined> {
  let byteCount = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      byteCount += chunk.length;
      yield chunk;
    }
  }
  try {
    for await (const blocks of inspectedBlocks(counted(), object, rules)) yield { ...blocks, byteCount };
    yield { byteCount };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    yield { byteCount, unreadable: error.message };
  }
}
