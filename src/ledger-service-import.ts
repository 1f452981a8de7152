import { ArnFormat, Resource, aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ILedgerService } from './any-ledger-service';
import { allowAssumeRoleBy, isOfAnotherAccount, journalPrincipalOf } from './journal-roles';
import { LedgerServiceGrants } from './ledger-service-grants';
import { apiIdOf, privateAccountProblem, privateDoorArn } from './ledger-service-private-access';
import { LedgerServiceAttributes, LedgerServiceEndpoint } from './ledger-service-props';
import { rejectProblemsOf } from './problems';

/** A service of ours that another app deployed. */
export function importedService(scope: Construct, id: string, attributes: LedgerServiceAttributes): ILedgerService {
  const { serviceUrl, sessionUrl, privateAccess } = attributes;
  class Import extends Resource implements ILedgerService {
    public readonly checksGrants = true;
    public readonly serviceUrl = serviceUrl;
    public readonly sessionUrl = sessionUrl;
    public readonly privateAccess = privateAccess;
    public readonly grants: LedgerServiceGrants = privateAccess
      ? LedgerServiceGrants.fromPrivateApis(
        privateDoorArn(this, apiIdOf(serviceUrl), '*'), privateDoorArn(this, apiIdOf(sessionUrl), 'POST/'), this)
      : LedgerServiceGrants.fromFunctions(
        importedFunction(this, 'ApiFunction', attributes.apiFunctionArn), importedFunction(this, 'SessionFunction', attributes.sessionFunctionArn), this);
    private readonly executionRoles = [
      iam.Role.fromRoleArn(this, 'ApiRole', attributes.apiRoleArn),
      iam.Role.fromRoleArn(this, 'WorkerRole', attributes.workerRoleArn),
    ];

    public journalPrincipal(ledgerArn: string): iam.IPrincipal {
      return journalPrincipalOf(this.executionRoles, ledgerArn);
    }

    public allowAssumeRole(roleScope: Construct, role: iam.IRoleRef): void {
      allowAssumeRoleBy(this.executionRoles, this.env.account, roleScope, role);
    }
  }
  const imported = new Import(scope, id, { environmentFromArn: attributes.apiFunctionArn });
  rejectProblemsOf(`LedgerService '${imported.node.path}'`, [privateAccountProblem(imported, imported.env.account, privateAccess)]);
  return imported;
}

/** An endpoint that is not of ours. */
export function importedEndpoint(scope: Construct, id: string, endpoint: LedgerServiceEndpoint): ILedgerService {
  class Import extends Resource implements ILedgerService {
    public readonly serviceUrl = endpoint.serviceUrl;
    public readonly sessionUrl = endpoint.sessionUrl ?? endpoint.serviceUrl;
    public readonly checksGrants = false;
    public readonly grants = LedgerServiceGrants.none();

    public journalPrincipal(_ledgerArn: string): iam.IPrincipal {
      const anyQldbResource = this.stack.formatArn({ service: 'qldb', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });
      return endpoint.journalPrincipal ?? new iam.ServicePrincipal('qldb.amazonaws.com').withConditions({
        StringEquals: { 'aws:SourceAccount': this.stack.account },
        ArnLike: { 'aws:SourceArn': anyQldbResource },
      });
    }

    public allowAssumeRole(_scope: Construct, _role: iam.IRoleRef): void {
      // The endpoint's own permissions are managed where it runs.
    }
  }
  return new Import(scope, id);
}

/** A function of a service that another app deployed: in another account, only that app can add to its policy. */
function importedFunction(scope: Resource, id: string, functionArn: string): lambda.IFunction {
  const sameEnvironment = !isOfAnotherAccount(scope.env.account, scope.stack.account);
  return lambda.Function.fromFunctionAttributes(scope, id, { functionArn, sameEnvironment, skipPermissions: true });
}
