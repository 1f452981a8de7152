import { ARN } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { taggableResource } from '../taggable-resource';
import { operation } from './operation';

export const listTagsForResource = operation({
  name: 'ListTagsForResource',
  method: 'GET',
  path: '/tags/{ResourceArn+}',
  input: { ResourceArn: fromPath(ARN) },
  async run({ engine, account }, { ResourceArn }) {
    const resource = taggableResource(account, ResourceArn);
    const { tags } = resource.kind === 'ledger'
      ? await engine.ledgers.describe(resource.ledgerName)
      : await engine.streams.describe(resource.ledgerName, resource.streamId);
    return { Tags: tags };
  },
});
