import type { Position } from '../position';
import { evaluationError } from '../statement-error';

/** One element of a pattern: a run of one letter, or text that stands for itself. */
export type PatternElement =
  | { readonly kind: 'symbol'; readonly letter: string; readonly length: number }
  | { readonly kind: 'text'; readonly text: string };

/** The lengths that each letter may be written in. */
const lengthsOfLetter: Readonly<Record<string, readonly number[]>> = {
  y: [1, 2, 4],
  M: [1, 2, 3, 4, 5],
  d: [1, 2],
  a: [1],
  h: [1, 2],
  H: [1, 2],
  m: [1, 2],
  s: [1, 2],
  S: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  n: [1],
  X: [1, 2, 3, 4, 5],
  x: [1, 2, 3, 4, 5],
};

export const monthNames: readonly string[] = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December',
];

/**
 * The elements of a pattern. Letters are symbols unless in single quotes; two quotes stand for one.
 *
 * @throws StatementError for a symbol that is none
 */
export function parsePattern(pattern: string, at: Position): readonly PatternElement[] {
  const elements: PatternElement[] = [];
  let offset = 0;
  while (offset < pattern.length) {
    const character = pattern[offset]!;
    if (character === '\'') {
      const { text, end } = quotedText(pattern, offset, at);
      elements.push({ kind: 'text', text });
      offset = end;
    } else if (/[A-Za-z]/.test(character)) {
      let end = offset;
      while (pattern[end] === character) end += 1;
      if (!lengthsOfLetter[character]?.includes(end - offset)) {
        throw evaluationError(`the timestamp pattern has no symbol '${pattern.slice(offset, Math.min(end, offset + 40))}'`, at);
      }
      elements.push({ kind: 'symbol', letter: character, length: end - offset });
      offset = end;
    } else {
      elements.push({ kind: 'text', text: character });
      offset += 1;
    }
  }
  return elements;
}

function quotedText(pattern: string, start: number, at: Position): { readonly text: string; readonly end: number } {
  if (pattern[start + 1] === '\'') return { text: '\'', end: start + 2 };
  let text = '';
  for (let offset = start + 1; offset < pattern.length; offset += 1) {
    if (pattern[offset] !== '\'') {
      text += pattern[offset];
    } else if (pattern[offset + 1] === '\'') {
      text += '\'';
      offset += 1;
    } else {
      return { text, end: offset + 1 };
    }
  }
  throw evaluationError('a quote in the timestamp pattern is not closed', at);
}
