import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from './synth-peer';
import { discard, runConstructs, runL1 } from './synth-run';

/** One synthesis in a process of its own: node synth-once.js constructs|l1 <cloud assembly of an earlier run of the constructs> */
const [contender, outdir] = process.argv.slice(2) as [string, string];
const run = contender === 'l1'
  ? runL1({ outdir, template: JSON.parse(readFileSync(join(outdir, 'Bench.template.json'), 'utf8')) as Template, phases: { load: 0, construct: 0, synth: 0 } })
  : runConstructs();
console.log(JSON.stringify(run.phases));
discard(run);
