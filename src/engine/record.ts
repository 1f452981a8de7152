/** Records that are not Ion (heads, catalogs, jobs) rest as JSON: small, and readable in any console. */
export const encodeRecord = (record: object): Uint8Array => new TextEncoder().encode(JSON.stringify(record));

export const decodeRecord = <T>(bytes: Uint8Array): T => JSON.parse(new TextDecoder().decode(bytes)) as T;
