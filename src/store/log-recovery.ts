import { FoundRecord, RECORD_ALIGNMENT, alignedBytes, findRecord } from './log-record';

/** A file of the log as it was found. */
export interface LogContent { readonly name: string; readonly bytes: Buffer }

export interface RecoveredRecord extends FoundRecord { readonly file: LogContent }

/** A record that was acknowledged cannot be read. */
export class LogDamaged extends Error {
  readonly name = 'LogDamaged';
}

/**
 * The records that follow the one with the number `applied`, in their order. What was being written when the process ended is not whole and left out.
 * @throws LogDamaged when a record that was acknowledged cannot be read, as far as that can be told: when one that was written later is there
 */
export function recordsAfter(applied: number, salt: Buffer, files: readonly LogContent[]): RecoveredRecord[] {
  const successors = new Map<number, RecoveredRecord>();
  let newest: RecoveredRecord | undefined;
  for (const record of allRecords(salt, files)) {
    if (record.number <= applied) {
      continue;
    }
    // Of two that follow the same record, the write of the earlier one had failed.
    if (record.number > (successors.get(record.previous)?.number ?? 0)) {
      successors.set(record.previous, record);
    }
    if (record.number > (newest?.number ?? 0)) {
      newest = record;
    }
  }
  const chain: RecoveredRecord[] = [];
  let last = applied;
  for (let next = successors.get(last); next !== undefined; next = successors.get(last)) {
    chain.push(next);
    last = next.number;
  }
  if (newest !== undefined && newest.number > last) {
    throw new LogDamaged(`Record ${newest.number} in ${newest.file.name} follows record ${newest.previous}, which cannot be read; the last one that can is ${last}.`);
  }
  return chain;
}

function* allRecords(salt: Buffer, files: readonly LogContent[]): Generator<RecoveredRecord> {
  for (const file of files) {
    for (let start = 0; start < file.bytes.length;) {
      const record = findRecord(file.bytes, start, salt);
      if (record) {
        yield { ...record, file };
      }
      start = record ? alignedBytes(record.end) : start + RECORD_ALIGNMENT;
    }
  }
}
