import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const OLDEST_PYTHON = [3, 10] as const;
const PYTHON_COMMANDS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const PROBE = 'import sys, json; ' +
  'major, minor = sys.version_info[:2]\n' +
  'try:\n import venv, ensurepip; venvs = True\nexcept ImportError: venvs = False\n' +
  'print(json.dumps({"executable": sys.executable, "major": major, "minor": minor, "venvs": venvs}))';

interface Python {
  readonly executable: string;
  readonly major: number;
  readonly minor: number;
  readonly venvs: boolean;
}

/**
 * The Python interpreter of a virtual environment that holds exactly the pinned requirements; built on first use, then reused.
 *
 * Several processes may ask at once: each builds under a name of its own and the first rename wins.
 *
 * @param requirements path of a requirements file with hashes
 * @param folder where environments are kept, one per content of the requirements and version of Python
 * @throws Error saying what to install when no suitable Python is found, or with pip's own words when the download fails
 */
export async function pythonEnvironment(requirements: string, folder: string): Promise<string> {
  const python = await findPython();
  const key = createHash('sha256').update(await readFile(requirements)).update(`${python.executable} ${python.major}.${python.minor}`).digest('hex');
  const home = path.join(folder, `python-${key.slice(0, 16)}`);
  const interpreter = path.join(home, 'bin', 'python');
  if (existsSync(interpreter)) return interpreter;

  await mkdir(folder, { recursive: true });
  const draft = `${home}.${randomUUID()}`;
  try {
    await run(python.executable, ['-m', 'venv', draft]);
    await run(path.join(draft, 'bin', 'python'), [
      '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary', ':all:', '--require-hashes',
      '--requirement', requirements,
    ], { maxBuffer: 64 * 1024 * 1024 });
    await rename(draft, home).catch((problem: NodeJS.ErrnoException) => {
      if (!existsSync(interpreter)) throw problem; // else another process was first
    });
  } catch (problem) {
    const output = (problem as { stderr?: string }).stderr?.trim();
    throw new Error(
      `The local AWS could not be installed from ${requirements} with ${python.executable}: ${output || String(problem)}\n` +
      'It needs PyPI (or a mirror named by PIP_INDEX_URL) once; after that it works offline.', { cause: problem });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return interpreter;
}

/** The first suitable Python: the one named by the environment variable PYTHON alone if it is set, else what the PATH offers. */
async function findPython(): Promise<Python> {
  const commands = process.env.PYTHON ? [process.env.PYTHON] : PYTHON_COMMANDS;
  const rejected: string[] = [];
  for (const command of commands) {
    const python = await probe(command);
    const [major, minor] = OLDEST_PYTHON;
    if (!python) {
      if (process.env.PYTHON) rejected.push(`${command} (from PYTHON) does not run`);
    } else if (python.major !== major || python.minor < minor) {
      rejected.push(`${python.executable} is ${python.major}.${python.minor}`);
    } else if (!python.venvs) {
      rejected.push(`${python.executable} lacks the venv module (Debian and Ubuntu: apt install python3-venv)`);
    } else {
      return python;
    }
  }
  throw new Error(
    `The local AWS needs Python ${OLDEST_PYTHON.join('.')} or newer with its venv module; found: ${rejected.join('; ') || 'none'}. ` +
    'Install python3 (Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python3), or name one with PYTHON=/path/to/python3.');
}

async function probe(command: string): Promise<Python | undefined> {
  try {
    return JSON.parse((await run(command, ['-c', PROBE], { timeout: 30_000 })).stdout) as Python;
  } catch {
    return undefined;
  }
}
