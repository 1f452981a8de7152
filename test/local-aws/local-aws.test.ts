import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { startLocalAws } from '../../local-aws/local-aws';
import { pythonEnvironment } from '../../local-aws/python-environment';

jest.setTimeout(120_000); // the first start installs MiniStack

interface FunctionProcess {
  readonly pid: number;
  readonly emulatorPid: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Deploys a function that tells about its own process, and calls it. */
async function functionProcess(endpoint: string): Promise<FunctionProcess> {
  const cloudFormation = new CloudFormationClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  await cloudFormation.send(new CreateStackCommand({
    StackName: 'process',
    TemplateBody: JSON.stringify({
      Resources: {
        Function: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            FunctionName: 'process',
            Runtime: 'nodejs22.x',
            Handler: 'index.handler',
            Role: 'arn:aws:iam::000000000000:role/any',
            Code: { ZipFile: 'exports.handler = async () => ({ pid: process.pid, emulatorPid: process.ppid, environment: process.env });' },
          },
        },
      },
    }),
  }));
  await waitUntilStackCreateComplete({ client: cloudFormation, maxWaitTime: 20, minDelay: 1 }, { StackName: 'process' });
  cloudFormation.destroy();
  const answer = await fetch(`${endpoint}/2015-03-31/functions/process/invocations`, { method: 'POST', body: '{}' });
  return await answer.json() as FunctionProcess;
}

/** A process of its own that starts a local AWS and then only waits. */
async function startInAnotherProcess() {
  const script = `
    require(${JSON.stringify(path.join(__dirname, '../../local-aws/local-aws.ts'))}).startLocalAws()
      .then(localAws => { console.log(localAws.endpoint); setInterval(() => {}, 1000); });
  `;
  const child = spawn(process.execPath, ['-r', require.resolve('ts-node/register/transpile-only'), '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TS_NODE_PROJECT: path.join(__dirname, '../../tsconfig.dev.json'), SECRET_OF_THE_CALLER: 'do not tell' },
  });
  const [endpoint] = await once(createInterface({ input: child.stdout }), 'line') as [string];
  return { child, endpoint };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Whoever inherits an orphan may take its time to bury it.
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function untilEnded(pids: readonly number[]): Promise<void> {
  for (let attempt = 0; pids.some(isRunning); attempt++) {
    if (attempt === 200) throw new Error(`still running: ${pids.filter(isRunning).join(', ')}`);
    await delay(50);
  }
}

/** Local addresses, as the kernel writes them in hexadecimal, on which a process listens. */
function listeningAddresses(pid: number): string[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
  return ['tcp', 'tcp6'].flatMap(table => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.includes(inode))
    .map(([, local]) => local));
}

describe('a started local AWS', () => {
  test('answers on its endpoint, runs functions on this Node, and is gone with them after stop', async () => {
    const localAws = await startLocalAws();
    const { pid, emulatorPid, environment } = await functionProcess(localAws.endpoint);

    expect(isRunning(pid)).toBe(true);
    expect(environment).toMatchObject({ AWS_ENDPOINT_URL: localAws.endpoint, CDK_LEDGER_CALLER_ARN: 'arn:aws:iam::000000000000:root' });

    await localAws.stop();
    await localAws.stop();
    await untilEnded([pid, emulatorPid]);
    await expect(fetch(localAws.endpoint)).rejects.toThrow();
  });

  (process.platform === 'linux' ? test : test.skip)('listens on one loopback address and nowhere else', async () => {
    const localAws = await startLocalAws();
    const { emulatorPid } = await functionProcess(localAws.endpoint);
    const port = Number(new URL(localAws.endpoint).port).toString(16).toUpperCase().padStart(4, '0');

    expect(listeningAddresses(emulatorPid)).toEqual([`0100007F:${port}`]);

    await localAws.stop();
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends with its functions when %s ends the process that started it', async signal => {
    const { child, endpoint } = await startInAnotherProcess();
    const { pid, emulatorPid, environment } = await functionProcess(endpoint);
    expect(environment).not.toHaveProperty('SECRET_OF_THE_CALLER');

    child.kill(signal);

    await untilEnded([pid, emulatorPid]);
  });

  test('that cannot start says why, with the end of its log', async () => {
    await expect(startLocalAws({ logLevel: 'LOUD' as 'DEBUG' })).rejects.toThrow(/did not start: it ended[^]*LOUD[^]*Full log: /);
  });

  test('rewrites function URLs to where they answer and leaves other URLs alone', async () => {
    const localAws = await startLocalAws();
    const { endpoint } = localAws;

    expect(localAws.functionUrl('https://0a1b.lambda-url.us-east-1.on.aws/')).toBe(`${endpoint}/_aws/lambda-url/0a1b`);
    expect(localAws.functionUrl('https://0a1b.lambda-url.us-east-1.on.aws/ledgers/x')).toBe(`${endpoint}/_aws/lambda-url/0a1b/ledgers/x`);
    expect(localAws.functionUrl('https://example.com/')).toBe('https://example.com/');

    await localAws.stop();
  });
});

describe('the Python environment', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-ledger-python-'));
  const requirements = path.join(folder, 'requirements.txt');
  writeFileSync(requirements, '# nothing\n');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is built once by two who ask at the same time', async () => {
    const kept = path.join(folder, 'kept');

    const [one, other] = await Promise.all([pythonEnvironment(requirements, kept), pythonEnvironment(requirements, kept)]);

    expect(one).toBe(other);
    expect(readdirSync(kept)).toHaveLength(1);
  });

  test('with another version of MiniStack in it is refused by the launcher', async () => {
    const python = await pythonEnvironment(requirements, path.join(folder, 'kept'));
    const packages = path.join(folder, 'packages');
    mkdirSync(path.join(packages, 'ministack-9.9.9.dist-info'), { recursive: true });
    writeFileSync(path.join(packages, 'ministack-9.9.9.dist-info', 'METADATA'), 'Metadata-Version: 2.1\nName: ministack\nVersion: 9.9.9\n');
    const launcher = spawn(python, [path.join(__dirname, '../../local-aws/launch.py')], {
      env: { PYTHONPATH: packages, TMPDIR: mkdtempSync(path.join(folder, 'run-')) }, stdio: ['pipe', 'ignore', 'pipe'], detached: true,
    });
    let complaint = '';
    launcher.stderr.on('data', text => complaint += text);

    const [exitCode] = await once(launcher, 'close');

    expect(complaint).toMatch(/cannot repair MiniStack: ministack 9\.9\.9 is installed, the repairs were written for \d/);
    expect(exitCode).toBe(1);
  });

  test('says what to install when there is no Python', async () => {
    const before = process.env.PYTHON;
    process.env.PYTHON = '/no/such/python';
    try {
      await expect(pythonEnvironment(requirements, folder)).rejects
        .toThrow(/needs Python 3.10 or newer[^]*\/no\/such\/python[^]*apt install python3/);
    } finally {
      if (before === undefined) delete process.env.PYTHON;
      else process.env.PYTHON = before;
    }
  });
});
