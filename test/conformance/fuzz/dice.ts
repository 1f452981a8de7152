/** Random choices that a seed repeats. */
export interface Dice {
  /** 0 up to, not including, `end`. */
  below(end: number): number;
  /** True in `share` of all cases. */
  chance(share: number): boolean;
  pick<T>(choices: readonly T[]): T;
  bytes(count: number): Buffer;
}

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  // Mulberry32: small, even, and the same everywhere.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    below,
    chance: share => next() < share,
    pick: choices => choices[below(choices.length)]!,
    bytes: count => Buffer.from(Array.from({ length: count }, () => below(256))),
  };
}
