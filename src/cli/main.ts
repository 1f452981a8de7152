import { Command, InvalidArgumentError, Option } from 'commander';
import type { ExpectedDigest } from './expected-digest';
import { jobsCommand } from './jobs-command';
import { keptDigest } from './kept-digest';
import { proxy } from './proxy';
import { restoreExportCommand } from './restore-export-command';
import { serve } from './serve';
import { verifyExportCommand } from './verify-export-command';
import { verifyLedgerCommand } from './verify-ledger-command';
import { verifyReceiptCommand } from './verify-receipt-command';
import { version } from '../../package.json';
import { LEDGER_NAME } from '../service';

// The SDK warns of the Node versions that its future releases will need; this one is bundled.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const program = new Command('cdk-ledger')
  .description('Verifiable ledgers: serve one on this machine, reach one on AWS, verify what came out of one.')
  .version(version)
  .showHelpAfterError()
  // Usage errors exit with 2: 1 says that something was tampered with.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

program.command('serve')
  .description('Serve QLDB\'s API (control plane and sessions) on loopback; ledgers rest in a folder')
  .requiredOption('--data <directory>', 'folder that holds the ledgers; made if it does not exist')
  .option('--port <number>', 'port to listen on; 0 picks a free one', port, 0)
  .option('--region <region>', 'region in the ARNs of ledgers', 'us-east-1')
  .option('--account <id>', 'account id in the ARNs of ledgers', accountId, '000000000000')
  .action(serve);

program.command('proxy')
  .description('Take any QLDB client\'s requests on loopback and forward them to a deployed service, signed for its function URL')
  .requiredOption('--endpoint <url>', 'URL of the service: serviceUrl or sessionUrl of LedgerService')
  .option('--port <number>', 'port to listen on; 0 picks a free one', port, 0)
  .option('--region <region>', 'region to sign for; by default that of the endpoint\'s host, else AWS_REGION')
  .action(proxy);

program.command('jobs')
  .description('List journal exports, mailbox exports and batch operations: exit code 0 is fine, 1 is failed or stuck jobs, 2 is not all listed')
  .option('--endpoint <url>', 'URL of a ledger service whose journal exports are listed')
  .option('--organization <id...>', 'WorkMail organizations whose mailbox exports are listed')
  .option('--account <id>', 'account whose S3 batch operations are listed', accountId)
  .option('--region <region>', 'region of the jobs; that of a function URL, else AWS_REGION by default')
  .option('--stuck-after <hours>', 'a running job that is older is stuck', hours, 24)
  .option('--failed-within <hours>', 'a failure that is older is not told any more', hours, 24)
  .option('--json', 'print the jobs as JSON')
  .option('--watch [seconds]', 'list again every so often until no job runs', seconds)
  .action(jobsCommand);

const verify = program.command('verify').description('Verify journal data: exit code 0 is valid, 1 is tampered with, 2 is unreadable');

verify.command('export <location>')
  .description('Verify every finished export in a folder or under s3://BUCKET/PREFIX, and that they fit together')
  .option('--digest <digest>', 'digest of the ledger that the exports must lead to: base64, or a file of LedgerDigest', digest)
  .option('--tip <sequenceNo>', 'block that the digest was taken at; the last one by default', sequenceNo)
  .option('--gapless', 'take gaps and overlaps between exports for tampering')
  .option('--strict', 'hold the journal to the rules of this project\'s own service, where every entry is explained')
  .option('--threads <number>', 'most objects to verify at a time; by default as many as there are cores, up to 4, and 1 for small exports', threads)
  .option('--json', 'print the verdicts as JSON')
  .action(expecting(verifyExportCommand));

verify.command('receipt <files...>')
  .description('Verify receipts: a revision, block or hash with its proof and digest, in Ion or JSON; several files count as one')
  .option('--digest <digest>', 'digest kept elsewhere that the receipt must lead to: base64, or a file of LedgerDigest', digest)
  .option('--json', 'print the verdicts as JSON')
  .action(expecting(verifyReceiptCommand));

