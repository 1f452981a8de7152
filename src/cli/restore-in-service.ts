import { setTimeout as sleep } from 'node:timers/promises';
import { QLDBClient } from '@aws-sdk/client-qldb';
import { ledgerServiceClientConfig, reachableUrl } from '../client';
import { sendOwn } from '../client/own-operation';
import { Unreadable } from '../journal';
import type { ExpectedDigest } from './expected-digest';
import { needsNoIdentity, regionOf, type Environment } from './live-journal';

export interface ServiceRestoreRequest {
  readonly ledger: string;
  readonly endpoint: string;
  readonly region?: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly roleArn: string;
  readonly expected?: ExpectedDigest;
  readonly permissionsMode: string;
  readonly deletionProtection: boolean;
}

/** What the service tells of a restore. */
export interface ServiceRestore {
  readonly LedgerName: string;
  readonly Status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly StrandId: string;
  readonly S3ExportLocation?: { readonly Bucket: string; readonly Prefix: string };
  readonly ExpectedDigest?: { readonly Digest: string; readonly TipSequenceNo: number };
  readonly RestoredBlockCount: number;
  readonly BlockCount: number;
  readonly Digest?: string;
  readonly Notes: readonly string[];
  readonly Setback?: string;
  readonly Refusal?: {
    readonly Outcome: 'TAMPERED' | 'INCOMPLETE';
    readonly Findings: readonly string[];
    readonly FindingCount: number;
    readonly FirstBadBlock?: number;
  };
}

const POLL_MILLIS = 1_000;

/**
 * Lets a service restore a ledger, and follows it to its end; a restore of the same exports, held to the same digest, that is under way is followed
 * instead.
 *
 * @throws Unreadable with what the service answered
 */
export async function restoreInService(
  request: ServiceRestoreRequest, environment: Environment, progress: (restore: ServiceRestore) => void,
): Promise<ServiceRestore> {
  const { ledger, endpoint, region, bucket, prefix, roleArn, expected, permissionsMode, deletionProtection } = request;
  const client = new QLDBClient({
    ...ledgerServiceClientConfig({ url: reachableUrl(endpoint, environment), region: region ?? regionOf(endpoint, environment) }),
    ...(needsNoIdentity(endpoint, environment) && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  });
  const ask = async (method: 'GET' | 'POST', body?: object): Promise<ServiceRestore> =>
    (await sendOwn(client, ledger, { method, path: '/restore', body })).LedgerRestoreDescription as ServiceRestore;
  try {
    let restore = await ask('POST', {
      S3ExportLocation: { Bucket: bucket, Prefix: prefix },
      RoleArn: roleArn,
      ExpectedDigest: expected && { Digest: Buffer.from(expected.digest).toString('base64'), TipSequenceNo: expected.sequenceNo },
      PermissionsMode: permissionsMode,
      DeletionProtection: deletionProtection,
    }).catch(async (error: Error) => {
      const running = error.name === 'ResourceAlreadyExistsException' ? await ask('GET').catch(() => undefined) : undefined;
      const isTheSame = running?.S3ExportLocation?.Bucket === bucket && running.S3ExportLocation.Prefix === prefix;
      if (running?.Status !== 'IN_PROGRESS' || !isTheSame) throw error;
      if (!isHeldTo(running, expected)) {
        throw new Error('a restore of these exports is under way, but is not held to this digest: wait for its end, or delete the ledger to begin again');
      }
      return running;
    });
    while (restore.Status === 'IN_PROGRESS') {
      progress(restore);
      await sleep(POLL_MILLIS);
      restore = await ask('GET');
    }
    return restore;
  } catch (error) {
    const { name, message } = error as Error;
    throw new Unreadable(`The service at ${endpoint} does not restore ledger ${ledger}: ${name}: ${message}`);
  } finally {
    client.destroy();
  }
}

/** Whether a restore proves what the command line asks it to prove. */
function isHeldTo({ ExpectedDigest: held }: ServiceRestore, expected: ExpectedDigest | undefined): boolean {
  return expected === undefined
    || (held?.Digest === Buffer.from(expected.digest).toString('base64') && (expected.sequenceNo ?? held.TipSequenceNo) === held.TipSequenceNo);
}
