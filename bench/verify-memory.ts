import { createRequire } from 'node:module';

/**
 * A process of its own: runs the bundled command line, given with its arguments, and tells on standard error what memory it took at most. Without
 * arguments it does nothing.
 */
const [commandLine] = process.argv.splice(2, 1);
process.on('exit', () => {
  // On Linux the kernel counts in units of 1024 bytes.
  process.stderr.write(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
});
if (commandLine !== undefined) createRequire(__filename)(commandLine);
