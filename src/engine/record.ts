const decoder = new TextDecoder();

/** Records that are not Ion (heads, catalogs, jobs) rest as JSON: small, and readable in any console. */
export const encodeRecord = (record: object): Uint8Array => Buffer.from(JSON.stringify(record));

export const decodeRecord = <T>(bytes: Uint8Array): T => JSON.parse(decoder.decode(bytes)) as T;

/** Records of each kind that are kept decoded. */
const KEPT_MAX = 100;

/** Decodes records that are read again and again, and mostly are as they were. Who gets one must not change it. */
export class RepeatedRecords<T> {
  private readonly kept = new Map<string, { readonly bytes: Uint8Array; readonly record: T }>();

  constructor(private readonly decode: (bytes: Uint8Array) => T) {}

  of(name: string, bytes: Uint8Array): T {
    const known = this.kept.get(name);
    if (known && Buffer.compare(known.bytes, bytes) === 0) return known.record;
    const record = this.decode(bytes);
    this.kept.delete(name);
    this.kept.set(name, { bytes, record });
    // Maps keep insertion order, so the oldest comes first.
    if (this.kept.size > KEPT_MAX) this.kept.delete(this.kept.keys().next().value!);
    return record;
  }
}
