// Bundles the benchmarks as the product is bundled, then runs one: node scripts/bench.mjs <name> [options]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const outdir = fileURLToPath(new URL('../node_modules/.cache/cdk-ledger-bench/', import.meta.url));
await build({
  entryPoints: ['bench/main.ts', 'bench/commit-server.ts', 'bench/echo-server.ts', 'bench/verify-worker.ts', 'bench/verify-memory.ts', 'bench/synth-once.ts', 'bench/synth-peer.ts'],
  outdir,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  // Peers are loaded as their users load them.
  packages: 'external',
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [`${outdir}main.js`, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
