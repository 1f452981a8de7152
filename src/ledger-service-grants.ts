import { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';

/** Permissions on a ledger service. */
export class LedgerServiceGrants {
  /**
   * Grants on a service behind the URL of a Lambda function.
   * @param apiFunction the function that answers the API.
   */
  public static fromFunction(apiFunction: lambda.IFunction): LedgerServiceGrants {
    return new LedgerServiceGrants(apiFunction);
  }

  /** Grants on an endpoint whose callers are authorised elsewhere: nothing is added to anybody. */
  public static none(): LedgerServiceGrants {
    return new LedgerServiceGrants();
  }

  private constructor(private readonly apiFunction?: lambda.IFunction) {}

  /**
   * Lets the grantee call the service through its URL: every operation of the QLDB API, on every ledger of the service.
   * @param grantee who may call.
   */
  public invoke(grantee: iam.IGrantable): iam.Grant {
    return this.apiFunction?.grantInvokeUrl(grantee)
      ?? iam.Grant.drop(grantee, 'callers of an imported endpoint are authorised where it runs');
  }
}
