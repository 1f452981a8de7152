/** Benchmarks by name; each loads only what it measures. */
const BENCHMARKS: Readonly<Record<string, () => Promise<(options: readonly string[]) => Promise<void>>>> = {
  commit: async () => (await import('./commit.js')).benchCommit,
  export: async () => (await import('./export.js')).benchExport,
  ion: async () => (await import('./ion.js')).benchIon,
  synth: async () => (await import('./synth.js')).benchSynth,
  verify: async () => (await import('./verify.js')).benchVerify,
};

async function main([name, ...options]: readonly string[]): Promise<void> {
  const load = name === undefined || !Object.hasOwn(BENCHMARKS, name) ? undefined : BENCHMARKS[name];
  if (load === undefined) throw new Error(`Name one of these benchmarks: ${Object.keys(BENCHMARKS).join(', ')}`);
  await (await load())(options);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
