import {
  Annotations, ArnFormat, CfnResource, CustomResource, Duration, IResource, Lazy, RemovalPolicy, Stack, TagManager, TagType, aws_kms as kms,
} from 'aws-cdk-lib';
import { ILedgerRef, LedgerReference } from 'aws-cdk-lib/aws-qldb';
import { Construct } from 'constructs';
import { FinalExportOptions, finalExport, finalExportProblems } from './final-export';
import { JournalExport, JournalExportOptions } from './journal-export';
import { JournalExportSchedule, JournalExportScheduleOptions } from './journal-export-schedule';
import { JournalSource, bindSource, sourceProblems } from './journal-source';
import { JournalStream, JournalStreamOptions } from './journal-stream';
import { LedgerDigest, LedgerDigestOptions } from './ledger-digest';
import { LedgerGrants } from './ledger-grants';
import { keyProblem } from './ledger-key';
import { ILedgerMetrics, MeasuredLedger } from './ledger-metrics';
import { generatedName, nameProblem } from './ledger-name';
import { ILedgerService, LedgerService } from './ledger-service';
import { LedgerTable, tableProblems } from './ledger-table';
import { LEDGER_LIFECYCLE, lifecycleResource, timeoutProblem } from './lifecycle-provider';
import { rejectProblems, rejectProblemsOf } from './problems';
import { removalOf, removalProblem, watchRemoval } from './removal';

/** A ledger. */
export interface ILedger extends IResource, ILedgerRef, ILedgerMetrics {
  /**
   * Name of the ledger.
   * @attribute
   */
  readonly ledgerName: string;

  /**
   * ARN of the ledger.
   * @attribute
   */
  readonly ledgerArn: string;

  /**
   * The service that the ledger lives in.
   * @default - unknown: the ledger was imported by its name or ARN alone
   */
  readonly service?: ILedgerService;

  /** Permissions on the ledger. */
  readonly grants: LedgerGrants;

  /**
   * Exports the journal to S3 when the stack deploys.
   * @param id the id of the export, a child of this ledger.
   * @param options what to export and where to.
   */
  exportJournal(id: string, options?: JournalExportOptions): JournalExport;

  /**
   * Streams the journal to Kinesis from the deployment on.
   * @param id the id of the stream, a child of this ledger.
   * @param options what to stream and where to.
   */
  streamJournal(id: string, options: JournalStreamOptions): JournalStream;

  /**
   * Exports the journal to S3 again and again, in windows that join without gap or overlap.
   * @param id the id of the schedule, a child of this ledger.
   * @param options what to export, when and where to.
   */
  scheduleJournalExports(id: string, options?: JournalExportScheduleOptions): JournalExportSchedule;

  /**
   * Keeps digests of the ledger, of each deployment and on a schedule.
   * @param id the id of the digest, a child of this ledger.
   * @param options when to take digests, and where to keep them.
   */
  keepDigest(id: string, options?: LedgerDigestOptions): LedgerDigest;
}

/** Who decides what a statement may touch. */
export enum PermissionsMode {
  /** Who may run statements may run all of them, on every table. */
  ALLOW_ALL = 'ALLOW_ALL',
  /**
   * Each statement needs a permission for its action on the table: those of `Ledger.grants`. Administrators, who call the control plane of
   * a `LedgerService`, need none.
   */
  STANDARD = 'STANDARD',
}

/** Properties of a `Ledger`. */
export interface LedgerProps {
  /**
   * The service that the ledger lives in. Changing it makes a new ledger.
   * @default - the stack's default service, created when first needed
   */
  readonly service?: ILedgerService;

  /**
   * Name of the ledger: 1 to 32 letters, digits and single hyphens. Changing it makes a new ledger.
   * @default - generated from the construct's path
   */
  readonly ledgerName?: string;

  /**
   * Who decides what a statement may touch.
   * @default PermissionsMode.STANDARD
   */
  readonly permissionsMode?: PermissionsMode;

  /**
   * Makes the service refuse to delete the ledger. Must be `false` under `RemovalPolicy.DESTROY`.
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * What happens to the ledger when it leaves the stack, or is replaced. With `RETAIN_ON_UPDATE_OR_DELETE`, a ledger whose first deployment fails
   * goes with it, protected or not; any other is kept.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Exports the whole journal before the ledger is deleted, under `RemovalPolicy.DESTROY`. Only a completed export lets it go; one that fails keeps
   * the ledger and fails the deletion, until it is mended or the ledger is tagged `cdk-ledger:final-export=skip`.
   * @default - the journal goes with the ledger
   */
  readonly finalExport?: FinalExportOptions;

