import { blockToIon, proofToIon } from '../../journal';
import { ION_TEXT, LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath, optional, required, structure } from '../input/shape';
import { ionText } from '../ion-value';
import { operation } from './operation';

export const getBlock = operation({
  name: 'GetBlock',
  method: 'POST',
  path: '/ledgers/{Name}/block',
  input: {
    Name: fromPath(LEDGER_NAME),
    BlockAddress: required(structure({ IonText: required(ION_TEXT) })),
    DigestTipAddress: optional(structure({ IonText: required(ION_TEXT) })),
  },
  async run({ engine }, { Name, BlockAddress, DigestTipAddress }) {
    const { block, proof } = await engine.proofs.getBlock(Name, BlockAddress.IonText, DigestTipAddress?.IonText);
    return { Block: ionText(blockToIon(block)), Proof: proof && ionText(proofToIon(proof)) };
  },
});
