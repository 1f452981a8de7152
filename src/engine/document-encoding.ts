import { canonicalBytes, encodeIon, encodeIonWithin, hashIon, MAXIMUM_DEPTH, readIon, type IonStruct, type IonValue } from '../ion';

interface Known {
  bytes?: Uint8Array;
  /** It was read from `bytes`. */
  isCanonical?: boolean;
  hash?: Uint8Array;
}

/**
 * What was computed of documents on their way through a transaction. Encoding and hashing are most of a commit's work, and each is needed
 * again: a parameter is hashed for the commit digest and then as the data of a revision, a document is measured when it is written and
 * stored when it is committed. Values never change, so this cannot either.
 */
const known = new WeakMap<IonValue, Known>();

function knownOf(value: IonValue): Known {
  let entry = known.get(value);
  if (!entry) known.set(value, entry = {});
  return entry;
}

/** The document in Ion binary; not to be changed. @throws InvalidIon for one that is not in the store and cannot be encoded, or is nested too deeply */
export function documentBytes(document: IonStruct, depthMax?: number): Uint8Array {
  const entry = knownOf(document);
  // What was hashed is well-formed, and drivers mostly write it as it will rest.
  return entry.bytes ??= (entry.hash && canonicalBytes(document, depthMax ?? MAXIMUM_DEPTH)) ?? encodeIonWithin(depthMax ?? MAXIMUM_DEPTH, document);
}

/** The document over the bytes that `documentBytes` makes of it: hashed from them, and copied into a block as they are. @throws InvalidIon as `documentBytes` */
export function canonicalDocument(document: IonStruct, depthMax?: number): IonStruct {
  const entry = knownOf(document);
  if (entry.isCanonical) return document;
  const bytes = documentBytes(document, depthMax);
  const canonical = readIon(bytes) as IonStruct;
  known.set(canonical, { bytes, hash: entry.hash, isCanonical: true });
  return canonical;
}

/** Any value in Ion binary; not to be changed. What was read as it stands need not be encoded. */
export const valueBytes = (value: IonValue): Uint8Array => known.get(value)?.bytes ?? encodeIon(value);

/** Its Ion hash; not to be changed. Only structs are remembered: all else is quickly hashed. */
export function valueHash(value: IonValue): Uint8Array {
  if (value.kind !== 'struct') return hashIon(value);
  const entry = knownOf(value);
  return entry.hash ??= hashIon(value);
}

/** A document from its bytes, which `documentBytes` answered. */
export function documentFrom(bytes: Uint8Array): IonStruct {
  const document = readIon(bytes) as IonStruct;
  known.set(document, { bytes, isCanonical: true });
  return document;
}
