import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pythonEnvironment } from './python-environment';

const REPOSITORY = path.join(__dirname, '..');
const FOLDER = path.join(REPOSITORY, '.local-aws');
const REGION = 'us-east-1';
const ACCOUNT_ID = '000000000000';
const LOOPBACK = '127.0.0.1';
const READY_WITHIN_SECONDS = 60;
const ATTEMPTS = 3;
const KEPT_LOGS = 20;
const LOG_TAIL_LINES = 40;

/** How the local AWS differs from its defaults. */
export interface LocalAwsOptions {
  /** Variables added to the environment that every locally deployed Lambda function inherits. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /** MiniStack's log level. @default 'WARNING' */
  readonly logLevel?: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
}

/** An AWS of one's own on the loopback interface: empty at the start, gone after `stop()`. */
export interface LocalAws {
  readonly endpoint: string;
  readonly accountId: string;
  readonly region: string;
  /** What an AWS SDK, the AWS CLI or the CDK CLI needs in its environment to talk to this AWS and to nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Where a function URL answers: `https://<id>.lambda-url.<region>.on.aws/` does not resolve on this machine. Other URLs pass unchanged. */
  functionUrl(url: string): string;
  /** Ends the emulator and every function process it started. Resolves when they are gone; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts MiniStack on a free loopback port, installing it on first use.
 *
 * Whatever ends this process (even SIGKILL) also ends the emulator and its function processes: it watches a pipe that we hold open.
 *
 * @throws Error with the tail of the emulator's log when it does not become ready, or saying what to install when Python is missing
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const python = await pythonEnvironment(path.join(__dirname, 'requirements.txt'), FOLDER);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(python, options);
    } catch (problem) {
      // Between finding a free port and listening on it, someone else may take it.
      if (attempt === ATTEMPTS || !/already in use/.test(String(problem))) throw problem;
    }
  }
}

async function startOnce(python: string, options: LocalAwsOptions): Promise<LocalAws> {
  const port = await freePort();
  const endpoint = `http://${LOOPBACK}:${port}`;
  const temporaryFolder = await mkdtemp(path.join(tmpdir(), 'cdk-ledger-aws-'));
  const logFile = await newLogFile(port);
  const log = openSync(logFile, 'a');
  const emulator = spawn(python, ['-u', path.join(__dirname, 'launch.py')], {
    cwd: temporaryFolder,
    env: emulatorEnvironment(port, temporaryFolder, options),
    stdio: ['pipe', log, log],
    detached: true, // leads a process group of its own, so that the whole group can be ended at once
  });
  closeSync(log);
  emulator.unref();
  (emulator.stdin as unknown as { unref(): void }).unref();

  let stopped: Promise<void> | undefined;
  const stop = () => stopped ??= endGroup(emulator).then(() => rm(temporaryFolder, { recursive: true, force: true, maxRetries: 5 }));
  try {
    await untilReady(emulator, endpoint);
  } catch (problem) {
    await stop();
    throw new Error(`The local AWS did not start: ${(problem as Error).message}\n${await tail(logFile)}\nFull log: ${logFile}`, { cause: problem });
  }
  return {
    endpoint,
    accountId: ACCOUNT_ID,
    region: REGION,
    environment: clientEnvironment(endpoint),
    logFile,
    functionUrl: url => localFunctionUrl(endpoint, url),
    stop,
  };
}

/** Functions inherit all of this (MiniStack hands its own environment on), so only what they may see is listed. */
function emulatorEnvironment(port: number, temporaryFolder: string, options: LocalAwsOptions): NodeJS.ProcessEnv {
  return {
    // The emulator cannot tell who calls a function URL; on AWS the service reads the caller from the request and never has this.
    CDK_LEDGER_CALLER_ARN: `arn:aws:iam::${ACCOUNT_ID}:root`,
    ...options.functionEnvironment,
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter), // functions run on the Node that runs us
    HOME: temporaryFolder, // no ~/.aws
    TMPDIR: temporaryFolder,
    LANG: 'C.UTF-8',
    NODE_PATH: path.join(REPOSITORY, 'node_modules'), // the SDK that AWS's runtime would provide
    GATEWAY_PORT: String(port),
    BIND_HOST: LOOPBACK,
    MINISTACK_HOST: LOOPBACK,
    MINISTACK_REGION: REGION,
    MINISTACK_ACCOUNT_ID: ACCOUNT_ID,
    IOT_MTLS_ENABLED: '0', // these two would listen as well
    SFTP_ENABLED: '0',
    LOG_LEVEL: options.logLevel ?? 'WARNING',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

function clientEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null', // the reader's own profiles must not reach this AWS, nor this code the reader's account
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}

function localFunctionUrl(endpoint: string, url: string): string {
  const match = /^https:\/\/([a-z0-9-]+)\.lambda-url\.[a-z0-9-]+\.on\.aws(\/.*)?$/.exec(url);
  return match ? `${endpoint}/_aws/lambda-url/${match[1]}${match[2] === '/' ? '' : match[2] ?? ''}` : url;
}

async function untilReady(emulator: ChildProcess, endpoint: string): Promise<void> {
  let spawnError: Error | undefined;
  emulator.once('error', problem => spawnError = problem);
  const deadline = Date.now() + READY_WITHIN_SECONDS * 1000;
  while (Date.now() < deadline) {
    if (spawnError) throw spawnError;
    if (hasEnded(emulator)) throw new Error(`it ended with ${emulator.signalCode ?? `exit code ${emulator.exitCode}`}.`);
    const answer = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok && !hasEnded(emulator)) return;
    await delay(50);
  }
  throw new Error(`no answer at ${endpoint} within ${READY_WITHIN_SECONDS} seconds.`);
}

async function endGroup(emulator: ChildProcess): Promise<void> {
  if (emulator.pid === undefined) return;
  const ended = hasEnded(emulator) ? undefined : once(emulator, 'exit');
  try {
    process.kill(-emulator.pid, 'SIGKILL'); // nothing to save: all state is in memory
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'ESRCH') throw problem;
  }
  emulator.ref();
  await ended;
}

function hasEnded(emulator: ChildProcess): boolean {
  return emulator.exitCode !== null || emulator.signalCode !== null;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error(`no TCP port on ${LOOPBACK}`);
  return address.port;
}

async function newLogFile(port: number): Promise<string> {
  const folder = path.join(FOLDER, 'logs');
  await mkdir(folder, { recursive: true });
  const oldest = (await readdir(folder)).sort().slice(0, -KEPT_LOGS);
  await Promise.all(oldest.map(name => rm(path.join(folder, name), { force: true })));
  return path.join(folder, `${new Date().toISOString().replace(/[:.]/g, '-')}-${port}.log`);
}

async function tail(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
