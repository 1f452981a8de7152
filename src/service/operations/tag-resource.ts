import { ARN, TAGS } from '../input/qldb-shapes';
import { fromPath, required } from '../input/shape';
import { ledgerOfArn, refuseReservedTagKeys, taggableResource } from '../taggable-resource';
import { operation } from './operation';

export const tagResource = operation({
  name: 'TagResource',
  method: 'POST',
  path: '/tags/{ResourceArn+}',
  input: { ResourceArn: fromPath(ARN), Tags: required(TAGS) },
  ledgerOf: ({ ResourceArn }) => ledgerOfArn(ResourceArn),
  async run({ engine, account }, { ResourceArn, Tags }) {
    refuseReservedTagKeys(Object.keys(Tags));
    const resource = taggableResource(account, ResourceArn);
    if (resource.kind === 'ledger') await engine.ledgers.tag(resource.ledgerName, Tags);
    else if (resource.kind === 'part') await engine.tableTags.tag(resource.ledgerName, resource.part, Tags);
    else await engine.streams.tag(resource.ledgerName, resource.streamId, Tags);
    return {};
  },
});
