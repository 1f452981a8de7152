import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { ControlPlaneAction } from './control-plane-action';
import { heldGrant, qldbActions } from './control-plane-grant';
import { ILedger } from './ledger';
import { grantInService, granteeProblem, ledgerGrantResource } from './ledger-grant-resource';
import { rejectProblemsOf } from './problems';
import { grantOptionsProblems, PartiqlAction, StatementGrantOptions, TableGrantOptions } from './table-grant-options';

/**
 * Permissions on one ledger.
 *
 * They have two sides: IAM lets the grantee call a URL of the ledger's service, and the service lets it do what was granted and nothing else. The second
 * side is a custom resource in the stack of the grantee, which must be a role or a user, or a resource that runs under one.
 *
 * `read`, `readWrite` and `actions` are for applications: what their statements may do at the session URL, in a ledger of mode `STANDARD`.
 *
 * `verify`, `exportJournal`, `streamJournal`, `restore` and `controlPlane` are for those who look after a ledger: which operations of the control plane
 * they may call. From the first such grant on, its grantee is held to its grants, and to nothing when the last one is gone; only
 * `LedgerService.grants.invoke` makes it an administrator.
 *
 * All of them also name the `qldb:` actions they mean, for endpoints that evaluate IAM themselves.
 */
export class LedgerGrants {
  /**
   * Grants on a ledger.
   * @param ledger the ledger.
   */
  public static fromLedger(ledger: ILedger): LedgerGrants {
    return new LedgerGrants(ledger);
  }

  private constructor(private readonly ledger: ILedger) {}

  /**
   * Run queries: SELECT and history().
   * @param grantee who may.
   * @param options on which tables.
   */
  public read(grantee: iam.IGrantable, options: TableGrantOptions = {}): iam.Grant {
    return this.actions(grantee, { ...options, actions: READ_ACTIONS });
  }

  /**
   * Run queries and change documents: INSERT, UPDATE and DELETE. Not the schema.
   * @param grantee who may.
   * @param options on which tables.
   */
  public readWrite(grantee: iam.IGrantable, options: TableGrantOptions = {}): iam.Grant {
    return this.actions(grantee, { ...options, actions: [...READ_ACTIONS, ...WRITE_ACTIONS] });
  }

  /**
   * Run statements of any choice of actions.
   * @param grantee who may.
   * @param options which actions, and on which tables.
   */
  public actions(grantee: iam.IGrantable, options: StatementGrantOptions): iam.Grant {
    const { service } = this.ledger;
    rejectProblemsOf(`Grant on ledger '${this.ledger.node.path}'`, [
      ...grantOptionsProblems(options),
      service?.checksGrants ? granteeProblem(grantee) : this.tablesProblem(options),
    ]);
    const { actions, tables } = options;
    const inIam = this.onLedger(grantee, SESSION_ACTIONS);
    // IAM knows tables by ids that the service makes up later, so it can only name all of them.
    const named = tables ? inIam : inIam.combine(this.onAllTables(grantee, actions));
    if (!service) {
      return named;
    }
    const reachable = service.grants.connect(grantee).combine(named);
    return service.checksGrants ? reachable.combine(grantInService(
      grantee, service, ledgerGrantResource(this.ledger, service, grantee, actions, tables),
      { actions: qldbActions(actions), resourceArns: [this.ledger.ledgerArn] })) : reachable;
  }

  /**
   * Verify: read digests, blocks and revisions with their proofs.
   * @param grantee who may.
   */
  public verify(grantee: iam.IGrantable): iam.Grant {
    return this.controlPlane(grantee, ...VERIFY_ACTIONS);
  }

  /**
   * Start exports of the journal and follow them.
   * @param grantee who may.
   */
  public exportJournal(grantee: iam.IGrantable): iam.Grant {
    return this.controlPlane(grantee, ...EXPORT_ACTIONS);
  }

  /**
   * Start streams of the journal, follow and cancel them.
   * @param grantee who may.
   */
  public streamJournal(grantee: iam.IGrantable): iam.Grant {
    return this.controlPlane(grantee, ...STREAM_ACTIONS);
  }

  /**
   * Restore the ledger from exports of its journal, and follow the restore. The operations are this library's own; QLDB
   * had none of the kind.
   * @param grantee who may.
   */
  public restore(grantee: iam.IGrantable): iam.Grant {
    return this.controlPlane(grantee, ...RESTORE_ACTIONS);
  }