  /**
   * The key that encrypts the ledger, for endpoints that keep one for each (`LedgerService.fromEndpoint`). A `LedgerService` encrypts all its ledgers
   * with its own `encryptionKey`, so that any other key is an error here.
   * @default - the key of the service
   */
  readonly encryptionKey?: kms.IKeyRef;

  /**
   * Makes the ledger of the exports of a former ledger's journal: the same blocks, documents and history, so that digests and receipts
   * of the former ledger hold for this one, which then goes on where that one ended. The deployment waits for it, an hour at most.
   *
   * It only says how the ledger begins. A source that is added or changed later is refused, because the ledger has a journal by then; taking it
   * away changes nothing. Exports that were tampered with, or that are not complete, fail the deployment and leave no ledger.
   * @default - the ledger begins empty
   */
  readonly restoreFrom?: JournalSource;

  /**
   * Tables and indexes to make sure of at each deployment.
   * @default - none; statements create them
   */
  readonly tables?: LedgerTable[];

  /**
   * How long a deployment waits for the ledger to be created, changed or deleted: 1 minute to 1 hour. A deletion that takes longer goes on in the
   * service, and the next deployment waits for the rest.
   * @default Duration.hours(1)
   */
  readonly timeout?: Duration;

  /**
   * Tags of the ledger, besides those of `Tags.of()`.
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}

/** Attributes of an existing ledger. */
export interface LedgerAttributes {
  /** Name of the ledger. */
  readonly ledgerName: string;

  /**
   * The service that the ledger lives in; needed to export or stream its journal and to let anybody call it.
   * @default - unknown
   */
  readonly service?: ILedgerService;
}

abstract class LedgerBase extends MeasuredLedger implements ILedger {
  public abstract readonly ledgerName: string;
  public abstract readonly ledgerArn: string;
  public abstract readonly service?: ILedgerService;
  public readonly grants = LedgerGrants.fromLedger(this);

  public get ledgerRef(): LedgerReference {
    return { ledgerId: this.ledgerName };
  }

  public exportJournal(id: string, options: JournalExportOptions = {}): JournalExport {
    return new JournalExport(this, id, { ...options, ledger: this });
  }

  public streamJournal(id: string, options: JournalStreamOptions): JournalStream {
    return new JournalStream(this, id, { ...options, ledger: this });
  }

  public scheduleJournalExports(id: string, options: JournalExportScheduleOptions = {}): JournalExportSchedule {
    return new JournalExportSchedule(this, id, { ...options, ledger: this });
  }

  public keepDigest(id: string, options: LedgerDigestOptions = {}): LedgerDigest {
    return new LedgerDigest(this, id, { ...options, ledger: this });
  }
}

/**
 * A ledger: tables whose every change is kept in a journal that can be proven.
 *
 * @stateful
 * @example
 * const ledger = new Ledger(this, 'Payments', {
 *   tables: [{ name: 'Transfers', indexes: ['transferId'] }],
 * });
 * ledger.exportJournal('Export');
 */
export class Ledger extends LedgerBase {
  /**
   * An existing ledger of the stack's account and region, known by its name. To export or stream its journal, use `fromLedgerAttributes`.
   * @param scope the parent.
   * @param id the construct's id.
   * @param ledgerName the ledger's name.
   */
  public static fromLedgerName(scope: Construct, id: string, ledgerName: string): ILedger {
    return Ledger.fromLedgerAttributes(scope, id, { ledgerName });
  }

  /**
   * An existing ledger known by its ARN. To export or stream its journal, use `fromLedgerAttributes`.
   * @param scope the parent.
   * @param id the construct's id.
   * @param ledgerArn the ledger's ARN.
   */
  public static fromLedgerArn(scope: Construct, id: string, ledgerArn: string): ILedger {
    const { resourceName } = Stack.of(scope).splitArn(ledgerArn, ArnFormat.SLASH_RESOURCE_NAME);
    return new ImportedLedger(scope, id, resourceName!, ledgerArn);
  }

