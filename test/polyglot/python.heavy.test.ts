import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { BUILDING_MILLIS, packageSources, REPOSITORY, synthesizeHere, templateIn } from './polyglot-stack';
import { pythonEnvironment } from '../../local-aws/python-environment';
import { runTool } from '../conformance/drivers/built-once';

const FOLDER = path.join(__dirname, 'python');

let folder: string;
beforeAll(() => { folder = mkdtempSync(path.join(tmpdir(), 'cdk-ledger-python-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a Python app that uses the package built for Python synthesizes the template that TypeScript does', async () => {
  const python = await pythonEnvironment(path.join(FOLDER, 'requirements.txt'), path.join(REPOSITORY, '.local-aws'));
  const [packages, there, here] = ['packages', 'there', 'here'].map(name => path.join(folder, name)) as [string, string, string];
  const sources = await packageSources('python', path.join(folder, 'sources'));
  await runTool(python, [
    '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-build-isolation', '--no-index', '--target', packages, sources,
  ]);
  await runTool(python, [path.join(FOLDER, 'app.py'), there], { env: { ...process.env, PYTHONPATH: packages } });
  synthesizeHere(here);
  expect(templateIn(there)).toEqual(templateIn(here));
}, BUILDING_MILLIS);
