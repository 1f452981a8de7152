import { digestOfText, type IonValue } from '../ion';
import { equalityKey } from '../partiql';

/** Of the values seen last: a transaction looks up what it then writes. */
const KEYS_MAX = 1_000;
/** Longer ones are not worth the place. */
const TEXT_MAX = 200;
const keys = new Map<string, string>();

/** The key under which a value stands in an index, or undefined for what no `=` can find (null). Equal values have equal keys. */
export function indexValueKey(value: IonValue | undefined): string | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  const text = equalityKey(value);
  const known = keys.get(text);
  if (known !== undefined) return known;
  const key = Buffer.from(digestOfText(text)).toString('base64url').slice(0, 22);
  if (text.length > TEXT_MAX) return key;
  if (keys.size === KEYS_MAX) keys.delete(keys.keys().next().value!);
  keys.set(text, key);
  return key;
}
