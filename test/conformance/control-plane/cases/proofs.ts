import type { JsonObject } from '../outcome';
import { ABSENT, control, fails, matching, succeeds, type Scenario } from '../scenario';

const BOOKS = { Name: 'books' };
const ION = matching('^\\{');
const PROOF = { IonText: matching('^\\[') };
const at = (IonText: string) => ({ IonText });
const ELSEWHERE = '{strandId:"AAAAAAAAAAAAAAAAAAAAAA",sequenceNo:0}';
const GUIDE_NAME = 'same as the service model; the guide has the same words under the name IllegalArgumentException';

const BAD_ADDRESSES: readonly { readonly shows: string; readonly input: JsonObject; readonly message: string }[] = [
  { shows: 'Ion that cannot be parsed', input: { BlockAddress: at('{') }, message: 'The provided Ion value is not valid and cannot be parsed.' },
  { shows: 'Ion that is no address', input: { BlockAddress: at('7') }, message: 'The provided block address is not valid.' },
  { shows: 'a negative sequence number', input: { BlockAddress: at('<negative>') }, message: 'The provided block address is not valid.' },
  { shows: 'a sequence number of 400 digits', input: { BlockAddress: at('<huge>') }, message: 'The provided block address is not valid.' },
  { shows: 'an address in another journal', input: { BlockAddress: at(ELSEWHERE) }, message: 'The Strand ID of the provided block address is not valid.' },
  { shows: 'an address beyond the last block', input: { BlockAddress: at('<beyond>') }, message: "The sequence number of the provided block address is beyond the strand's latest committed record." },
  {
    shows: 'a digest tip beyond the last block',
    input: { BlockAddress: at('<address>'), DigestTipAddress: at('<beyond>') },
    message: "The sequence number of the provided digest tip address is beyond the strand's latest committed record.",
  },
  {
    shows: 'a digest tip in another journal',
    input: { BlockAddress: at('<address>'), DigestTipAddress: at(ELSEWHERE) },
    message: 'The Strand ID of the provided block address must match the Strand ID of the provided digest tip address.',
  },
  {
    shows: 'a digest tip older than the block',
    input: { BlockAddress: at('<address>'), DigestTipAddress: at('<systemAddress>') },
    message: 'The sequence number of the provided block address must not be greater than the sequence number of the provided digest tip address.',
  },
  { shows: 'a digest tip that cannot be parsed', input: { BlockAddress: at('<address>'), DigestTipAddress: at('{{') }, message: 'The provided Ion value is not valid and cannot be parsed.' },
];

const refused = (operation: string, extra: JsonObject) => BAD_ADDRESSES.map(({ shows, input, message }) => fails(operation, { ...BOOKS, ...extra, ...input }, '400 InvalidParameterException', {
  message, about: [...Object.keys(input), '! InvalidParameterException'], shows, note: GUIDE_NAME,
}));

export const PROOF_SCENARIOS: readonly Scenario[] = [
  {
    name: 'digest, blocks and revisions',
    steps: [
      succeeds('CreateLedger', { ...BOOKS, PermissionsMode: 'ALLOW_ALL' }),
      control({ name: 'insert-document', ledger: 'books' }),
      succeeds('GetDigest', BOOKS, { Digest: matching('^[A-Za-z0-9+/]{43}=$'), DigestTipAddress: { IonText: matching('sequenceNo') } }, {
        about: ['Name', '-> Digest', '-> DigestTipAddress', '-> DigestTipAddress.IonText'], shows: 'digest and tip of the journal', saves: { tip: 'DigestTipAddress.IonText' },
      }),
      succeeds('GetBlock', { ...BOOKS, BlockAddress: at('<address>') }, { Block: { IonText: ION }, Proof: ABSENT }, {
        about: ['Name', 'BlockAddress', 'BlockAddress.IonText', '-> Block', '-> Block.IonText'], shows: 'a block, without a proof unless a tip is named',
      }),
      succeeds('GetBlock', { ...BOOKS, BlockAddress: at('<address>'), DigestTipAddress: at('<tip>') }, { Proof: PROOF }, {
        about: ['DigestTipAddress', 'DigestTipAddress.IonText', '-> Proof', '-> Proof.IonText'], shows: 'a block and its proof',
      }),
      succeeds('GetRevision', { ...BOOKS, BlockAddress: at('<address>'), DocumentId: '<documentId>' }, { Revision: { IonText: ION }, Proof: ABSENT }, {
        about: ['Name', 'BlockAddress', 'BlockAddress.IonText', 'DocumentId', '-> Revision', '-> Revision.IonText'], shows: 'a revision, without a proof unless a tip is named',
      }),
      succeeds('GetRevision', { ...BOOKS, BlockAddress: at('<address>'), DocumentId: '<documentId>', DigestTipAddress: at('<tip>') }, { Proof: PROOF }, {
        about: ['DigestTipAddress', 'DigestTipAddress.IonText', '-> Proof', '-> Proof.IonText'], shows: 'a revision and its proof',
      }),
      ...refused('GetBlock', {}),
      ...refused('GetRevision', { DocumentId: '<documentId>' }),
      fails('GetRevision', { ...BOOKS, BlockAddress: at('<systemAddress>'), DocumentId: '<documentId>' }, '400 InvalidParameterException', {
        message: 'The provided Document ID was not found in the block at the specified block address.', about: ['DocumentId', '! InvalidParameterException'], shows: 'a document that the block does not hold', note: GUIDE_NAME,
      }),
      fails('GetRevision', { ...BOOKS, BlockAddress: at('<address>'), DocumentId: '----------------------' }, '400 InvalidParameterException', {
        message: 'The provided Document ID was not found', about: ['DocumentId'], shows: 'an id that the pattern allows, but that no document has', note: GUIDE_NAME,
      }),
      succeeds('GetDigest', BOOKS, { DigestTipAddress: { IonText: '<tip>' } }),
    ],
  },
];