verify.command('ledger <name>')
  .description('Walk the journal of a live ledger through QLDB\'s API and verify every block, link and proof, and the digest')
  .requiredOption('--endpoint <url>', 'URL of the ledger service')
  .option('--region <region>', 'region to sign for; that of a function URL or of the environment by default')
  .option('--digest <digest>', 'digest kept elsewhere that the journal must lead to: base64, or a file of LedgerDigest', digest)
  .option('--tip <sequenceNo>', 'block that the digest was taken at; the newest one by default', sequenceNo)
  .option('--strict', 'hold the journal to the rules of this project\'s own service, where every entry is explained')
  .option('--json', 'print the verdict as JSON')
  .action(expecting(verifyLedgerCommand));

const restore = program.command('restore').description('Make a ledger of what was kept of one');

restore.command('export <location>')
  .description('Restore a ledger from the finished exports of its journal in a folder or under s3://BUCKET/PREFIX, into a folder of ledgers that '
    + 'is not being served, or by a deployed service; a restore that was interrupted goes on. Exit code 0 is restored, 1 is tampered with, 2 is unreadable')
  .requiredOption('--ledger <name>', 'name of the ledger to make', ledgerName)
  .option('--data <directory>', 'folder that holds the ledgers; made if it does not exist')
  .option('--endpoint <url>', 'URL of a ledger service that restores the ledger itself: serviceUrl of LedgerService')
  .option('--role <arn>', 'with --endpoint: role that the service reads the exports under, such as a RestoreRole')
  .option('--region <region>', 'with --endpoint: region to sign for; that of a function URL or of the environment by default')
  .option('--digest <digest>', 'digest of the ledger that the exports must lead to: base64, or a file of LedgerDigest', digest)
  .option('--tip <sequenceNo>', 'block that the digest was taken at; the last one by default', sequenceNo)
  .addOption(new Option('--permissions-mode <mode>', 'permissions mode of the ledger').choices(['STANDARD', 'ALLOW_ALL']).default('STANDARD'))
  .option('--no-deletion-protection', 'let the ledger be deleted without turning protection off first')
  .option('--start-over', 'with --data: give up an interrupted restore of that ledger, and begin again')
  .option('--json', 'print the outcome as JSON')
  .action(expecting(restoreExportCommand));

program.parseAsync().catch((error: Error) => {
  console.error(`cdk-ledger: ${error.message}`);
  process.exitCode = 2;
});

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return value;
}

function accountId(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('An account id has 12 digits.');
  return text;
}

function hours(text: string): number {
  if (!/^\d{1,5}(\.\d{1,3})?$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('Hours are a number above 0, such as 24 or 0.5.');
  return Number(text);
}

function seconds(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Seconds are a whole number from 1.');
  return Number(text);
}

function threads(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('A number of threads is a whole number from 1 to 99.');
  return Number(text);
}

function ledgerName(text: string): string {
  if (text.length > LEDGER_NAME.maxLength || !LEDGER_NAME.pattern.test(text)) {
    throw new InvalidArgumentError('A name has 1 to 32 letters, digits and single hyphens, none at its ends, and is no number.');
  }
  return text;
}

function digest(text: string): ExpectedDigest {
  try {
    return keptDigest(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** A command that expects a digest. A file with a digest tells its tip, too, but what the command line says comes first. */
function expecting<Subject, Options>(command: (subject: Subject, options: Options) => Promise<void>) {
  return (subject: Subject, { digest: kept, tip, ...others }: { digest?: ExpectedDigest; tip?: number }): Promise<void> =>
    command(subject, { ...others, digest: kept?.digest, tip: tip ?? kept?.sequenceNo } as Options);
}

function sequenceNo(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A sequence number is a whole number from 0.');
  return Number(text);
}