  /**
   * Call any choice of the control plane's operations on the ledger.
   * @param grantee who may.
   * @param actions which operations; at least one.
   */
  public controlPlane(grantee: iam.IGrantable, ...actions: ControlPlaneAction[]): iam.Grant {
    const { ledger } = this;
    const { service } = ledger;
    rejectProblemsOf(`Grant on ledger '${ledger.node.path}'`, [
      actions.length === 0 ? 'actions is empty: name what the grantee may call, such as ControlPlaneAction.GET_DIGEST' : undefined,
      service?.checksGrants ? granteeProblem(grantee) : undefined,
    ]);
    const ofStreams = actions.filter(action => STREAM_ACTIONS.includes(action));
    const ofLedger = actions.filter(action => !STREAM_ACTIONS.includes(action));
    const inIam = [
      ...ofLedger.length > 0 ? [this.onLedger(grantee, qldbActions(ofLedger))] : [],
      ...ofStreams.length > 0 ? [this.onStreams(grantee, ofStreams)] : [],
    ].reduce((one, other) => one.combine(other));
    if (!service?.checksGrants) {
      return service?.grants.invoke(grantee).combine(inIam) ?? inIam;
    }
    const subject = { path: ledger.node.path, ledgerName: ledger.ledgerName };
    return inIam.combine(heldGrant(service, grantee, subject, actions, [ledger.ledgerArn]));
  }

  private onStreams(grantee: iam.IGrantable, actions: ControlPlaneAction[]): iam.Grant {
    const streams = Stack.of(this.ledger).formatArn({ service: 'qldb', resource: 'stream', resourceName: `${this.ledger.ledgerName}/*` });
    return iam.Grant.addToPrincipal({ grantee, actions: qldbActions(actions), resourceArns: [streams] });
  }

  private onLedger(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.ledger.ledgerArn] });
  }

  private onAllTables(grantee: iam.IGrantable, actions: PartiqlAction[]): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: qldbActions(actions),
      // The catalog is what drivers and shells list tables with.
      resourceArns: [`${this.ledger.ledgerArn}/table/*`, `${this.ledger.ledgerArn}/information_schema/user_tables`],
    });
  }

  private tablesProblem({ tables }: TableGrantOptions): string | undefined {
    return tables && 'tables are named, but nothing there checks statements by the names of tables: IAM knows them by their ids. '
      + 'Leave tables out to mean all of them'
      + (this.ledger.service ? '' : '; or, for a ledger of a LedgerService, import it with Ledger.fromLedgerAttributes({ ledgerName, service })');
  }
}

const SESSION_ACTIONS = ['qldb:SendCommand'];
const READ_ACTIONS = [PartiqlAction.HISTORY_FUNCTION, PartiqlAction.SELECT];
const WRITE_ACTIONS = [PartiqlAction.DELETE, PartiqlAction.INSERT, PartiqlAction.UPDATE];
const VERIFY_ACTIONS = [
  ControlPlaneAction.DESCRIBE_LEDGER, ControlPlaneAction.GET_BLOCK, ControlPlaneAction.GET_DIGEST, ControlPlaneAction.GET_REVISION,
];
const EXPORT_ACTIONS = [
  ControlPlaneAction.DESCRIBE_JOURNAL_S3_EXPORT, ControlPlaneAction.EXPORT_JOURNAL_TO_S3, ControlPlaneAction.LIST_JOURNAL_S3_EXPORTS_FOR_LEDGER,
];
const RESTORE_ACTIONS = [ControlPlaneAction.DESCRIBE_LEDGER, ControlPlaneAction.DESCRIBE_LEDGER_RESTORE, ControlPlaneAction.RESTORE_LEDGER];
/** IAM knows these by the ARN of a stream. */
const STREAM_ACTIONS = [
  ControlPlaneAction.CANCEL_JOURNAL_KINESIS_STREAM,
  ControlPlaneAction.DESCRIBE_JOURNAL_KINESIS_STREAM,
  ControlPlaneAction.LIST_JOURNAL_KINESIS_STREAMS_FOR_LEDGER,
  ControlPlaneAction.STREAM_JOURNAL_TO_KINESIS,
];
