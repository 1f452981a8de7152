import type { QldbDriver, TransactionExecutor } from 'amazon-qldb-driver-nodejs';
import { installedPackage, type LockedPackage } from './package-lock';

/** QLDB's limit of documents that one transaction may change. */
const DOCUMENTS_PER_TRANSACTION = 40;

export type Progress = (done: number, total: number) => void;

/** The first state: what the lock file promises. */
export async function recordLocked(driver: QldbDriver, packages: readonly LockedPackage[], progress: Progress): Promise<void> {
  await inTransactions(driver, packages, progress, async (transaction, some) => {
    await transaction.execute('INSERT INTO Package ?', some.map(withoutUndefined));
  });
}

/** The second state: what is installed. Packages found are updated with it, packages not installed here are removed. */
export async function recordInstalled(
  driver: QldbDriver, root: string, packages: readonly LockedPackage[], progress: Progress,
): Promise<{ updated: number; removed: number }> {
  const findings = await Promise.all(packages.map(async locked => ({ locked, installed: await installedPackage(root, locked) })));
  await inTransactions(driver, findings, progress, async (transaction, some) => {
    for (const { locked, installed } of some) {
      if (installed) {
        await transaction.execute('UPDATE Package AS p SET p.installed = ? WHERE p.path = ?', withoutUndefined(installed), locked.path);
      } else {
        await transaction.execute('DELETE FROM Package AS p WHERE p.path = ?', locked.path);
      }
    }
  });
  const removed = findings.filter(({ installed }) => !installed).length;
  return { updated: findings.length - removed, removed };
}

async function inTransactions<T>(
  driver: QldbDriver, all: readonly T[], progress: Progress, work: (transaction: TransactionExecutor, some: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < all.length; start += DOCUMENTS_PER_TRANSACTION) {
    const some = all.slice(start, start + DOCUMENTS_PER_TRANSACTION);
    await driver.executeLambda(transaction => work(transaction, some));
    progress(start + some.length, all.length);
  }
}

/** Ion has no `undefined`. */
const withoutUndefined = (value: object): object => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
