import { rm } from 'node:fs/promises';
import * as path from 'node:path';
import { builtOnce, runTool } from './built-once';
import { describeDriver } from './driver-suite';
import { findTools } from './toolchain';

const FOLDER = path.join(__dirname, 'python');
const REQUIREMENTS = path.join(FOLDER, 'requirements.txt');
const BUILD_REQUIREMENTS = path.join(FOLDER, 'build-requirements.txt');
const PYTHON = process.env.PYTHON ?? 'python3';
const PIP = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--require-hashes', '--requirement'];

/** The packages are reached through PYTHONPATH: a virtual environment cannot be renamed, so one only builds them. */
async function prepare(): Promise<string[]> {
  const environment = await builtOnce('python', [REQUIREMENTS, BUILD_REQUIREMENTS], async (folder) => {
    const builder = path.join(folder, 'builder');
    await runTool(PYTHON, ['-m', 'venv', builder]);
    const python = path.join(builder, 'bin', 'python');
    await runTool(python, [...PIP, BUILD_REQUIREMENTS]);
    await runTool(python, [...PIP, REQUIREMENTS, '--no-build-isolation', '--target', path.join(folder, 'packages')], {
      // With git and cmake in reach, the Ion library would fetch a C library from GitHub and compile it.
      env: { ...process.env, PATH: path.join(builder, 'bin') },
    });
    await rm(builder, { recursive: true });
  });
  return ['env', `PYTHONPATH=${path.join(environment, 'packages')}`, PYTHON, path.join(FOLDER, 'program.py')];
}

describeDriver({
  driver: 'pyqldb 3.2.4',
  toolchain: findTools({
    name: 'Python (with venv)',
    command: [PYTHON, '-c', 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])'],
    version: /^(\d+)\.(\d+)/,
    oldest: [3, 10],
  }),
  prepare,
});
