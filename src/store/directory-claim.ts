import type { Database } from 'lmdb';
import { Owner, currentOwner, isAlive, isSameOwner } from './directory-owner';
import { controlKey } from './embedded-item';
import { removeLogState } from './log-state';

const FORMAT = 'cdk-ledger store 3';
const FORMAT_KEY = controlKey('format');
const OWNER_KEY = controlKey('owner');

/** Records this process as the owner, inside LMDB's write lock so that two processes cannot both succeed. */
export function claim(root: Database<Buffer, Buffer>, directory: string): void {
  root.transactionSync(() => {
    const format = root.get(FORMAT_KEY)?.toString();
    if (format !== undefined && format !== FORMAT) {
      throw new Error(`The store in ${directory} has the format "${format}"; this version reads "${FORMAT}". Open it with the version that wrote it.`);
    }
    const record = root.get(OWNER_KEY);
    const owner = record && JSON.parse(record.toString()) as Owner;
    if (owner && owner.pid !== process.pid && isAlive(owner)) {
      throw new Error(`The store in ${directory} is open in process ${owner.pid}. Stop that process, or use another directory.`);
    }
    root.putSync(FORMAT_KEY, Buffer.from(FORMAT));
    root.putSync(OWNER_KEY, Buffer.from(JSON.stringify(currentOwner())));
  });
}

/** Lets others in. With `isComplete`, LMDB has everything and the log means nothing any more. */
export function release(root: Database<Buffer, Buffer>, isComplete: boolean): void {
  root.transactionSync(() => {
    const record = root.get(OWNER_KEY);
    if (record && isSameOwner(JSON.parse(record.toString()) as Owner, currentOwner())) {
      root.removeSync(OWNER_KEY);
      if (isComplete) {
        removeLogState(root);
      }
    }
  });
}
