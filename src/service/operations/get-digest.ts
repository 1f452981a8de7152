import { blockAddressToIon } from '../../journal';
import { LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { ionText } from '../ion-value';
import { operation } from './operation';

export const getDigest = operation({
  name: 'GetDigest',
  method: 'POST',
  path: '/ledgers/{Name}/digest',
  input: { Name: fromPath(LEDGER_NAME) },
  async run({ engine }, { Name }) {
    const { digest, tip } = await engine.proofs.getDigest(Name);
    return { Digest: Buffer.from(digest).toString('base64'), DigestTipAddress: ionText(blockAddressToIon(tip)) };
  },
});
