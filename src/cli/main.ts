import { Command, InvalidArgumentError } from 'commander';
import { serve } from './serve';
import { verifyExportCommand } from './verify-export-command';
import { version } from '../../package.json';

// The SDK warns of the Node versions that its future releases will need; this one is bundled.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const program = new Command('cdk-ledger')
  .description('Verifiable ledgers: serve one on this machine, verify what was exported from one.')
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

const verify = program.command('verify').description('Verify journal data: exit code 0 is valid, 1 is tampered with, 2 is unreadable');
verify.command('export <location>')
  .description('Verify every finished export in a folder or under s3://BUCKET/PREFIX')
  .option('--digest <base64>', 'digest of the ledger that the export must lead to', digest)
  .option('--tip <sequenceNo>', 'sequence number of the block that the digest was taken at', sequenceNo)
  .option('--json', 'print the verdicts as JSON')
  .action(verifyExportCommand);

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

function digest(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32) throw new InvalidArgumentError('A digest is 32 bytes in base64, as GetDigest prints it.');
  return bytes;
}

function sequenceNo(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A sequence number is a whole number from 0.');
  return Number(text);
}
