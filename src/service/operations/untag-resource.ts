import { ARN, TAG_KEY, TAGS_PER_CALL_MAX } from '../input/qldb-shapes';
import { fromPath, listOf, requiredFromQuery } from '../input/shape';
import { ledgerOfArn, taggableResource } from '../taggable-resource';
import { operation } from './operation';

export const untagResource = operation({
  name: 'UntagResource',
  method: 'DELETE',
  path: '/tags/{ResourceArn+}',
  input: { ResourceArn: fromPath(ARN), TagKeys: requiredFromQuery('tagKeys', listOf(TAG_KEY, TAGS_PER_CALL_MAX)) },
  ledgerOf: ({ ResourceArn }) => ledgerOfArn(ResourceArn),
  async run({ engine, account }, { ResourceArn, TagKeys }) {
    const resource = taggableResource(account, ResourceArn);
    if (resource.kind === 'ledger') await engine.ledgers.untag(resource.ledgerName, TagKeys);
    else if (resource.kind === 'part') await engine.tableTags.untag(resource.ledgerName, resource.part, TagKeys);
    else await engine.streams.untag(resource.ledgerName, resource.streamId, TagKeys);
    return {};
  },
});
