import { ARN } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { ledgerOfArn, taggableResource, tagsOf } from '../taggable-resource';
import { operation } from './operation';

export const listTagsForResource = operation({
  name: 'ListTagsForResource',
  method: 'GET',
  path: '/tags/{ResourceArn+}',
  input: { ResourceArn: fromPath(ARN) },
  ledgerOf: ({ ResourceArn }) => ledgerOfArn(ResourceArn),
  async run({ engine, account }, { ResourceArn }) {
    return { Tags: await tagsOf(engine, taggableResource(account, ResourceArn)) };
  },
});
