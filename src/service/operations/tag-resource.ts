import { invalidParameter } from '../../engine';
import { ARN, TAGS } from '../input/qldb-shapes';
import { fromPath, required } from '../input/shape';
import { refuseReservedTagKeys, taggableResource } from '../taggable-resource';
import { operation } from './operation';

export const tagResource = operation({
  name: 'TagResource',
  method: 'POST',
  path: '/tags/{ResourceArn+}',
  input: { ResourceArn: fromPath(ARN), Tags: required(TAGS) },
  async run({ engine, account }, { ResourceArn, Tags }) {
    refuseReservedTagKeys(Object.keys(Tags));
    const resource = taggableResource(account, ResourceArn);
    if (resource.kind === 'stream') {
      await engine.streams.describe(resource.ledgerName, resource.streamId);
      throw invalidParameter('ResourceArn', `Tags of the stream ${resource.streamId} are those that it was started with; they cannot be changed.`);
    }
    await engine.ledgers.tag(resource.ledgerName, Tags);
    return {};
  },
});
