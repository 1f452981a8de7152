const decoder = new TextDecoder();

/** Records that are not Ion (heads, catalogs, jobs) rest as JSON: small, and readable in any console. */
export const encodeRecord = (record: object): Uint8Array => Buffer.from(JSON.stringify(record));

export const decodeRecord = <T>(bytes: Uint8Array): T => JSON.parse(decoder.decode(bytes)) as T;
