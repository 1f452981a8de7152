import { type QLDBClient } from '@aws-sdk/client-qldb';
import { endCancelledUpdate } from './cancelled-update';
import { fingerprint, journalStreamDeclaration, type JournalStreamDeclaration } from './journal-stream-declaration';
import { formatStreamId, parseStreamId } from './journal-stream-id';
import {
  cancelStream, findStream, isLive, ownLiveStream, startedStream, streamOwnerTags, type DescribedStream, type JournalStream, type StartedStream,
} from './journal-stream-start';
import { NOT_YET, type Edges, type IsCompleteEvent, type IsCompleteResult, type Lifecycle, type LifecycleEvent } from './lifecycle';
import { CREATING } from './ownership';
import { attemptNow, attemptOrWait, PERMISSION_SECONDS, type Attempt, type Patience } from './patience';
import { tags, text } from './properties';
import { isNamed, isRoleNotReady, isWithin } from './service-failure';
import { readTags, settleTags } from './tags';

export interface JournalStreamProgress {
  readonly requestedAt: string;
  /** Absent when the stream could not be started yet, so that `isComplete` has to. */
  readonly started?: StartedStream;
}

/** For how long a new stream may be unable to write before the deployment fails: its role may be only seconds old. */
const IMPAIRED_SECONDS = 300;

/**
 * Custom::QldbJournalStream. A stream cannot be changed, so every change but that of tags starts another stream, with a new physical id, and
 * CloudFormation deletes (cancels) the old one afterwards.
 */
export function journalStreamLifecycle(edges: Edges): Lifecycle<JournalStreamProgress> {
  return {
    async onEvent(event) {
      const now = edges.now();
      const requestedAt = now.toISOString();
      const { PhysicalResourceId: current } = event;
      if (event.RequestType === 'Delete') {
        // Every step is taken by isComplete, which can wait and be repeated.
        return { PhysicalResourceId: current, Progress: { requestedAt } };
      }
      const declared = journalStreamDeclaration(event.ResourceProperties);
      const existing = parseStreamId(current);
      if (existing?.fingerprint === fingerprint(declared)) {
        await endCancelledUpdate(event, edges, properties => fingerprint(journalStreamDeclaration(properties)), async cancelledProperties => {
          const stray = journalStreamDeclaration(cancelledProperties);
          const { control } = edges.connect(stray.serviceUrl);
          const stream = await ownLiveStream(control, event, stray);
          if (stream) {
            await cancelStream(control, stray.ledgerName, stream.StreamId);
          }
        });
        return { PhysicalResourceId: current, Progress: { requestedAt, started: { streamId: existing.streamId, wasRunning: true } } };
      }
      const { control } = edges.connect(declared.serviceUrl);
      const started = await attemptNow(attemptOn(declared, event, now), () => startedStream(control, event, declared));
      return { PhysicalResourceId: started && physicalId(declared, started.streamId), Progress: { requestedAt, started } };
    },

    async isComplete(event) {
      if (event.RequestType === 'Delete') {
        return cancelled(event);
      }
      const declared = journalStreamDeclaration(event.ResourceProperties);
      const { control } = edges.connect(declared.serviceUrl);
      const requestedAt = new Date(event.Progress.requestedAt);
      let { started } = event.Progress;
      return attemptOrWait(attemptOn(declared, event, requestedAt), started !== undefined, async () => {
        started ??= await startedStream(control, event, declared);
        const { streamId, wasRunning } = started;
        const stream = await findStream(control, declared.ledgerName, streamId);
        // A stream that was complete before is only tagged anew: its health is not this request's business.
        if (!wasRunning && !isWorking(stream, streamId, declared, requestedAt)) {
          return NOT_YET;
        }
        if (stream) {
          await settleStreamTags(control, stream, event, declared);
        }
        return { IsComplete: true, PhysicalResourceId: physicalId(declared, streamId), Data: attributes(stream, streamId, event, declared) };
      }).catch(async error => {
        // CloudFormation may never learn this stream's id, and an impaired one would go on trying for days.
        if (started && !started.wasRunning) {
          await cancelStream(control, declared.ledgerName, started.streamId).catch(() => undefined);
        }
        throw error;
      });
    },
  };

  function attemptOn(declared: JournalStreamDeclaration, event: LifecycleEvent, requestedAt: Date): Attempt {
    const { ledgerName, streamName, serviceUrl } = declared;
    const subject = `stream '${streamName}' of ledger '${ledgerName}'`;
    return { edges, event, requestedAt, serviceUrl, subject, patienceWith: error => patienceWith(error, declared) };
  }

  /** @returns false while it may still come to work @throws when it will not */
  function isWorking(
    stream: DescribedStream | undefined, streamId: string, declared: JournalStreamDeclaration, requestedAt: Date,
  ): boolean {
    const where = `Stream '${declared.streamName}' (${streamId}) of ledger '${declared.ledgerName}' to ${declared.kinesisStreamArn}`;
    switch (stream?.Status) {
      case 'ACTIVE':
      case 'COMPLETED':
        return true;
      case 'IMPAIRED':
        if (isWithin(IMPAIRED_SECONDS, requestedAt, edges.now())) {
          return false;
        }
        throw new Error(`${where} could not write for ${IMPAIRED_SECONDS / 60} minutes (${stream.ErrorCause}) and was cancelled. `
          + remedy(stream, declared));
      case 'FAILED':
        throw new Error(`${where} failed (${stream.ErrorCause}). ${remedy(stream, declared)}`);
      case 'CANCELED':
        throw new Error(`${where} was cancelled while the deployment waited for it. Deploy again to start another.`);
      default:
        throw new Error(`${where} is not known to the service. Check that the ledger still exists, then deploy again.`);
    }
  }

  async function cancelled(event: IsCompleteEvent<JournalStreamProgress>): Promise<IsCompleteResult> {
    const serviceUrl = text(event.ResourceProperties, 'ServiceUrl');
    const ledgerName = text(event.ResourceProperties, 'LedgerName');
    const { control } = edges.connect(serviceUrl);
    const requestedAt = new Date(event.Progress.requestedAt);
    const attempt = { edges, event, requestedAt, serviceUrl, subject: `a stream of ledger '${ledgerName}'` };
    return attemptOrWait(attempt, false, async () => {
      const stream = await deletedStream(control, event);
      if (!stream || !isLive(stream)) {
        return { IsComplete: true };
      }
      await cancelStream(control, stream.LedgerName!, stream.StreamId);
      return NOT_YET;
    });
  }
}

