import { spawn, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type { Caller, Outcome } from './outcome';
import { pythonEnvironment } from '../../../local-aws/python-environment';

const ENVIRONMENTS = path.join(__dirname, '..', '..', '..', '.local-aws');
const SUITABLE = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';

/** Whether there is a Python that boto3 can be installed for. */
export function hasPython(): boolean {
  const { PYTHON } = process.env;
  return (PYTHON ? [PYTHON] : ['python3', 'python']).some(command => spawnSync(command, ['-c', SUITABLE]).status === 0);
}

/** boto3 in a process of its own. `model` is the service model that it works from. */
export interface Boto3Caller extends Caller { model(): Promise<unknown> }

/** @throws Error when boto3 cannot be installed */
export async function boto3Caller(): Promise<Boto3Caller> {
  const python = await pythonEnvironment(path.join(__dirname, 'requirements.txt'), ENVIRONMENTS);
  const child = spawn(python, [path.join(__dirname, 'boto3_caller.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
  const ask = async (request: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('The boto3 process ended without an answer.');
    return JSON.parse(value as string);
  };
  return {
    name: 'boto3',
    call: async (endpoint, region, operation, input) => await ask({ endpoint, region, operation, input }) as Outcome,
    model: async () => ask({ model: true }),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
