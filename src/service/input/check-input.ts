import { ServiceError } from '../service-error';
import type { InputOf, IntegerShape, Members, Shape, StringShape, ValueOf } from './shape';
import type { Violation } from './violation';

/** A request's members before they are checked: JSON values, or texts from path and query. */
export type RawInput = Readonly<Record<string, unknown>>;

export type CheckedInput<M> =
  | { readonly kind: 'valid'; readonly input: InputOf<M> }
  | { readonly kind: 'invalid'; readonly violations: readonly Violation[] };

/**
 * Holds a request against the constraints of its operation. Every violated one is reported; members that no constraint names are ignored.
 *
 * @throws ServiceError SerializationException for a value of the wrong type, and for a text that is none
 */
export function checkInput<M extends Members>(members: M, raw: RawInput): CheckedInput<M> {
  const violations: Violation[] = [];
  const input = checkMembers(members, raw, '', violations);
  return violations.length > 0 ? { kind: 'invalid', violations } : { kind: 'valid', input: input as InputOf<M> };
}

function checkMembers(members: Members, raw: RawInput, path: string, violations: Violation[]): Record<string, unknown> {
  const checked: Record<string, unknown> = {};
  for (const name of Object.keys(members)) {
    const { shape, required } = members[name]!;
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    const at = path + name;
    if (value !== undefined && value !== null) {
      checked[name] = checkValue(shape, value, at, violations);
    } else if (required) {
      violations.push({ parameterName: at, value: undefined, constraint: 'Member must not be null' });
    }
  }
  return checked;
}

function checkValue(shape: Shape, value: unknown, at: string, violations: Violation[]): ValueOf<Shape> | Record<string, unknown> {
  switch (shape.type) {
    case 'string': {
      if (typeof value !== 'string') throw wrongType(at, 'a string', value);
      refuseHalfCharacters(at, value);
      report(violations, at, value, stringProblems(shape, value));
      return value;
    }
    case 'boolean': {
      if (typeof value !== 'boolean') throw wrongType(at, 'a boolean', value);
      return value;
    }
    case 'integer': {
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrongType(at, 'an integer', value);
      report(violations, at, String(value), rangeProblems(shape, value));
      return value;
    }
    case 'timestamp': {
      const millis = typeof value === 'number' ? Math.round(value * 1000) : NaN;
      if (!(Math.abs(millis) <= DATE_MILLIS_MAX)) throw wrongType(at, 'a number of seconds since 1970', value);
      return millis;
    }
    case 'blob': {
      if (typeof value !== 'string') throw wrongType(at, 'base64 text', value);
      const bytes = bytesOfBase64(value);
      if (!bytes) throw wrongType(at, 'base64 text', value);
      report(violations, at, value, lengthProblems(bytes.length, shape.minBytes, shape.maxBytes));
      return bytes;
    }
    case 'list': {
      if (!Array.isArray(value)) throw wrongType(at, 'a list', value);
      report(violations, at, `${value.length} items`, lengthProblems(value.length, undefined, shape.maxLength));
      return value.map((item, index) => checkValue(shape.items, item, `${at}.${index + 1}.member`, violations)) as ValueOf<Shape>;
    }
    case 'map': {
      if (!isObject(value)) throw wrongType(at, 'an object', value);
      const entries = Object.entries(value).map(([key, entry]): [string, string] => {
        if (entry !== null && typeof entry !== 'string') throw wrongType(`${at}.${key}`, 'a string', entry);
        refuseHalfCharacters(at, `${key} ${entry ?? ''}`);
        return [key, entry ?? ''];
      });
      report(violations, at, `${entries.length} entries`, lengthProblems(entries.length, undefined, shape.maxLength));
      for (const [key, entry] of entries) {
        report(violations, at, key, within('Map keys', stringProblems(shape.keys, key)));
        report(violations, at, entry, within('Map value', stringProblems(shape.values, entry)));
      }
      return Object.fromEntries(entries);
    }
    case 'structure': {
      if (!isObject(value)) throw wrongType(at, 'an object', value);
      return checkMembers(shape.members, value, `${at}.`, violations);
    }
  }
}

function report(violations: Violation[], parameterName: string, value: string, constraints: readonly string[]): void {
  for (const constraint of constraints) violations.push({ parameterName, value, constraint });
}

/** The largest time that a date can hold. */
const DATE_MILLIS_MAX = 8.64e15;
/** JSON can escape half of a character, which neither Ion nor UTF-8 can hold. */
const HALF_CHARACTER = /\p{Surrogate}/u;
const NO_PROBLEMS: readonly string[] = [];
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function bytesOfBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  // The decoder takes anything; what it took for base64 comes out again as it went in. That is found out faster than by the expression.
  const isBase64 = bytes.toString('base64') === text || (BASE64.test(text) && text.length % 4 === 0);
  return isBase64 ? bytes : undefined;
}

function stringProblems({ minLength, maxLength, pattern, values }: StringShape, text: string): readonly string[] {
  let problems = lengthProblems(text.length, minLength, maxLength);
  if (pattern && !pattern.test(text)) problems = [...problems, `Member must satisfy regular expression pattern: ${pattern.source.replaceAll('\\/', '/')}`];
  if (values && !values.includes(text)) problems = [...problems, `Member must satisfy enum value set: [${values.join(', ')}]`];
  return problems;
}

function lengthProblems(length: number, min = 0, max = Infinity): readonly string[] {
  if (length >= min && length <= max) return NO_PROBLEMS;
  return [
    ...(length < min ? [`Member must have length greater than or equal to ${min}`] : []),
    ...(length > max ? [`Member must have length less than or equal to ${max}`] : []),
  ];
}

function rangeProblems({ min, max }: IntegerShape, value: number): string[] {
  return [
    ...(min !== undefined && value < min ? [`Member must have value greater than or equal to ${min}`] : []),
    ...(max !== undefined && value > max ? [`Member must have value less than or equal to ${max}`] : []),
  ];
}

const within = (part: string, problems: readonly string[]): string[] =>
  problems.length > 0 ? [`${part} must satisfy constraint: [${problems.join(', ')}]`] : [];

function refuseHalfCharacters(at: string, text: string): void {
  if (HALF_CHARACTER.test(text)) throw new ServiceError('SerializationException', `The member ${at} holds half a surrogate pair, which is no text. Correct the request.`);
}

function wrongType(at: string, expected: string, value: unknown): ServiceError {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
  return new ServiceError('SerializationException', `The member ${at} must be ${expected}, but is ${actual} that does not fit. Correct the request.`);
}
