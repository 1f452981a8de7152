import { createHash } from 'crypto';
import {
  ArnFormat, IResolveContext, IResource, Lazy, Resource, Stack, TagManager, TagType, aws_iam as iam, aws_kinesis as kinesis,
} from 'aws-cdk-lib';
import { IStreamRef, StreamReference } from 'aws-cdk-lib/aws-qldb';
import { Construct } from 'constructs';
import { JournalWindow, windowProblems } from './journal-window';
import { ILedger } from './ledger';
import { NAME_LENGTH_MAX, generatedName, nameProblem } from './ledger-name';
import { JOURNAL_STREAM_LIFECYCLE, lifecycleResource } from './lifecycle-provider';
import { rejectProblems, rejectProblemsOf } from './problems';
import { serviceOf, serviceProblem } from './service-of';
import { StreamRole } from './stream-role';

/** A journal stream. */
export interface IJournalStream extends IResource, IStreamRef {
  /**
   * Id of the stream.
   * @attribute
   */
  readonly streamId: string;

  /**
   * ARN of the stream.
   * @attribute
   */
  readonly streamArn: string;

  /** Name of the ledger whose journal is streamed. */
  readonly ledgerName: string;
}

/** What a journal stream covers, and where it goes. */
export interface JournalStreamOptions {
  /** The Kinesis stream that receives the journal. If it is encrypted with your own key, the key must be known to it. */
  readonly kinesisStream: kinesis.IStream;

  /**
   * Name of the stream: 1 to 32 letters, digits and single hyphens, unique among the ledger's active streams. A change that replaces the
   * stream needs a new name, because the old stream ends only after the new one has begun.
   * @default - generated; changes by itself when the stream is replaced
   */
  readonly streamName?: string;

  /**
   * The blocks to stream. The window may end in the future.
   * @default JournalWindow.wholeJournal() - all blocks, for ever
   */
  readonly window?: JournalWindow;

  /**
   * Whether several records are packed into one Kinesis record, as the Kinesis Producer Library does.
   * @default true
   */
  readonly aggregationEnabled?: boolean;

  /**
   * A role of your own that the service assumes to write. Its trust and its permissions are yours to set.
   * @default - a new `StreamRole` with the least permissions
   */
  readonly role?: iam.IRole;

  /**
   * Tags of the stream, besides those of `Tags.of()`.
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}

/** Properties of a `JournalStream`. */
export interface JournalStreamProps extends JournalStreamOptions {
  /** The ledger whose journal is streamed. */
  readonly ledger: ILedger;
}

/** Attributes of an existing journal stream. */
export interface JournalStreamAttributes {
  /** Name of the ledger whose journal is streamed. */
  readonly ledgerName: string;

  /** Id of the stream. */
  readonly streamId: string;
}

abstract class JournalStreamBase extends Resource implements IJournalStream {
  public abstract readonly streamId: string;
  public abstract readonly streamArn: string;
  public abstract readonly ledgerName: string;

  public get streamRef(): StreamReference {
    return { ledgerName: this.ledgerName, streamId: this.streamId, streamArn: this.streamArn };
  }
}

/**
 * Streams the journal of a ledger into Kinesis. Deleting it cancels the stream; changing anything but its tags replaces it.
 *
 * @example
 * new JournalStream(this, 'Stream', {
 *   ledger,
 *   kinesisStream: new kinesis.Stream(this, 'Kinesis', { encryption: kinesis.StreamEncryption.KMS }),
 * });
 */
export class JournalStream extends JournalStreamBase implements iam.IGrantable {
  /**
   * An existing stream of the stack's account and region.
   * @param scope the parent.
   * @param id the construct's id.
   * @param attributes what is known about the stream.
   */
  public static fromJournalStreamAttributes(scope: Construct, id: string, attributes: JournalStreamAttributes): IJournalStream {
    const { ledgerName, streamId } = attributes;
    const streamArn = Stack.of(scope).formatArn({ service: 'qldb', resource: 'stream', resourceName: `${ledgerName}/${streamId}` });
    return new ImportedJournalStream(scope, id, ledgerName, streamId, streamArn);
  }

