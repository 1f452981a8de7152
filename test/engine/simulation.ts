import { newWorld, runClient, type SimulationOptions, type SimulationReport } from './simulated-ledger';
import { judged } from './simulation-judge';

/** Runs random transactions of many clients through several engines, and judges what is left. The same options give the same report. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const world = await newWorld(options);
  const transactions = (await Promise.all(Array.from({ length: options.clients }, (_, client) => runClient(world, options, client)))).flat();
  world.stores.forEach(store => store.calm());
  return judged(world, transactions);
}
