// Bundles what runs outside the construct library into assets/: Lambda handlers, the service, the command line.
// Packages resolve to their ESM entry points, which lets esbuild drop the SDK operations that nobody calls.
import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { thirdPartyLicenses } from './third-party-licenses.mjs';

const KILOBYTE = 1000;
/** Clients of different releases bring a credentials chain each; the newest one serves them all. */
const SHARED_CREDENTIALS = fileURLToPath(new URL('../node_modules/@aws-sdk/credential-provider-node', import.meta.url));
/** QLDB's clients end with release 3.918; what they need besides themselves has since moved here, where the other clients have it from. */
const SHARED_CLIENT_PARTS = Object.fromEntries([
  'middleware-host-header', 'middleware-logger', 'middleware-recursion-detection', 'middleware-user-agent', 'region-config-resolver', 'util-endpoints',
  'util-user-agent-node',
].map(part => [`@aws-sdk/${part}`, '@aws-sdk/core/client']));
const LAMBDA_CREDENTIALS = fileURLToPath(new URL('lambda-credentials.mjs', import.meta.url));

const HANDLERS = 'src/custom-resources/';
/** Resolved at run time, where `cdk-ledger serve` needs it. */
const NATIVE = ['lmdb'];
/** Imported by a client when an operation has an event stream; none that a handler calls has. */
const NOT_IN_HANDLERS = ['@smithy/core/event-streams'];

/** Built here and moved at the end, so that a failed build leaves the last good one. */
const DRAFT = 'node_modules/.cache/cdk-ledger';

/** One file each. A budget is part of the product: cold starts and the size of the package grow with every byte. */
const BUNDLES = [
  { entry: 'src/custom-resources/qldb.lambda.ts', output: 'assets/custom-resources/qldb/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/journal-export-schedule.lambda.ts', output: 'assets/custom-resources/journal-export-schedule/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/ledger-digest.lambda.ts', output: 'assets/custom-resources/ledger-digest/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/mailbox-export.lambda.ts', output: 'assets/custom-resources/mailbox-export/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/batch-operations-job.lambda.ts', output: 'assets/custom-resources/batch-operations-job/index.js', kilobytesMax: 250 },
  { entry: 'src/custom-resources/job-inventory.lambda.ts', output: 'assets/custom-resources/job-inventory/index.js', kilobytesMax: 250 },
  { entry: 'src/service/lambda-api.ts', output: 'assets/service/api/index.js', kilobytesMax: 700 },
  { entry: 'src/service/lambda-session.ts', output: 'assets/service/session/index.js', kilobytesMax: 500 },
  { entry: 'src/service/lambda-worker.ts', output: 'assets/service/worker/index.js', kilobytesMax: 700 },
  { entry: 'src/cli/inspection-worker.ts', output: 'assets/cli/inspection-worker.js', kilobytesMax: 110 },
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

/** A client asks its package for its version, and would bring all of the file along. */
const versionsOnly = {
  name: 'versions-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]client-[\w-]+[\\/]package\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify({ version: JSON.parse(await readFile(path, 'utf8')).version }), loader: 'json',
    }));
  },
};

/** Of all that is in the folder of a bundle: synthesis takes it as it is, instead of reading every bundle anew. */
async function hashesOf(bundles) {
  const folders = [...new Set(bundles.map(({ output }) => dirname(output)))].filter(folder => folder !== 'assets/cli');
  return Object.fromEntries(await Promise.all(folders.map(async (folder) => {
    const files = (await readdir(join(DRAFT, folder))).sort();
    const hashes = await Promise.all(files.map(async file => [file, sha256(await readFile(join(DRAFT, folder, file)))]));
    return [folder.slice('assets/'.length), sha256(JSON.stringify(hashes))];
  })));
}

const sha256 = content => createHash('sha256').update(content).digest('hex');

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
    external: entry.startsWith(HANDLERS) ? NOT_IN_HANDLERS : NATIVE,
    legalComments: 'linked',
    alias: { ...SHARED_CLIENT_PARTS, '@aws-sdk/credential-provider-node': onLambda ? LAMBDA_CREDENTIALS : SHARED_CREDENTIALS },
    banner: onLambda ? undefined : { js: '#!/usr/bin/env node' },
    plugins: [droppableSchemas, versionsOnly],
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
await writeFile(join(DRAFT, 'assets/hashes.json'), `${JSON.stringify(await hashesOf(BUNDLES.filter(({ onLambda = true }) => onLambda)), undefined, 2)}\n`);
await writeFile(join(DRAFT, 'assets/THIRD-PARTY-LICENSES.txt'), await thirdPartyLicenses([...inputs]));
await chmod(join(DRAFT, 'assets/cli/index.js'), 0o755);
await rm('assets', { recursive: true, force: true });
await rename(join(DRAFT, 'assets'), 'assets');
