import { isObject } from './model-conformance';
import { answerOf, type Json, type JsonObject, type Outcome } from './outcome';
import type { Expected } from './scenario';

export type Variables = Readonly<Record<string, string>>;

const HOUR_MILLIS = 3_600_000;
const UNIT_MILLIS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: HOUR_MILLIS, d: 24 * HOUR_MILLIS };

/** Puts variables and times in their places. @throws Error for an unknown variable */
export function filledIn<T extends Json>(value: T, variables: Variables, nowMillis: number): T {
  return fill(value) as T;

  function fill(part: Json): Json {
    if (typeof part === 'string') return part.replace(/<([a-zA-Z][a-zA-Z0-9]*)(?:([+-]\d+)([smhd]))?>/g, (_, name: string, count?: string, unit?: string) => variable(name, count, unit));
    if (Array.isArray(part)) return part.map(item => fill(item as Json));
    return isObject(part) ? Object.fromEntries(Object.entries(part).map(([name, entry]) => [fill(name) as string, fill(entry)])) : part;
  }

  function variable(name: string, count = '0', unit = 's'): string {
    // Whole seconds: boto3 sends no others.
    if (name === 'now') return new Date(Math.floor(nowMillis / 1000) * 1000 + Number(count) * UNIT_MILLIS[unit]!).toISOString();
    const text = variables[name];
    if (text === undefined) throw new Error(`No step has saved <${name}>.`);
    return text;
  }
}

/** Why the outcome is not the expected one; undefined if it is. */
export function mismatch(outcome: Outcome, expected: Expected): string | undefined {
  const answer = answerOf(outcome);
  if (expected.kind === 'success') {
    if (outcome.kind !== 'success') return `expected success, but the answer is ${answer}: ${outcome.kind === 'failure' ? outcome.message : outcome.reason}`;
    return differing(outcome.output, expected.output, 'output')[0];
  }
  if (outcome.kind !== 'failure') return `expected ${expected.answer}, but the answer is ${answer}`;
  if (answer !== expected.answer) return `expected ${expected.answer}, but the answer is ${answer}: ${outcome.message}`;
  if (expected.message !== undefined && !outcome.message.includes(expected.message)) return `the message '${outcome.message}' lacks '${expected.message}'`;
  return differing(outcome.members, expected.members ?? {}, 'error')[0];
}

export function differing(actual: Json | undefined, expected: Json, at: string): string[] {
  if (isObject(expected)) {
    if ('$absent' in expected) return actual === undefined ? [] : [`${at} is there: ${JSON.stringify(actual)}`];
    if ('$any' in expected) return actual !== undefined ? [] : [`${at} is missing`];
    if ('$matches' in expected) return new RegExp(expected.$matches as string).test(String(actual)) ? [] : [`${at} is ${JSON.stringify(actual)}, not like ${String(expected.$matches)}`];
    if (!isObject(actual)) return [`${at} is ${JSON.stringify(actual)}, not an object`];
    return Object.entries(expected).flatMap(([name, entry]) => differing(actual[name], entry, `${at}.${name}`));
  }
  if (Array.isArray(expected)) {
    const items = Array.isArray(actual) ? actual as readonly Json[] : undefined;
    if (items?.length !== expected.length) return [`${at} is ${JSON.stringify(actual)}, not ${expected.length} items`];
    return expected.flatMap((item, index) => differing(items[index], item as Json, `${at}[${index}]`));
  }
  return actual === expected ? [] : [`${at} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
}

/** The text at a dotted path such as `Ledgers.0.Name`. */
export function textAt(output: JsonObject, path: string): string {
  const value = path.split('.').reduce<Json | undefined>((part, name) => (part as Record<string, Json> | undefined)?.[name], output);
  if (typeof value !== 'string') throw new Error(`The output has no text at ${path}: ${JSON.stringify(output)}`);
  return value;
}
