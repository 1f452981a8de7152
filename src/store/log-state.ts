import type { Database } from 'lmdb';
import { readNumber, writeNumber } from './eight-bytes';
import { controlKey } from './embedded-item';
import { SALT_BYTES } from './log-record';
import type { LogStart } from './write-ahead-log';

/** Absent when the store was closed: LMDB has everything then, and whatever log there is means nothing. */
const LOG_KEY = controlKey('log');

/** What LMDB has of the log: salt (8 bytes) and the number of the last record applied (8 bytes). */
export function readLogState(root: Database<Buffer, Buffer>): LogStart | undefined {
  const bytes = root.get(LOG_KEY);
  return bytes && { salt: bytes.subarray(0, SALT_BYTES), applied: readNumber(bytes, SALT_BYTES) };
}

/** Within a write transaction or batch. */
export function putLogState(root: Database<Buffer, Buffer>, { salt, applied }: LogStart): void {
  const bytes = Buffer.alloc(SALT_BYTES + 8);
  bytes.set(salt);
  writeNumber(bytes, applied, SALT_BYTES);
  void root.put(LOG_KEY, bytes);
}

/** Within a synchronous write transaction. */
export function removeLogState(root: Database<Buffer, Buffer>): void {
  root.removeSync(LOG_KEY);
}
