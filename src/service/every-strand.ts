import { jobPartitions, type Engine } from '../engine';

const PAGE_SIZE = 100;

/** Where jobs of all ledgers rest, those on their way in and out included: their journals, and what restores them. */
export async function* everyStrand(engine: Engine): AsyncIterable<string> {
  for (let afterName: string | undefined; ;) {
    const { ledgers, more } = await engine.ledgers.list(PAGE_SIZE, afterName);
    yield* ledgers.flatMap(jobPartitions);
    if (!more) return;
    afterName = ledgers.at(-1)!.name;
  }
}
