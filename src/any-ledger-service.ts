import { IResource, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LedgerServiceGrants } from './ledger-service-grants';
import { LedgerServicePrivateAccess } from './ledger-service-private-access';

/** A QLDB-compatible service that ledgers live in. */
export interface ILedgerService extends IResource {
  /**
   * Where the control plane answers: every operation, for administrators and for who is granted some. Ends in a slash when it is a function URL.
   * @attribute
   */
  readonly serviceUrl: string;

  /**
   * Where sessions are answered, for applications: the URL for QLDB drivers. Ends in a slash when it is a function URL.
   * @attribute
   */
  readonly sessionUrl: string;

  /**
   * Whether the service keeps grants, and checks against them the statements that reach `sessionUrl` and the operations that reach `serviceUrl`. Endpoints
   * that evaluate IAM themselves do not.
   */
  readonly checksGrants: boolean;

  /** Permissions on the service. */
  readonly grants: LedgerServiceGrants;

  /**
   * The VPC from which alone the service can be reached. Whatever calls it must run there.
   * @default - it can be reached from everywhere
   */
  readonly privateAccess?: LedgerServicePrivateAccess;

  /**
   * Who assumes the role of an export or stream, with the conditions that keep it to one ledger. For trust policies.
   * @param ledgerArn the ledger that the role serves.
   */
  journalPrincipal(ledgerArn: string): iam.IPrincipal;

  /**
   * Lets the service assume the role of an export or stream. A role of the service's own account needs nothing but to trust the principal of
   * `journalPrincipal`. For a role of another account the service needs a permission of its own, which can only be created where the service
   * is deployed: call this there.
   * @param scope where to create the permission; once per scope and role.
   * @param role the role; its trust policy must name the principal of `journalPrincipal`.
   */
  allowAssumeRole(scope: Construct, role: iam.IRoleRef): void;
}
