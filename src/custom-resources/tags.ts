import { ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand, type QLDBClient } from '@aws-sdk/client-qldb';
import { type Tags } from './ownership';

export async function readTags(control: QLDBClient, resourceArn: string): Promise<Tags> {
  const { Tags: found = {} } = await control.send(new ListTagsForResourceCommand({ ResourceArn: resourceArn }));
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, value ?? '']));
}

/**
 * Brings tags from `current` to `wanted`, leaving alone those that were never declared here.
 *
 * Works from what is there, so that it may stop anywhere and be run again; the service takes no new value for an existing key, hence off, then on.
 */
export async function settleTags(control: QLDBClient, resourceArn: string, current: Tags, wanted: Tags, formerlyWanted: Tags): Promise<void> {
  const changed = Object.keys(wanted).filter(key => current[key] !== wanted[key]);
  const dropped = Object.keys(formerlyWanted).filter(key => !(key in wanted));
  const off = [...changed, ...dropped].filter(key => key in current);
  if (off.length > 0) {
    await control.send(new UntagResourceCommand({ ResourceArn: resourceArn, TagKeys: off }));
  }
  if (changed.length > 0) {
    const on = Object.fromEntries(changed.map(key => [key, wanted[key]]));
    await control.send(new TagResourceCommand({ ResourceArn: resourceArn, Tags: on }));
  }
}
