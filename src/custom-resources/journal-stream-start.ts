import {
  CancelJournalKinesisStreamCommand, DescribeJournalKinesisStreamCommand, DescribeLedgerCommand, ListJournalKinesisStreamsForLedgerCommand,
  StreamJournalToKinesisCommand, type JournalKinesisStreamDescription, type QLDBClient,
} from '@aws-sdk/client-qldb';
import { fingerprint, type JournalStreamDeclaration } from './journal-stream-declaration';
import { type LifecycleEvent } from './lifecycle';
import { CREATING, ownerOf, ownerTags, type Tags } from './ownership';
import { isNamed } from './service-failure';
import { keepingStatusReason } from './status-reason';
import { readTags } from './tags';

export type JournalStream = JournalKinesisStreamDescription & { readonly StreamId: string };

/** Says what was asked for when the stream was made; the service may report moments and defaults in its own way. */
const FINGERPRINT = 'cdk-ledger:fingerprint';

export function isLive(stream: JournalStream): boolean {
  return stream.Status === 'ACTIVE' || stream.Status === 'IMPAIRED';
}

export interface StartedStream {
  readonly streamId: string;
  /** The stream was complete before this request, as when an Update is rolled back to it. */
  readonly wasRunning: boolean;
}

/** The declared stream: the one this resource already runs, or a new one. @throws when the name is taken by another stream */
export async function startedStream(control: QLDBClient, event: LifecycleEvent, declared: JournalStreamDeclaration): Promise<StartedStream> {
  const live = await liveStream(control, declared);
  if (live) {
    const found = await readTags(control, live.Arn!);
    checkSame(live, found, event, declared);
    return { streamId: live.StreamId, wasRunning: found[CREATING] === undefined };
  }
  const { StreamId: streamId } = await control.send(new StreamJournalToKinesisCommand({
    LedgerName: declared.ledgerName,
    RoleArn: declared.roleArn,
    StreamName: declared.streamName,
    InclusiveStartTime: declared.start === 'LEDGER_CREATION' ? await creationOf(control, declared.ledgerName) : declared.start,
    ExclusiveEndTime: declared.end,
    KinesisConfiguration: { StreamArn: declared.kinesisStreamArn, AggregationEnabled: declared.isAggregated },
    Tags: { ...declared.tags, ...streamOwnerTags(event, declared), [CREATING]: event.RequestId },
  }));
  return { streamId: streamId!, wasRunning: false };
}

/** The tags that say whose a stream is and what it was asked to be. */
export function streamOwnerTags(event: LifecycleEvent, declared: JournalStreamDeclaration): Tags {
  return { ...ownerTags(event), [FINGERPRINT]: fingerprint(declared) };
}

/** The live stream of the declared name if this resource has made it, and to this very declaration. */
export async function ownLiveStream(
  control: QLDBClient, event: LifecycleEvent, declared: JournalStreamDeclaration,
): Promise<JournalStream | undefined> {
  const live = await liveStream(control, declared);
  const found = live ? await readTags(control, live.Arn!) : {};
  return ownerOf(found, event).kind === 'this' && found[FINGERPRINT] === fingerprint(declared) ? live : undefined;
}

function checkSame(live: JournalStream, found: Tags, event: LifecycleEvent, declared: JournalStreamDeclaration): void {
  const owner = ownerOf(found, event);
  const taken = `Ledger '${declared.ledgerName}' already has an active stream named '${declared.streamName}'`;
  if (owner.kind !== 'this') {
    const whose = owner.kind === 'other' ? `managed by ${owner.description}` : 'which this stack did not make';
    throw new Error(`${taken}, ${whose}. Choose another streamName, or cancel that stream (${live.StreamId}) first.`);
  }
  if (found[FINGERPRINT] !== fingerprint(declared)) {
    throw new Error(`${taken}, made by this resource with other properties. A stream cannot be changed, and its replacement starts before it `
      + 'ends: give the changed stream another streamName, or leave streamName out to have one generated.');
  }
}

async function liveStream(control: QLDBClient, declared: JournalStreamDeclaration): Promise<JournalStream | undefined> {
  let nextToken: string | undefined;
  do {
    const page = await control.send(new ListJournalKinesisStreamsForLedgerCommand({
      LedgerName: declared.ledgerName, MaxResults: 100, NextToken: nextToken,
    }));
    const found = (page.Streams as JournalStream[] | undefined ?? []).find(stream => stream.StreamName === declared.streamName && isLive(stream));
    if (found) {
      return found;
    }
    nextToken = page.NextToken;
  } while (nextToken);
  return undefined;
}

async function creationOf(control: QLDBClient, ledgerName: string): Promise<Date> {
  const { CreationDateTime: creation } = await control.send(new DescribeLedgerCommand({ Name: ledgerName }));
  return creation!;
}

/** A stream, and why it does not get on, if the service says so. */
export type DescribedStream = JournalStream & { readonly statusReason?: string };

/** The stream, or undefined when the service does not know it, or no longer. */
export async function findStream(control: QLDBClient, ledgerName: string, streamId: string): Promise<DescribedStream | undefined> {
  try {
    const command = new DescribeJournalKinesisStreamCommand({ LedgerName: ledgerName, StreamId: streamId });
    const reason = keepingStatusReason(command);
    const { Stream: stream } = await control.send(command);
    return stream && { ...stream as JournalStream, statusReason: reason() };
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) {
      return undefined;
    }
    throw error;
  }
}

/** Asks a stream to end; one that has ended meanwhile is as good. */
export async function cancelStream(control: QLDBClient, ledgerName: string, streamId: string): Promise<void> {
  try {
    await control.send(new CancelJournalKinesisStreamCommand({ LedgerName: ledgerName, StreamId: streamId }));
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException', 'ResourcePreconditionNotMetException')) {
      throw error;
    }
  }
}