  /**
   * An existing stream known by its ARN.
   * @param scope the parent.
   * @param id the construct's id.
   * @param streamArn the stream's ARN; not a token.
   */
  public static fromJournalStreamArn(scope: Construct, id: string, streamArn: string): IJournalStream {
    const { resourceName } = Stack.of(scope).splitArn(streamArn, ArnFormat.SLASH_RESOURCE_NAME);
    const [ledgerName, streamId] = (resourceName ?? '').split('/');
    rejectProblemsOf(`JournalStream '${scope.node.path}/${id}'`, [streamId ? undefined
      : `streamArn '${streamArn}' does not end in stream/<ledgerName>/<streamId>: use such an ARN, or fromJournalStreamAttributes`]);
    return new ImportedJournalStream(scope, id, ledgerName, streamId, streamArn);
  }

  public readonly streamId: string;
  public readonly streamArn: string;
  public readonly ledgerName: string;

  /**
   * What the stream was when it was last deployed: `ACTIVE`, `IMPAIRED`, `COMPLETED`, `CANCELED` or `FAILED`; `UNKNOWN` when the service has forgotten it.
   * @attribute
   */
  public readonly streamStatus: string;

  /**
   * Why it was impaired or failed then: `KINESIS_STREAM_NOT_FOUND`, `IAM_PERMISSION_REVOKED`, or `NONE`.
   * @attribute
   */
  public readonly streamErrorCause: string;

  /** Receives the journal. */
  public readonly kinesisStream: kinesis.IStream;

  /** The role that the service writes under. */
  public readonly role: iam.IRole;

  public readonly grantPrincipal: iam.IPrincipal;

  /** Collects the tags of `Tags.of()`. */
  public readonly cdkTagManager: TagManager;

  constructor(scope: Construct, id: string, props: JournalStreamProps) {
    super(scope, id);
    const { ledger } = props;
    const window = props.window ?? JournalWindow.wholeJournal();
    rejectProblems(this, [
      serviceProblem(ledger),
      nameProblem('streamName', props.streamName),
      ...windowProblems(window, 'may-be-future', Date.now()),
    ]);

    const service = serviceOf(ledger);
    this.ledgerName = ledger.ledgerName;
    this.kinesisStream = props.kinesisStream;
    if (props.role) {
      this.role = props.role;
      if (!(props.role instanceof StreamRole)) {
        service.allowAssumeRole(this, props.role);
      }
    } else {
      this.role = new StreamRole(this, 'Role', { ledger, kinesisStream: props.kinesisStream });
    }
    this.grantPrincipal = this.role.grantPrincipal;
    this.cdkTagManager = new TagManager(TagType.MAP, JOURNAL_STREAM_LIFECYCLE.resourceType, props.tags);

    const replacing = {
      LedgerName: ledger.ledgerName,
      RoleArn: this.role.roleArn,
      KinesisStreamArn: props.kinesisStream.streamArn,
      AggregationEnabled: props.aggregationEnabled ?? true,
      InclusiveStartTime: window.inclusiveStartTime ?? 'LEDGER_CREATION',
      ExclusiveEndTime: window.exclusiveEndTime,
    };
    const resource = lifecycleResource(this, 'Resource', JOURNAL_STREAM_LIFECYCLE, service, {
      ...replacing,
      StreamName: props.streamName ?? Lazy.uncachedString({ produce: context => this.nameFor(replacing, context) }),
      Tags: this.cdkTagManager.renderedTags,
    });
    // Deleted in reverse order: the stream is cancelled while its role can still be assumed and its target still exists.
    resource.node.addDependency(this.role, props.kinesisStream);
    const access = this.node.tryFindChild('ServiceAccess');
    if (access) {
      resource.node.addDependency(access);
    }
    this.streamId = resource.getAttString('StreamId');
    this.streamArn = resource.getAttString('StreamArn');
    this.streamStatus = resource.getAttString('StreamStatus');
    this.streamErrorCause = resource.getAttString('ErrorCause');
  }

  /** The old stream ends only after its replacement began, so every change that replaces it must change the name too. */
  private nameFor(replacing: object, context: IResolveContext): string {
    const digest = createHash('sha256').update(JSON.stringify(context.resolve(replacing))).digest('hex').slice(0, DIGEST_LENGTH);
    return `${generatedName(this, NAME_LENGTH_MAX - DIGEST_LENGTH - 1)}-${digest}`;
  }
}

const DIGEST_LENGTH = 8;

class ImportedJournalStream extends JournalStreamBase {
  constructor(
    scope: Construct, id: string,
    public readonly ledgerName: string, public readonly streamId: string, public readonly streamArn: string,
  ) {
    super(scope, id, { environmentFromArn: streamArn });
  }
}
