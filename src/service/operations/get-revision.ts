import { proofToIon, revisionToIon } from '../../journal';
import { ION_TEXT, LEDGER_NAME, UNIQUE_ID } from '../input/qldb-shapes';
import { fromPath, optional, required, structure } from '../input/shape';
import { ionText } from '../ion-value';
import { operation } from './operation';

export const getRevision = operation({
  name: 'GetRevision',
  method: 'POST',
  path: '/ledgers/{Name}/revision',
  input: {
    Name: fromPath(LEDGER_NAME),
    BlockAddress: required(structure({ IonText: required(ION_TEXT) })),
    DocumentId: required(UNIQUE_ID),
    DigestTipAddress: optional(structure({ IonText: required(ION_TEXT) })),
  },
  async run({ engine }, { Name, BlockAddress, DocumentId, DigestTipAddress }) {
    const { revision, proof } = await engine.proofs.getRevision(Name, BlockAddress.IonText, DocumentId, DigestTipAddress?.IonText);
    return { Revision: ionText(revisionToIon(revision)), Proof: proof && ionText(proofToIon(proof)) };
  },
});
