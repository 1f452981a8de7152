import { ionInt, ionString } from '../../ion/value';
import { isUnknown, nullValue, textOf, type PartiqlValue } from '../partiql-value';
import type { Position } from '../position';
import { evaluationError } from '../statement-error';
import type { FunctionDefinition } from './registry';

/** Functions of strings; a symbol will do for a string except in SUBSTRING. */
export const textFunctions: Readonly<Record<string, FunctionDefinition>> = {
  LOWER: ofOneText('LOWER', (text) => ionString(text.toLowerCase())),
  UPPER: ofOneText('UPPER', (text) => ionString(text.toUpperCase())),
  CHAR_LENGTH: ofOneText('CHAR_LENGTH', (text) => ionInt(Array.from(text).length)),
  CHARACTER_LENGTH: ofOneText('CHARACTER_LENGTH', (text) => ionInt(Array.from(text).length)),
  SUBSTRING: { argumentsMin: 2, argumentsMax: 3, evaluate: (given, _evaluation, at) => (given.some(isUnknown) ? nullValue : substring(given, at)) },
  TRIM: { argumentsMin: 2, argumentsMax: 3, evaluate: (given, _evaluation, at) => (given.some(isUnknown) ? nullValue : trim(given, at)) },
};

function ofOneText(name: string, compute: (text: string) => PartiqlValue): FunctionDefinition {
  return {
    argumentsMin: 1,
    argumentsMax: 1,
    evaluate: ([value], _evaluation, at) => (isUnknown(value!) ? nullValue : compute(requireText(value!, name, at))),
  };
}

/** @throws StatementError for a value that is no text */
export function requireText(value: PartiqlValue, name: string, at: Position): string {
  const text = textOf(value);
  if (text === undefined) throw evaluationError(`${name} takes text, not ${value.kind}`, at);
  return text;
}

/** Positions count code points from 1; one before the first eats into the length. */
function substring([text, start, length]: readonly PartiqlValue[], at: Position): PartiqlValue {
  if (text!.kind !== 'string') throw evaluationError(`SUBSTRING takes a string, not ${text!.kind}`, at);
  const first = intArgument(start!, at);
  const count = length === undefined ? undefined : intArgument(length, at);
  if (count !== undefined && count < 0) throw evaluationError(`the length of SUBSTRING must not be negative, but is ${count}`, at);
  const characters = Array.from(text!.value);
  const end = count === undefined ? characters.length : Math.max(0, first - 1 + count);
  return ionString(characters.slice(Math.max(0, first - 1), end).join(''));
}

function intArgument(value: PartiqlValue, at: Position): number {
  if (value.kind !== 'int') throw evaluationError(`positions and lengths are ints, not ${value.kind}`, at);
  return Number(value.value);
}

/** The side is the first argument, as the parser writes it. */
function trim([side, value, given]: readonly PartiqlValue[], at: Position): PartiqlValue {
  const characters = Array.from(requireText(value!, 'TRIM', at));
  const dropped = new Set(given === undefined ? [' '] : requireText(given, 'TRIM', at));
  const sideText = textOf(side!);
  let [start, end] = [0, characters.length];
  if (sideText !== 'TRAILING') while (start < end && dropped.has(characters[start]!)) start += 1;
  if (sideText !== 'LEADING') while (end > start && dropped.has(characters[end - 1]!)) end -= 1;
  return ionString(characters.slice(start, end).join(''));
}
