import { GetBlockCommand, GetDigestCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { ledgerServiceClientConfig, reachableUrl } from '../client';
import { InvalidIon, parseIon, printIon, type IonValue } from '../ion';
import {
  blockAddressFromIon, blockAddressToIon, blockFromIon, InvalidBlock, proofFromIon, Unreadable, type Block, type BlockAddress,
} from '../journal';

/** A ledger's journal as its service tells it. */
export interface LiveJournal {
  /** @throws Unreadable */
  digest(): Promise<{ readonly digest: Uint8Array; readonly tip: BlockAddress }>;
  /** The block with its proof under the digest of that tip. @throws Unreadable */
  block(sequenceNo: number, tip: BlockAddress): Promise<{ readonly block: Block; readonly proof: readonly Uint8Array[] }>;
}

export interface LiveJournalLocation {
  readonly ledgerName: string;
  /** The service's URL. */
  readonly endpoint: string;
  /** @default - the region in a function URL, else that of the environment, else us-east-1 */
  readonly region?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The journal through QLDB's API, with the credentials of the environment. @throws Error for an endpoint that is no URL */
export function openLiveJournal({ ledgerName, endpoint, region }: LiveJournalLocation, environment: Environment): LiveJournal {
  const client = new QLDBClient({
    ...ledgerServiceClientConfig({ url: reachableUrl(endpoint, environment), region: region ?? regionOf(endpoint, environment) }),
    ...(needsNoIdentity(endpoint, environment) && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  });
  const unreadable = (what: string) => (error: Error): never => {
    throw new Unreadable(`Cannot read ${what} of ledger ${ledgerName} from ${endpoint}: ${error.name}: ${error.message}`);
  };
  return {
    async digest() {
      const { Digest, DigestTipAddress } = await client.send(new GetDigestCommand({ Name: ledgerName })).catch(unreadable('the digest'));
      return answered('the digest', () => ({ digest: Digest!, tip: blockAddressFromIon(parseIon(DigestTipAddress!.IonText!)) }));
    },
    async block(sequenceNo, tip) {
      const request = new GetBlockCommand({ Name: ledgerName, BlockAddress: address({ ...tip, sequenceNo }), DigestTipAddress: address(tip) });
      const { Block: answer, Proof } = await client.send(request).catch(unreadable(`block ${sequenceNo}`));
      return answered(`block ${sequenceNo}`, () => ({
        block: blockFromIon(ionOf(answer)),
        proof: proofFromIon(ionOf(Proof)),
      }));
    },
  };
}

const address = (blockAddress: BlockAddress): { IonText: string } => ({ IonText: printIon(blockAddressToIon(blockAddress)) });

const ionOf = (answer: { IonText?: string } | undefined): IonValue => parseIon(answer?.IonText ?? '');

function answered<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidIon || error instanceof InvalidBlock) throw new Unreadable(`The service's answer for ${what} cannot be read: ${error.message}`);
    throw error;
  }
}

/** The region to sign for, where the user names none. */
export function regionOf(endpoint: string, { AWS_REGION, AWS_DEFAULT_REGION }: Environment): string {
  return /\.lambda-url\.([a-z0-9-]+)\.on\.aws/.exec(endpoint)?.[1] ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1';
}

/** A service on this machine serves whoever reaches it, so nobody should have to make up credentials for it. */
export function needsNoIdentity(endpoint: string, { AWS_ACCESS_KEY_ID, AWS_PROFILE }: Environment): boolean {
  const isLoopback = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/.test(endpoint);
  return isLoopback && AWS_ACCESS_KEY_ID === undefined && AWS_PROFILE === undefined;
}
