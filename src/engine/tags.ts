import { invalidParameter } from './ledger-error';
import { TAGS_PER_RESOURCE_MAX } from './limits';

export type Tags = Readonly<Record<string, string>>;

/** A key that is there keeps its value: whoever wants another one removes it first. @throws LedgerError InvalidParameterException, also beyond the limit of tags */
export function withTags(resource: string, tags: Tags, added: Tags): Tags {
  const existing = Object.keys(added).find(key => Object.hasOwn(tags, key));
  if (existing !== undefined) throw invalidParameter('Tags', `${resource} already has a tag with the key ${existing}. Remove it with UntagResource first.`);
  const merged = { ...tags, ...added };
  const count = Object.keys(merged).length;
  if (count > TAGS_PER_RESOURCE_MAX) {
    throw invalidParameter('Tags', `${resource} would have ${count} tags; the limit is ${TAGS_PER_RESOURCE_MAX}. Remove some first.`);
  }
  return merged;
}

export const withoutTags = (tags: Tags, keys: readonly string[]): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
