import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { BUILDING_MILLIS, packageSources, synthesizeHere, templateIn } from './polyglot-stack';
import { runTool } from '../conformance/drivers/built-once';
import { DRIVERS_FOLDER, findTools } from '../conformance/drivers/toolchain';

const FOLDER = path.join(__dirname, 'java');
const LOCAL_REPOSITORY = path.join(DRIVERS_FOLDER, 'maven');

const { missing } = findTools(
  { name: 'a JDK', command: ['javac', '-version'], version: /javac (\d+)(?:\.(\d+))?/, oldest: [17, 0] },
  { name: 'Maven', command: ['mvn', '--version'], version: /Apache Maven (\d+)\.(\d+)/, oldest: [3, 6] },
);

let folder: string;
beforeAll(() => { folder = mkdtempSync(path.join(tmpdir(), 'cdk-ledger-java-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const title = 'a Java app that uses the package built for Java synthesizes the template that TypeScript does';
(missing ? test.skip : test)(missing ? `${title} (skipped: ${missing})` : title, async () => {
  const [build, there, here] = ['build', 'there', 'here'].map(name => path.join(folder, name)) as [string, string, string];
  mkdirSync(LOCAL_REPOSITORY, { recursive: true });
  const maven = (...args: string[]) => runTool('mvn', ['--batch-mode', '--no-transfer-progress', `-Dmaven.repo.local=${LOCAL_REPOSITORY}`, ...args]);
  const sources = await packageSources('java', path.join(folder, 'sources'));
  await maven('--file', path.join(sources, 'pom.xml'), '-Dmaven.javadoc.skip', '-Dmaven.source.skip', '-Dgpg.skip', 'install');
  await maven('--file', path.join(FOLDER, 'pom.xml'), `-DbuildDirectory=${build}`, 'compile', 'dependency:copy-dependencies');
  await runTool('java', ['-cp', [path.join(build, 'classes'), path.join(build, 'libraries', '*')].join(path.delimiter), 'App', there]);
  synthesizeHere(here);
  expect(templateIn(there)).toEqual(templateIn(here));
}, BUILDING_MILLIS);
