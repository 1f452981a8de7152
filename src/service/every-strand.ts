import type { Engine } from '../engine';

const PAGE_SIZE = 100;

/** The journals of all ledgers, those on their way out included. */
export async function* everyStrand(engine: Engine): AsyncIterable<string> {
  for (let afterName: string | undefined; ;) {
    const { ledgers, more } = await engine.ledgers.list(PAGE_SIZE, afterName);
    yield* ledgers.map(({ strandId }) => strandId);
    if (!more) return;
    afterName = ledgers.at(-1)!.name;
  }
}