/** Brings the tags to what is declared, and takes off the one that says the stream is still being made. */
async function settleStreamTags(
  control: QLDBClient, stream: JournalStream, event: LifecycleEvent, declared: JournalStreamDeclaration,
): Promise<void> {
  const wanted = { ...declared.tags, ...streamOwnerTags(event, declared) };
  const former = { ...tags(event.OldResourceProperties ?? {}), [CREATING]: event.RequestId };
  await settleTags(control, stream.Arn!, await readTags(control, stream.Arn!), wanted, former);
}

/** The stream that a Delete is about. A Create that failed before its id was told can only be found by what it has left behind. */
async function deletedStream(control: QLDBClient, event: LifecycleEvent): Promise<JournalStream | undefined> {
  const id = parseStreamId(event.PhysicalResourceId);
  if (id) {
    return findStream(control, id.ledgerName, id.streamId);
  }
  try {
    return await ownLiveStream(control, event, journalStreamDeclaration(event.ResourceProperties));
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) {
      return undefined;
    }
    throw error;
  }
}

function patienceWith(error: unknown, { ledgerName, roleArn, kinesisStreamArn }: JournalStreamDeclaration): Patience | undefined {
  if (isNamed(error, 'ResourcePreconditionNotMetException')) {
    return { seconds: 600, remedy: `Check that ledger '${ledgerName}' is active, then deploy again.` };
  }
  if (isRoleNotReady(error)) {
    return {
      seconds: PERMISSION_SECONDS,
      remedy: `Check that the ledger service may assume role ${roleArn}, and that this role may put records into ${kinesisStreamArn}; then deploy again.`,
    };
  }
  return undefined;
}

function remedy(stream: DescribedStream, { roleArn, kinesisStreamArn }: JournalStreamDeclaration): string {
  if (stream.statusReason) {
    return `${stream.statusReason} Then deploy again.`;
  }
  return stream.ErrorCause === 'KINESIS_STREAM_NOT_FOUND'
    ? `Check that ${kinesisStreamArn} exists, then deploy again.`
    : `Check that role ${roleArn} may put records into ${kinesisStreamArn} and use its key, then deploy again.`;
}

function physicalId(declared: JournalStreamDeclaration, streamId: string): string {
  return formatStreamId({ ledgerName: declared.ledgerName, streamId, fingerprint: fingerprint(declared) });
}

/** Streams are forgotten seven days after they ended; their ARN is then told by their stack's. */
function attributes(
  stream: JournalStream | undefined, streamId: string, event: LifecycleEvent, declared: JournalStreamDeclaration,
): Readonly<Record<string, string>> {
  const [, partition, , region, account] = event.StackId.split(':');
  const arn = stream?.Arn ?? `arn:${partition}:qldb:${region}:${account}:stream/${declared.ledgerName}/${streamId}`;
  return { StreamId: streamId, StreamArn: arn, StreamStatus: stream?.Status ?? 'UNKNOWN', ErrorCause: stream?.ErrorCause ?? 'NONE' };
}
