/** Longer runs make adding slower, shorter ones finding; a split run leaves both halves room. */
const RUN_LENGTH_MAX = 256;

/** Distinct texts in the order of their code units, made to be added to one by one and read from anywhere in either direction. */
export class SortedTexts {
  /** None is empty, and each ends before the next begins. */
  private readonly runs: string[][] = [];

  constructor(texts: Iterable<string>) {
    const sorted = [...texts].sort(inCodeUnits);
    for (let start = 0; start < sorted.length; start += RUN_LENGTH_MAX) {
      this.runs.push(sorted.slice(start, start + RUN_LENGTH_MAX));
    }
  }

  /** `text` must not be there yet. */
  add(text: string): void {
    if (this.runs.length === 0) {
      this.runs.push([text]);
      return;
    }
    const runIndex = Math.max(0, this.runsUpTo(text) - 1);
    const run = this.runs[runIndex];
    if (run.length < RUN_LENGTH_MAX) {
      insert(run, text);
    } else if (runIndex === this.runs.length - 1 && text > run[run.length - 1]) {
      // Texts that come in order fill their runs.
      this.runs.push([text]);
    } else {
      const upperHalf = run.splice(RUN_LENGTH_MAX / 2);
      this.runs.splice(runIndex + 1, 0, upperHalf);
      insert(text < upperHalf[0] ? run : upperHalf, text);
    }
  }

  all(): string[] {
    return this.runs.flat();
  }

  /** At most `limit` texts from `lower` on and before `upper`, the greatest of them first when `reverse`. */
  between(lower: string, upper: string, reverse: boolean, limit: number): string[] {
    return reverse ? this.descending(lower, upper, limit) : this.ascending(lower, upper, limit);
  }

  private ascending(lower: string, upper: string, limit: number): string[] {
    const found: string[] = [];
    let runIndex = Math.max(0, this.runsUpTo(lower) - 1);
    for (let index = runIndex < this.runs.length ? countBelow(this.runs[runIndex], lower) : 0; runIndex < this.runs.length; runIndex++, index = 0) {
      const run = this.runs[runIndex];
      for (; index < run.length; index++) {
        if (found.length === limit || run[index] >= upper) {
          return found;
        }
        found.push(run[index]);
      }
    }
    return found;
  }

  private descending(lower: string, upper: string, limit: number): string[] {
    const found: string[] = [];
    for (let runIndex = this.runsUpTo(upper) - 1; runIndex >= 0; runIndex--) {
      const run = this.runs[runIndex];
      for (let index = countBelow(run, upper) - 1; index >= 0; index--) {
        if (found.length === limit || run[index] < lower) {
          return found;
        }
        found.push(run[index]);
      }
    }
    return found;
  }

  /** How many runs begin with `text` or below. */
  private runsUpTo(text: string): number {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.runs[middle][0] <= text) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

function insert(run: string[], text: string): void {
  run.splice(countBelow(run, text), 0, text);
}

function countBelow(run: readonly string[], text: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run[middle] < text) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function inCodeUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
