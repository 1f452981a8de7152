import { mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import { builtOnce, runTool } from './built-once';
import { describeDriver } from './driver-suite';
import { DRIVERS_FOLDER, findTools } from './toolchain';

const FOLDER = path.join(__dirname, 'java');
const SOURCES = ['pom.xml', 'src/main/java/Connect.java', 'src/main/java/Program.java'].map(file => path.join(FOLDER, file));
const LOCAL_REPOSITORY = path.join(DRIVERS_FOLDER, 'maven');

async function prepare(): Promise<string[]> {
  const build = await builtOnce('java', SOURCES, async (folder) => {
    await mkdir(LOCAL_REPOSITORY, { recursive: true });
    await runTool('mvn', [
      '--batch-mode', '--no-transfer-progress', '--file', path.join(FOLDER, 'pom.xml'), `-Dmaven.repo.local=${LOCAL_REPOSITORY}`, `-DbuildDirectory=${folder}`,
      'compile', 'dependency:copy-dependencies',
    ]);
  });
  return ['java', '-cp', [path.join(build, 'classes'), path.join(build, 'libraries', '*')].join(path.delimiter), 'Program'];
}

describeDriver({
  driver: 'amazon-qldb-driver-java 2.3.1',
  toolchain: findTools(
    { name: 'a JDK', command: ['javac', '-version'], version: /javac (\d+)(?:\.(\d+))?/, oldest: [17, 0] },
    { name: 'Maven', command: ['mvn', '--version'], version: /Apache Maven (\d+)\.(\d+)/, oldest: [3, 6] },
  ),
  prepare,
});
