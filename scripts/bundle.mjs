// Bundles what runs outside the construct library into assets/: Lambda handlers, the service, the command line.
// Packages resolve to their ESM entry points, which lets esbuild drop the SDK operations that nobody calls.
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { thirdPartyLicenses } from './third-party-licenses.mjs';

const KILOBYTE = 1000;
/** Clients of different releases bring a credentials chain each; the newest one serves them all. */
const SHARED_CREDENTIALS = fileURLToPath(new URL('../node_modules/@aws-sdk/credential-provider-node', import.meta.url));
const LAMBDA_CREDENTIALS = fileURLToPath(new URL('lambda-credentials.mjs', import.meta.url));

/** Built here and moved at the end, so that a failed build leaves the last good one. */
const DRAFT = 'node_modules/.cache/cdk-ledger';

/** One file each. A budget is part of the product: cold starts and the size of the package grow with every byte. */
const BUNDLES = [
  { entry: 'src/custom-resources/ledger.lambda.ts', output: 'assets/custom-resources/ledger/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/ledger-grant.lambda.ts', output: 'assets/custom-resources/ledger-grant/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/journal-export.lambda.ts', output: 'assets/custom-resources/journal-export/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/journal-stream.lambda.ts', output: 'assets/custom-resources/journal-stream/index.js', kilobytesMax: 250 },
  // S3's schemas are written in a way that esbuild cannot drop the unused ones of: 100 kB.
  { entry: 'src/custom-resources/journal-export-schedule.lambda.ts', output: 'assets/custom-resources/journal-export-schedule/index.js', kilobytesMax: 330 },
  { entry: 'src/custom-resources/ledger-digest.lambda.ts', output: 'assets/custom-resources/ledger-digest/index.js', kilobytesMax: 330 },
  { entry: 'src/custom-resources/mailbox-export.lambda.ts', output: 'assets/custom-resources/mailbox-export/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/batch-operations-job.lambda.ts', output: 'assets/custom-resources/batch-operations-job/index.js', kilobytesMax: 250 },
  // Four clients: those of the three services that it lists, and S3's.
  { entry: 'src/custom-resources/job-inventory.lambda.ts', output: 'assets/custom-resources/job-inventory/index.js', kilobytesMax: 375 },
  { entry: 'src/service/lambda-api.ts', output: 'assets/service/api/index.js', kilobytesMax: 700 },
  { entry: 'src/service/lambda-session.ts', output: 'assets/service/session/index.js', kilobytesMax: 550 },
  { entry: 'src/service/lambda-worker.ts', output: 'assets/service/worker/index.js', kilobytesMax: 700 },
  { entry: 'src/cli/main.ts', output: 'assets/cli/index.js', kilobytesMax: 1000, onLambda: false },
];

/**
 * A client's schemas are one file of arrays for all of its operations. Their computed keys keep esbuild from dropping any; said to be pure, those of
 * operations that nobody calls go.
 */
const droppableSchemas = {
  name: 'droppable-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/^((?:export )?var \w+\$? = )(\[[^;]*?\]);$/gm, '$1/* @__PURE__ */ (() => $2)();'),
    }));
  },
};

await rm(DRAFT, { recursive: true, force: true });
const inputs = new Set();
let failed = false;
for (const { entry, output, kilobytesMax, onLambda = true } of BUNDLES) {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: join(DRAFT, output),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    conditions: ['module', 'import'],
    external: ['lmdb'], // native: resolved at run time, where `cdk-ledger serve` needs it
    legalComments: 'linked',
    alias: { '@aws-sdk/credential-provider-node': onLambda ? LAMBDA_CREDENTIALS : SHARED_CREDENTIALS },
    banner: onLambda ? undefined : { js: '#!/usr/bin/env node' },
    plugins: [droppableSchemas],
    metafile: true,
    logLevel: 'warning',
  });
  Object.keys(metafile.inputs).forEach(input => inputs.add(input));
  const kilobytes = Math.ceil(metafile.outputs[join(DRAFT, output)].bytes / KILOBYTE);
  const verdict = kilobytes > kilobytesMax ? `over its budget of ${kilobytesMax} kB` : `of ${kilobytesMax}`;
  console.log(`${output.padEnd(52)} ${String(kilobytes).padStart(5)} kB ${verdict}`);
  failed ||= kilobytes > kilobytesMax;
}
if (failed) {
  console.error('A bundle is over its budget. Find out what it pulled in, and import less.');
  process.exit(1);
}
await writeFile(join(DRAFT, 'assets/THIRD-PARTY-LICENSES.txt'), await thirdPartyLicenses([...inputs]));
await chmod(join(DRAFT, 'assets/cli/index.js'), 0o755);
await rm('assets', { recursive: true, force: true });
await rename(join(DRAFT, 'assets'), 'assets');
