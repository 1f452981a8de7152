import { ATTACKS } from './attacks';
import { LATE_REFUSALS } from './late-refusals';
import { parseStatement, StatementError } from '../../../src/partiql';

export interface RefusalCost {
  readonly name: string;
  readonly characters: number;
  /** Taken from the heap, garbage included. */
  readonly bytes: number;
  /** Absent where the text is a statement. */
  readonly error?: string;
}

const RUNS_MIN = 2;
const RUNS_MAX = 10;
/** Cheap enough not to be looked at again: collecting garbage in between takes longest. */
const CHEAP_BYTES = 800_000;

/** Run with --expose-gc and a young generation that no text fills, so that nothing is collected in between. */
function costOf({ name, text }: { readonly name: string; readonly text: string }): RefusalCost {
  let bytes = Infinity;
  let message: string | undefined;
  // The first runs pay for the machine code, too.
  for (let run = 0; run < RUNS_MIN || (run < RUNS_MAX && bytes > CHEAP_BYTES); run++) {
    globalThis.gc!();
    const before = process.memoryUsage().heapUsed;
    try {
      parseStatement(text);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      message = error.message;
    }
    bytes = Math.min(bytes, process.memoryUsage().heapUsed - before);
  }
  return { name, characters: text.length, bytes, error: message };
}

if (require.main === module) console.log(JSON.stringify([...LATE_REFUSALS, ...ATTACKS].map(costOf)));
