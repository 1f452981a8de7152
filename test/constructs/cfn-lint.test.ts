import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib';
import { fullStack } from './full-stack';
import { pythonEnvironment } from '../../local-aws/python-environment';
import { FAMILIES } from '../integ/families';

const REQUIREMENTS = path.join(__dirname, 'cfn-lint.requirements.txt');
const REPOSITORY = path.join(__dirname, '..', '..');
/** Where all services that the templates name are there. */
const REGION = 'us-east-1';
const LINTING_MILLIS = 240_000;

/** What cfn-lint objects to and CDK, not this library, decides. */
const ACCEPTED: Readonly<Record<string, string>> = {
  W3005: 'CDK depends on all of a construct, also where a reference already says so.',
};

interface Finding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
  readonly Filename: string;
}

test('cfn-lint finds nothing in any template that the library makes', async () => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'cdk-ledger-lint-'));
  process.env.CDK_VALIDATION = 'false'; // CDK's own linter takes seconds, and this one is to judge
  for (const method of ['warn', 'error', 'log'] as const) jest.spyOn(console, method).mockImplementation(); // synthesis prints the constructs' warnings
  try {
    const templates = Object.entries({ ...FAMILIES, full: (app: App) => [fullStack(app).stack] }).flatMap(([name, family]) => {
      const folder = path.join(outdir, name);
      const app = new App({ outdir: folder });
      family(app);
      app.synth();
      return readdirSync(folder).filter(file => file.endsWith('.template.json')).map(file => path.join(folder, file));
    });
    const findings = await lint(templates);
    const told = findings.map(({ Rule, Message, Location, Filename }) =>
      `${path.relative(outdir, Filename)} ${Location.Path?.join('/') ?? ''}: ${Rule.Id} ${Message}`);
    expect(told.filter(text => !Object.keys(ACCEPTED).some(rule => text.includes(`: ${rule} `)))).toEqual([]);
    expect(Object.keys(ACCEPTED).filter(rule => !told.some(text => text.includes(`: ${rule} `)))).toEqual([]);
  } finally {
    delete process.env.CDK_VALIDATION;
    rmSync(outdir, { recursive: true, force: true });
  }
}, LINTING_MILLIS);

async function lint(templates: readonly string[]): Promise<Finding[]> {
  const python = await pythonEnvironment(REQUIREMENTS, path.join(REPOSITORY, '.local-aws'));
  const command = ['-c', 'from cfnlint.runner.cli import main; main()', '--format', 'json', '--regions', REGION, '--include-checks', 'W', '--', ...templates];
  return new Promise((resolve, reject) => {
    execFile(python, command, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      // It ends with a code of its own when there are findings.
      try {
        resolve(stdout.trim() === '' && !error ? [] : JSON.parse(stdout) as Finding[]);
      } catch {
        reject(new Error(`cfn-lint failed: ${stderr || String(error)}`));
      }
    });
  });
}
