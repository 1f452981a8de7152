import { join } from 'node:path';
import { version } from 'amazon-qldb-driver-nodejs/package.json';
import { describeDriver } from './driver-suite';
import { NO_TOOLS_NEEDED } from './toolchain';

describeDriver({
  driver: `amazon-qldb-driver-nodejs ${version}`,
  toolchain: NO_TOOLS_NEEDED,
  prepare: async () => [process.execPath, '-r', require.resolve('ts-node/register/transpile-only'), join(__dirname, 'nodejs', 'program.ts')],
});