  /**
   * An existing ledger and the service it lives in, whose account and region are the ledger's; without a service, those of the stack.
   * @param scope the parent.
   * @param id the construct's id.
   * @param attributes what is known about the ledger.
   */
  public static fromLedgerAttributes(scope: Construct, id: string, attributes: LedgerAttributes): ILedger {
    rejectProblemsOf(`Ledger '${scope.node.path}/${id}'`, [nameProblem('ledgerName', attributes.ledgerName)]);
    const { ledgerName, service } = attributes;
    // As the service itself names it: this is what roles of exports and streams trust.
    const { account, region } = service?.env ?? Stack.of(scope);
    const ledgerArn = Stack.of(scope).formatArn({ service: 'qldb', resource: 'ledger', resourceName: ledgerName, account, region });
    return new ImportedLedger(scope, id, ledgerName, ledgerArn, service);
  }

  public readonly ledgerName: string;
  public readonly ledgerArn: string;
  public readonly service?: ILedgerService;

  /** Who decides what a statement may touch. */
  public readonly permissionsMode: PermissionsMode;

  /** Whether the service refuses to delete the ledger. */
  public readonly deletionProtection: boolean;

  /** Collects the tags of `Tags.of()`. */
  public readonly cdkTagManager: TagManager;

  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: LedgerProps = {}) {
    super(scope, id, { physicalName: props.ledgerName ?? Lazy.string({ produce: () => generatedName(this) }) });
    this.permissionsMode = props.permissionsMode ?? PermissionsMode.STANDARD;
    this.deletionProtection = props.deletionProtection ?? true;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    rejectProblems(this, [
      nameProblem('ledgerName', props.ledgerName),
      ...tableProblems(props.tables ?? []),
      ...props.restoreFrom ? sourceProblems(props.restoreFrom) : [],
      removalProblem(removalPolicy, this.deletionProtection),
      timeoutProblem(props.timeout),
      keyProblem(props.service, props.encryptionKey),
      ...finalExportProblems(props.finalExport),
    ]);
    if (this.permissionsMode === PermissionsMode.ALLOW_ALL) {
      Annotations.of(this).addWarningV2('cdk-ledger:allowAllPermissions',
        'permissionsMode ALLOW_ALL lets everyone with any grant run every statement on every table: use PermissionsMode.STANDARD');
    }

    const service = props.service ?? LedgerService.defaultFor(this);
    this.service = service;
    const archived = props.finalExport && this.finalExport(service, props.finalExport);
    this.cdkTagManager = new TagManager(TagType.MAP, LEDGER_LIFECYCLE.resourceType, props.tags);
    const restore = props.restoreFrom && bindSource(this, props.restoreFrom, service, this.physicalName);
    this.resource = lifecycleResource(this, 'Resource', LEDGER_LIFECYCLE, service, {
      LedgerName: this.physicalName,
      PermissionsMode: this.permissionsMode,
      DeletionProtection: this.deletionProtection,
      KmsKey: props.encryptionKey?.keyRef.keyArn,
      Tags: this.cdkTagManager.renderedTags,
      RemovalPolicy: Lazy.string({ produce: () => removalOf(cfnResource) }),
      FinalExport: archived?.properties,
      Tables: props.tables?.map(table => ({ Name: table.name, Indexes: table.indexes ?? [] })),
      RestoreFrom: restore?.properties,
    }, { removalPolicy, timeout: props.timeout });
    this.ledgerName = this.getResourceNameAttribute(this.resource.getAttString('LedgerName'));
    this.ledgerArn = this.getResourceArnAttribute(this.resource.getAttString('LedgerArn'), {
      service: 'qldb',
      resource: 'ledger',
      resourceName: this.physicalName,
    });

    if (restore) {
      this.resource.node.addDependency(...restore.dependencies);
    }

    const cfnResource = this.resource.node.defaultChild as CfnResource;
    this.resource.node.addDependency(...archived?.dependencies ?? []);
    watchRemoval(this, cfnResource, this.deletionProtection);
  }

  /**
   * Changes what happens to the ledger when it leaves the stack.
   * @param policy the policy.
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    this.resource.applyRemovalPolicy(policy);
  }

  /** The role of the export trusts the ledger by its name, because it has to exist before the ledger and to outlive it. */
  private finalExport(service: ILedgerService, options: FinalExportOptions) {
    const scope = new Construct(this, 'FinalExport');
    return finalExport(scope, Ledger.fromLedgerAttributes(scope, 'Ledger', { ledgerName: this.physicalName, service }), options);
  }
}

class ImportedLedger extends LedgerBase {
  constructor(
    scope: Construct, id: string,
    public readonly ledgerName: string, public readonly ledgerArn: string, public readonly service?: ILedgerService,
  ) {
    super(scope, id, { environmentFromArn: ledgerArn });
  }
}
