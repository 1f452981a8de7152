import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * A process of its own: runs the bundled command line, given with its arguments, and tells on standard error what memory it took at most. Without
 * arguments it does nothing.
 */
const [commandLine] = process.argv.splice(2, 1);
process.on('exit', () => {
  // What getrusage tells starts with the size of the process that this one was forked from.
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
  process.stderr.write(JSON.stringify({ peakBytes: Number(kibibytes) * 1024 }));
});
if (commandLine !== undefined) createRequire(__filename)(commandLine);
