import { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';

/** Permissions on a ledger service. */
export class LedgerServiceGrants {
  /**
   * Grants on a service behind the URLs of two Lambda functions.
   * @param apiFunction the function that answers the control plane.
   * @param sessionFunction the function that answers sessions.
   */
  public static fromFunctions(apiFunction: lambda.IFunction, sessionFunction: lambda.IFunction): LedgerServiceGrants {
    return new LedgerServiceGrants(apiFunction, sessionFunction);
  }

  /** Grants on an endpoint whose callers are authorised elsewhere: nothing is added to anybody. */
  public static none(): LedgerServiceGrants {
    return new LedgerServiceGrants();
  }

  private constructor(private readonly apiFunction?: lambda.IFunction, private readonly sessionFunction?: lambda.IFunction) {}

  /**
   * Makes the grantee an administrator: lets it call the control plane, which answers every operation of the QLDB API on every ledger of
   * the service, statements on any table included.
   * @param grantee who may call.
   */
  public invoke(grantee: iam.IGrantable): iam.Grant {
    return this.grantUrl(grantee, this.apiFunction);
  }

  /**
   * Lets the grantee open sessions through the session URL, and nothing else. What its statements may do in a ledger of mode `STANDARD` is up to the
   * grants of that ledger, which make this one too: use those of `Ledger.grants`.
   * @param grantee who may call.
   */
  public connect(grantee: iam.IGrantable): iam.Grant {
    return this.grantUrl(grantee, this.sessionFunction);
  }

  private grantUrl(grantee: iam.IGrantable, target: lambda.IFunction | undefined): iam.Grant {
    return target?.grantInvokeUrl(grantee) ?? iam.Grant.drop(grantee, 'callers of an imported endpoint are authorised where it runs');
  }
}
