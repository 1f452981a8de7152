import { Annotations, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { ILedger } from './ledger';
import { granteeProblem, ledgerGrantResource } from './ledger-grant-resource';
import { rejectProblemsOf } from './problems';
import { grantOptionsProblems, PartiqlAction, StatementGrantOptions, TableGrantOptions } from './table-grant-options';

/**
 * Permissions on one ledger.
 *
 * `read`, `readWrite` and `actions` are for applications. They have two sides: IAM lets the grantee call the session URL of the ledger's service, and
 * the service, when the ledger's mode is `STANDARD`, lets its statements do what was granted and nothing else. The second side is a custom resource
 * in the stack of the grantee, which must be a role or a user, or a resource that runs under one.
 *
 * `verify`, `exportJournal`, `streamJournal` and `restore` are for administrators: they let the grantee call the control plane of the service, which answers
 * every operation on every ledger to whoever may call it.
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
    return service.checksGrants ? reachable.combine(this.inService(grantee, options)) : reachable;
  }

  /**
   * Verify: read digests, blocks and revisions with their proofs. An administrator's permission: see above.
   * @param grantee who may.
   */
  public verify(grantee: iam.IGrantable): iam.Grant {
    return this.administer(grantee, this.onLedger(grantee, VERIFY_ACTIONS));
  }

  /**
   * Start exports of the journal and follow them. An administrator's permission: see above.
   * @param grantee who may.
   */
  public exportJournal(grantee: iam.IGrantable): iam.Grant {
    return this.administer(grantee, this.onLedger(grantee, EXPORT_ACTIONS));
  }

  /**
   * Start streams of the journal, follow and cancel them. An administrator's permission: see above.
   * @param grantee who may.
   */
  public streamJournal(grantee: iam.IGrantable): iam.Grant {
    const streams = Stack.of(this.ledger).formatArn({ service: 'qldb', resource: 'stream', resourceName: `${this.ledger.ledgerName}/*` });
    return this.administer(grantee, iam.Grant.addToPrincipal({ grantee, actions: STREAM_ACTIONS, resourceArns: [streams] }));
  }

  /**
   * Restore the ledger from exports of its journal, and follow the restore. An administrator's permission: see above. The operations are this
   * library's own; QLDB had none of the kind.
   * @param grantee who may.
   */
  public restore(grantee: iam.IGrantable): iam.Grant {
    return this.administer(grantee, this.onLedger(grantee, RESTORE_ACTIONS));
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

  /** The service's side of a grant is to IAM's what the policy of a resource is to the policy of a principal. */
  private inService(grantee: iam.IGrantable, { actions, tables }: StatementGrantOptions): iam.Grant {
    const resource = ledgerGrantResource(this.ledger, this.ledger.service!, grantee, actions, tables);
    const wish = { actions: qldbActions(actions), resourceArns: [this.ledger.ledgerArn] };
    return iam.Grant.addStatementToResourcePolicy({
      ...wish,
      grantee,
      resource: { env: this.ledger.env, addToResourcePolicy: () => ({ statementAdded: true, policyDependable: resource }) },
      statement: new iam.PolicyStatement({ actions: wish.actions, resources: wish.resourceArns, principals: [grantee.grantPrincipal] }),
    });
  }

  private administer(grantee: iam.IGrantable, inIam: iam.Grant): iam.Grant {
    if (this.ledger.service?.checksGrants) {
      Annotations.of(this.ledger).addWarningV2('cdk-ledger:grantOpensControlPlane',
        'verify, exportJournal, streamJournal and restore make an administrator of their grantee, who may then call every operation on every ledger of the '
        + 'service: give it a service of its own, or acknowledge this');
    }
    return this.ledger.service?.grants.invoke(grantee).combine(inIam) ?? inIam;
  }

  private tablesProblem({ tables }: TableGrantOptions): string | undefined {
    return tables && 'tables are named, but nothing there checks statements by the names of tables: IAM knows them by their ids. '
      + 'Leave tables out to mean all of them'
      + (this.ledger.service ? '' : '; or, for a ledger of a LedgerService, import it with Ledger.fromLedgerAttributes({ ledgerName, service })');
  }
}

const qldbActions = (actions: readonly PartiqlAction[]): string[] => [...new Set(actions)].sort().map(action => `qldb:${action}`);

const SESSION_ACTIONS = ['qldb:SendCommand'];
const READ_ACTIONS = [PartiqlAction.HISTORY_FUNCTION, PartiqlAction.SELECT];
const WRITE_ACTIONS = [PartiqlAction.DELETE, PartiqlAction.INSERT, PartiqlAction.UPDATE];
const VERIFY_ACTIONS = ['qldb:DescribeLedger', 'qldb:GetBlock', 'qldb:GetDigest', 'qldb:GetRevision'];
const EXPORT_ACTIONS = ['qldb:DescribeJournalS3Export', 'qldb:ExportJournalToS3', 'qldb:ListJournalS3ExportsForLedger'];
const RESTORE_ACTIONS = ['qldb:DescribeLedger', 'qldb:DescribeLedgerRestore', 'qldb:RestoreLedger'];
const STREAM_ACTIONS = [
  'qldb:CancelJournalKinesisStream',
  'qldb:DescribeJournalKinesisStream',
  'qldb:ListJournalKinesisStreamsForLedger',
  'qldb:StreamJournalToKinesis',
];
