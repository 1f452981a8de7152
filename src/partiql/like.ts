import type { Position } from './position';
import { evaluationError } from './statement-error';
import type { WorkBudget } from './work-budget';

/** Characters looked at for one step of work. */
const CHARACTERS_PER_STEP = 8;

type PatternElement = { readonly kind: 'one' } | { readonly kind: 'many' } | { readonly kind: 'character'; readonly character: string };

/** Whether the text has the form of the pattern: `%` stands for any characters, `_` for one, and what follows the escape character for itself. */
export function matchesLike(text: string, pattern: string, escape: string | undefined, budget: WorkBudget, at: Position): boolean {
  budget.spendOnBytes(text.length + pattern.length);
  const elements = elementsOfPattern(pattern, escape, at);
  const characters = Array.from(text);
  let element = 0;
  let character = 0;
  // Where the last `%` was and how much it has swallowed: the only place to which it ever makes sense to go back.
  let retry: { element: number; character: number } | undefined;
  for (let step = 1; character < characters.length; step += 1) {
    if (step % CHARACTERS_PER_STEP === 0) budget.spend();
    const current = elements[element];
    if (current?.kind === 'many') {
      retry = { element: element + 1, character };
      element += 1;
    } else if (current !== undefined && (current.kind === 'one' || current.character === characters[character])) {
      element += 1;
      character += 1;
    } else if (retry !== undefined) {
      retry = { element: retry.element, character: retry.character + 1 };
      ({ element, character } = retry);
    } else {
      return false;
    }
  }
  return elements.slice(element).every(({ kind }) => kind === 'many');
}

function elementsOfPattern(pattern: string, escape: string | undefined, at: Position): readonly PatternElement[] {
  if (escape !== undefined && Array.from(escape).length !== 1) throw evaluationError('ESCAPE takes one character', at);
  const elements: PatternElement[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (escaped && !['%', '_', escape].includes(character)) throw evaluationError('the escape character must stand before %, _ or itself', at);
    if (!escaped && character === escape) {
      escaped = true;
      continue;
    }
    elements.push(!escaped && character === '%' ? { kind: 'many' } : !escaped && character === '_' ? { kind: 'one' } : { kind: 'character', character });
    escaped = false;
  }
  if (escaped) throw evaluationError('a pattern must not end with its escape character', at);
  return elements;
}
