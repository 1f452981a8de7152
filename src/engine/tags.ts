import { badRequest, invalidParameter } from './ledger-error';
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

const TAG_KEY_LENGTH_MAX = 128;
const TAG_VALUE_LENGTH_MAX = 256;

/** Keys that begin so belong to AWS. */
export const isReservedTagKey = (key: string): boolean => key.toLowerCase().startsWith('aws:');

/** Checks the tags of a statement, which no shape of a request has checked. @throws LedgerError BadRequestException */
export function checkStatementTags(tags: Tags): void {
  const entries = Object.entries(tags);
  if (entries.length > TAGS_PER_RESOURCE_MAX) throw badRequest(`aws_tags has ${entries.length} tags; a table may have ${TAGS_PER_RESOURCE_MAX}`);
  for (const [key, value] of entries) {
    if (key.length === 0 || key.length > TAG_KEY_LENGTH_MAX) throw badRequest(`A tag key of ${key.length} characters; allowed are 1 to ${TAG_KEY_LENGTH_MAX}`);
    if (value.length > TAG_VALUE_LENGTH_MAX) throw badRequest(`The value of the tag ${key} has ${value.length} characters; allowed are ${TAG_VALUE_LENGTH_MAX}`);
    if (isReservedTagKey(key)) throw badRequest(`The tag key ${key} begins with aws:, which is reserved. Choose another key.`);
  }
}

export const withoutTags = (tags: Tags, keys: readonly string[]): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
