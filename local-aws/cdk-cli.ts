import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import type { LocalAws } from './local-aws';

const REPOSITORY = path.join(__dirname, '..');
const FOLDER = path.join(REPOSITORY, '.local-aws');
const CLI = path.join(REPOSITORY, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const OUTPUT_TAIL_LINES = 60;
const FAILURE_LINES = 40;

/** Where the CDK CLI runs, and what it synthesises. */
export interface CdkOptions {
  /** Working directory: the CLI reads `cdk.json` and `cdk.context.json` there. @default the repository */
  readonly cwd?: string;
  /** The command that synthesises, or a folder that already holds a cloud assembly. */
  readonly app?: string;
  /** Folder of the cloud assembly; two apps at the same time need two. */
  readonly output?: string;
  /** Variables for the app, added to those of the local AWS. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Given every piece of output as it appears. */
  readonly onOutput?: (text: string) => void;
}

/** The app option for a TypeScript file of this repository, compiled on the fly. */
export function typeScriptApp(file: string): string {
  // The CLI strips quotes around the whole command, so its first word must do without: the runner's PATH starts with our own Node.
  return `node -r ${JSON.stringify(require.resolve('ts-node/register/transpile-only'))} ${JSON.stringify(path.resolve(file))}`;
}

/**
 * Runs the CDK CLI against the local AWS, without telemetry, notices, questions, or a look at the reader's own AWS profile.
 *
 * @returns what the CLI printed on its standard output
 * @throws Error with the tail of everything it printed when it ends with anything but 0
 */
export async function cdk(localAws: LocalAws, args: readonly string[], options: CdkOptions = {}): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const flags = [
    '--no-notices', '--no-version-reporting', '--no-color',
    ...options.app ? ['--app', options.app] : [],
    ...options.output ? ['--output', options.output] : [],
  ];
  const child = spawn(process.execPath, [CLI, ...args, ...flags], {
    cwd: options.cwd ?? REPOSITORY,
    env: {
      PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      HOME: process.env.HOME,
      CDK_HOME: path.join(FOLDER, 'cdk-home'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CI: 'true', // progress on standard output, no terminal tricks
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      CDK_DISABLE_VERSION_CHECK: 'true',
      TS_NODE_PROJECT: path.join(REPOSITORY, 'tsconfig.dev.json'),
      ...localAws.environment,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let standardOutput = '';
  let output = '';
  const take = (text: string) => {
    output += text;
    options.onOutput?.(text);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    standardOutput += text;
    take(text);
  });
  child.stderr.setEncoding('utf8').on('data', take);

  const end = await new Promise<string | number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  if (end === 0) return standardOutput;
  throw new Error(`cdk ${args.join(' ')} ended with ${end}:\n${essence(output)}\nLog of the local AWS: ${localAws.logFile}`);
}

/** The lines that name a failure, then the tail: after a failed deployment the CLI prints so many function logs that the tail alone hides it. */
function essence(output: string): string {
  const lines = output.trimEnd().split('\n');
  const earlier = lines.slice(0, -OUTPUT_TAIL_LINES).filter(line => /_FAILED|❌|[Ee]rror:/.test(line));
  return [...earlier.slice(0, FAILURE_LINES), ...lines.slice(-OUTPUT_TAIL_LINES)].join('\n');
}
