import { type Properties } from './lifecycle';

/** A property that must be there. @throws naming the property when it is absent or not a string */
export function text(properties: Properties, name: string): string {
  const value = properties[name];
  if (typeof value !== 'string' || value === '') {
    throw new Error(`Property ${name} of the custom resource must be a non-empty string, but is ${JSON.stringify(value)}.`);
  }
  return value;
}

/** A property that may be absent; an empty string counts as absent. @throws when it is there and not a string */
export function optionalText(properties: Properties, name: string): string | undefined {
  return properties[name] === undefined || properties[name] === '' ? undefined : text(properties, name);
}

/** @throws naming the allowed values when the property has another one */
export function choice<Choice extends string>(properties: Properties, name: string, allowed: readonly Choice[], fallback?: Choice): Choice {
  const value = properties[name] ?? fallback;
  const chosen = allowed.find(candidate => candidate === value);
  if (chosen === undefined) {
    throw new Error(`Property ${name} of the custom resource must be one of ${allowed.join(', ')}, but is ${JSON.stringify(value)}.`);
  }
  return chosen;
}

/** CloudFormation turns booleans into strings on their way here. @throws when the property is neither true nor false */
export function flag(properties: Properties, name: string, fallback?: boolean): boolean {
  const value = properties[name] ?? fallback;
  return choice({ [name]: value === undefined ? undefined : String(value) }, name, ['true', 'false']) === 'true';
}

/** @throws when the property is not a moment such as `2026-01-31T00:00:00Z` */
export function moment(properties: Properties, name: string): Date {
  const written = text(properties, name);
  const date = new Date(written);
  if (Number.isNaN(date.getTime())) {
    throw new Error(`Property ${name} of the custom resource must be an ISO 8601 moment such as 2026-01-31T00:00:00Z, but is '${written}'.`);
  }
  return date;
}

/** @throws when the property is not a whole number above 0, in digits */
export function wholeNumber(properties: Properties, name: string): number {
  const value = properties[name];
  if (!/^[1-9]\d{0,14}$/.test(String(value))) {
    throw new Error(`Property ${name} of the custom resource must be a whole number of 1 or more, but is ${JSON.stringify(value)}.`);
  }
  return Number(value);
}

/** Tags as an object of strings; absent means none. */
export function tags(properties: Properties): Readonly<Record<string, string>> {
  const value = properties.Tags;
  if (value === undefined || value === '') {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`Property Tags of the custom resource must be an object of keys and values, but is ${JSON.stringify(value)}.`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, tag]) => [key, String(tag)]));
}
