import { LEDGER } from './ledger-writer';
import { serveParent } from './server-process';
import { startLedgerService } from '../src/service';

/** A process of its own: the service over a folder. */
async function main(directory: string): Promise<void> {
  const service = await startLedgerService({ directory, port: 0 });
  const created = await fetch(`${service.url}/ledgers`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ Name: LEDGER, PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }),
  });
  if (!created.ok) throw new Error(await created.text());
  serveParent(service.url, () => void service.close());
}

main(process.argv[2]!).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
