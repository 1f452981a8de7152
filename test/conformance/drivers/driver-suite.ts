import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CREDENTIALS, LEDGER, REGION, startLedgerUnderTest, type LedgerUnderTest } from './ledger-under-test';
import { SCENARIO, type Task } from './scenario';
import type { Toolchain } from './toolchain';
import { parseIon, printIon } from '../../../src/ion';

/** What a program is given: the scenario, and where to run it. */
export interface Run {
  readonly service: string;
  readonly functionUrl: string;
  readonly proxy: string;
  readonly control: string;
  readonly region: string;
  readonly ledger: string;
  readonly steps: readonly Task[];
}

/** A program in some language that runs the scenario with that language's official driver. */
export interface DriverProgram {
  /** The driver's name and version. */
  readonly driver: string;
  /** Absent tools mean that the suite is skipped, and says so. */
  readonly toolchain: Toolchain;
  /** Installs and compiles what is not there yet; answers the command that takes the file of a run as its last argument. */
  prepare(): Promise<readonly string[]>;
}

type Answer = { rows?: string[]; names?: string[] } & Readonly<Record<string, unknown>>;

/** Cold, a driver and all it stands on are downloaded and compiled. */
const PREPARE_MILLIS = 10 * 60_000;
const RUN_MILLIS = 120_000;

/** The tests of one driver: a test for each step of the scenario, and what the service saw of it. */
export function describeDriver(program: DriverProgram): void {
  const { driver, toolchain } = program;
  if (toolchain.missing) {
    const reason = `${driver} is skipped: ${toolchain.missing}`;
    console.warn(reason);
    test.skip(reason, () => {});
    return;
  }
  describe(driver, () => {
    let ledger: LedgerUnderTest;
    let answers: readonly Answer[];

    beforeAll(async () => {
      const command = await program.prepare();
      ledger = await startLedgerUnderTest();
      answers = await runProgram(command, ledger);
    }, PREPARE_MILLIS + RUN_MILLIS);
    afterAll(async () => ledger?.stop());

    test.each(SCENARIO.map(({ name }, index) => [name, index] as const))('%s', (_, index) => {
      expect(comparable(answers[index])).toEqual(comparable(SCENARIO[index]!.expected as Answer));
    });

    test('the pool kept its sessions, and ended them when the driver was closed', () => {
      const count = (operation: string) => ledger.log.filter(event => event.operation === operation && event.status === 200).length;
      expect(count('StartSession')).toBeLessThan(count('StartTransaction') / 4);
      expect(count('EndSession')).toBeGreaterThan(0);
    });

    test('the service failed nowhere', () => {
      expect(ledger.log.filter(({ event, status }) => event === 'fault' || Number(status) >= 500)).toEqual([]);
    });
  });
}

async function runProgram(command: readonly string[], { service, functionUrl, proxy, control }: LedgerUnderTest): Promise<readonly Answer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-ledger-run-'));
  try {
    const file = join(folder, 'run.json');
    const steps = SCENARIO.map(({ name, expected, ...task }) => task);
    const run: Run = { service, functionUrl, proxy, control, region: REGION, ledger: LEDGER, steps };
    await writeFile(file, JSON.stringify(run));
    const output = await outputOf([...command, file]);
    const answers = output.trim().split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Answer);
    if (answers.length !== SCENARIO.length) throw new Error(`The program answered ${answers.length} of ${SCENARIO.length} steps.`);
    return answers;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The drivers get their credentials the way they do everywhere: from the environment. */
const AWS_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

async function outputOf([command, ...args]: readonly string[]): Promise<string> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));
  const child = spawn(command!, args, { env: { ...environment, ...AWS_ENVIRONMENT }, stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_MILLIS });
  let standardOutput = '';
  let standardError = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => standardOutput += text);
  child.stderr.setEncoding('utf8').on('data', (text: string) => standardError += text);
  const end = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  if (end === 0) return standardOutput;
  throw new Error(`The program ended with ${end}.\n${standardError.slice(-4_000)}\nIts last words: ${standardOutput.slice(-1_000)}`);
}

/** Rows come in any order, in each Ion library's own spelling, and with ids that differ from run to run. */
function comparable(answer: Answer | undefined): unknown {
  if (answer?.names) return { ...answer, names: [...answer.names].sort() };
  if (!answer?.rows) return answer;
  return { ...answer, rows: answer.rows.map(row => printIon(parseIon(row)).replace(/"[0-9A-Za-z]{22}"/g, '"<id>"')).sort() };
}
