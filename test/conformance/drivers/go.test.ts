import * as path from 'node:path';
import { builtOnce, runTool } from './built-once';
import { describeDriver } from './driver-suite';
import { findTools } from './toolchain';

const FOLDER = path.join(__dirname, 'go');
const SOURCES = ['go.mod', 'go.sum', 'program.go', 'connect.go', 'ion_text.go'].map(file => path.join(FOLDER, file));

async function prepare(): Promise<string[]> {
  const build = await builtOnce('go', SOURCES, async folder =>
    runTool('go', ['build', '-mod=readonly', '-buildvcs=false', '-o', path.join(folder, 'program'), '.'], { cwd: FOLDER }));
  return [path.join(build, 'program')];
}

describeDriver({
  driver: 'amazon-qldb-driver-go 3.0.1',
  toolchain: findTools({ name: 'Go', command: ['go', 'version'], version: /go(\d+)\.(\d+)/, oldest: [1, 21] }),
  prepare,
});
