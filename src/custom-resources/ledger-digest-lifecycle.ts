import { type ArchiveObjects } from './archive-objects';
import { digestKey, keepDigest, type KeptDigest } from './ledger-digest';
import { digestFingerprint, ledgerDigestDeclaration, type LedgerDigestDeclaration } from './ledger-digest-declaration';
import { type Edges, type IsCompleteResult, type Lifecycle, type LifecycleEvent } from './lifecycle';
import { attemptNow, attemptOrWait, PERMISSION_SECONDS, type Attempt, type Patience } from './patience';
import { isNamed, isUnavailable } from './service-failure';
import { S3RequestFailed } from './signed-s3';

export interface LedgerDigestProgress {
  readonly requestedAt: string;
  /** Absent when the digest could not be kept yet, so that `isComplete` has to. */
  readonly kept?: KeptDigest;
}

export interface LedgerDigestEdges extends Edges {
  archive(bucket: string): ArchiveObjects;
}

/**
 * Custom::QldbLedgerDigest: keeps a digest when it is created, and on every Update that asks for something else.
 *
 * The physical id says which one, so that a request for nothing new repeats every attribute without a call. Delete does nothing: digests that were
 * kept are evidence and stay.
 */
export function ledgerDigestLifecycle(edges: LedgerDigestEdges): Lifecycle<LedgerDigestProgress> {
  return {
    async onEvent(event) {
      const requestedAt = edges.now();
      if (event.RequestType === 'Delete' || unchanged(event)) {
        return { PhysicalResourceId: event.PhysicalResourceId, Progress: { requestedAt: requestedAt.toISOString() } };
      }
      const declared = ledgerDigestDeclaration(event.ResourceProperties);
      const kept = await attemptNow(attemptOn(declared, event, requestedAt), () => keep(declared));
      return { Progress: { requestedAt: requestedAt.toISOString(), kept } };
    },

    async isComplete(event) {
      if (event.RequestType === 'Delete') {
        return { IsComplete: true };
      }
      const declared = ledgerDigestDeclaration(event.ResourceProperties);
      const existing = event.Progress.kept ?? unchanged(event);
      if (existing) {
        return complete(existing, declared);
      }
      const attempt = attemptOn(declared, event, new Date(event.Progress.requestedAt));
      return attemptOrWait(attempt, false, async () => complete(await keep(declared), declared));
    },
  };

  function keep(declared: LedgerDigestDeclaration): Promise<KeptDigest> {
    const { control } = edges.connect(declared.serviceUrl);
    return keepDigest({ control, objects: edges.archive(declared.bucket), now: edges.now }, declared);
  }

  function attemptOn(declared: LedgerDigestDeclaration, event: LifecycleEvent, requestedAt: Date): Attempt {
    const { ledgerName, bucket, prefix, serviceUrl } = declared;
    const subject = `the digest of ledger '${ledgerName}' in s3://${bucket}/${prefix}`;
    return { edges, event, requestedAt, serviceUrl, subject, patienceWith: error => patienceWith(error, declared) };
  }
}

function patienceWith(error: unknown, { ledgerName, bucket, prefix }: LedgerDigestDeclaration): Patience | undefined {
  if (isNamed(error, 'ResourcePreconditionNotMetException')) {
    return { seconds: 600, remedy: `Check that ledger '${ledgerName}' is active, then deploy again.` };
  }
  if (error instanceof S3RequestFailed && !(isUnavailable(error) || isNamed(error, 'NoSuchBucket'))) {
    return {
      seconds: PERMISSION_SECONDS,
      remedy: `Check that bucket ${bucket} and its key let the custom resource's function create and read objects below '${prefix}'; then deploy again.`,
    };
  }
  return undefined;
}

/** `<ledger>/<strand id>/<sequence number>/<digest>/<fingerprint>`; the digest in base64url, because base64 has slashes. */
function complete(kept: KeptDigest, declared: LedgerDigestDeclaration): IsCompleteResult {
  const { strandId, sequenceNo, digest, key } = kept;
  const url = Buffer.from(digest, 'base64').toString('base64url');
  return {
    IsComplete: true,
    PhysicalResourceId: [declared.ledgerName, strandId, sequenceNo, url, digestFingerprint(declared)].join('/'),
    Data: { Digest: digest, DigestTipSequenceNo: String(sequenceNo), StrandId: strandId, DigestKey: key },
  };
}

/** The digest that was kept before, when an Update asks for nothing else. */
function unchanged(event: LifecycleEvent): KeptDigest | undefined {
  const [, strandId, sequenceNo, url, fingerprint] = event.RequestType === 'Update' ? event.PhysicalResourceId?.split('/') ?? [] : [];
  if (fingerprint === undefined) {
    return undefined;
  }
  const declared = ledgerDigestDeclaration(event.ResourceProperties);
  return fingerprint === digestFingerprint(declared)
    ? { strandId, sequenceNo: Number(sequenceNo), digest: Buffer.from(url, 'base64url').toString('base64'), key: digestKey(declared.prefix, strandId, sequenceNo) }
    : undefined;
}
