import { invalidParameter } from '../../engine';
import { ARN, TAG_KEY, TAGS_PER_CALL_MAX } from '../input/qldb-shapes';
import { fromPath, listOf, requiredFromQuery } from '../input/shape';
import { taggableResource } from '../taggable-resource';
import { operation } from './operation';

export const untagResource = operation({
  name: 'UntagResource',
  method: 'DELETE',
  path: '/tags/{ResourceArn+}',
  input: { ResourceArn: fromPath(ARN), TagKeys: requiredFromQuery('tagKeys', listOf(TAG_KEY, TAGS_PER_CALL_MAX)) },
  async run({ engine, account }, { ResourceArn, TagKeys }) {
    const resource = taggableResource(account, ResourceArn);
    if (resource.kind === 'stream') {
      await engine.streams.describe(resource.ledgerName, resource.streamId);
      throw invalidParameter('ResourceArn', `Tags of the stream ${resource.streamId} are those that it was started with; they cannot be changed.`);
    }
    await engine.ledgers.untag(resource.ledgerName, TagKeys);
    return {};
  },
});
