import { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ILedgerService } from './any-ledger-service';
import { administratorGrant, everyLedgerOf, heldGrant, qldbActions } from './control-plane-grant';
import { grantInService, granteeProblem, namedPrincipal } from './ledger-grant-resource';
import { rejectProblemsOf } from './problems';

/** Lets a caller through. What has to be written at the door for it is written below `doorstep`, if that is given. */
type Door = (grantee: iam.IGrantable, doorstep?: Construct) => iam.Grant;

/** Permissions on a ledger service. */
export class LedgerServiceGrants {
  /**
   * Grants on a service behind the URLs of two Lambda functions.
   * @param apiFunction the function that answers the control plane.
   * @param sessionFunction the function that answers sessions.
   * @param service the service, which is told of its administrators; without it they are who IAM lets in.
   */
  public static fromFunctions(apiFunction: lambda.IFunction, sessionFunction: lambda.IFunction, service?: ILedgerService): LedgerServiceGrants {
    const controlPlane: Door = (grantee, doorstep) => (doorstep ? functionAt(doorstep, apiFunction) : apiFunction).grantInvokeUrl(grantee);
    return new LedgerServiceGrants(controlPlane, grantee => sessionFunction.grantInvokeUrl(grantee), service);
  }

  /**
   * Grants on a service that answers in a VPC, through private APIs of API Gateway.
   * @param controlArn what a caller of the control plane invokes: an ARN of `execute-api`.
   * @param sessionArn what a caller of sessions invokes: an ARN of `execute-api`.
   * @param service the service, which is told of its administrators; without it they are who IAM lets in.
   */
  public static fromPrivateApis(controlArn: string, sessionArn: string, service?: ILedgerService): LedgerServiceGrants {
    const through = (arn: string): Door => grantee => iam.Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns: [arn] });
    return new LedgerServiceGrants(through(controlArn), through(sessionArn), service);
  }

  /** Grants on an endpoint whose callers are authorised elsewhere: nothing is added to anybody. */
  public static none(): LedgerServiceGrants {
    const closed: Door = grantee => iam.Grant.drop(grantee, 'callers of an imported endpoint are authorised where it runs');
    return new LedgerServiceGrants(closed, closed);
  }

  private constructor(private readonly controlPlane: Door, private readonly sessions: Door, private readonly service?: ILedgerService) {}

  /**
   * Makes the grantee an administrator: lets it call the control plane, which answers it every operation of the QLDB API on every ledger of
   * the service, statements on any table included. A role or user is one from then on whatever else it is granted on the control plane. Others, such as
   * a whole account, are let in by IAM alone.
   * @param grantee who may call.
   */
  public invoke(grantee: iam.IGrantable): iam.Grant {
    const reached = this.controlPlane(grantee);
    return this.service && namedPrincipal(grantee)
      ? reached.combine(grantInService(grantee, this.service, administratorGrant(this.service, grantee), { actions: ['qldb:*'], resourceArns: ['*'] }))
      : reached;
  }

  /**
   * Lets the grantee list the journal exports of all ledgers of the service: `ListJournalS3Exports`, which is all that `JobInventory` and
   * `cdk-ledger jobs` ask of it. As with the grants on one ledger, its grantee is held to its grants from the first one on.
   *
   * @param grantee who may; a role or user, or a resource that runs under one. At an endpoint that evaluates IAM itself, anybody.
   * @throws when the service could not recognise the grantee
   */
  public listJournalExports(grantee: iam.IGrantable): iam.Grant {
    const { service } = this;
    if (!service) {
      // QLDB knows this one on no resource in particular.
      return this.controlPlane(grantee).combine(iam.Grant.addToPrincipal({ grantee, actions: qldbActions(LIST_EXPORTS_ACTIONS), resourceArns: ['*'] }));
    }
    rejectProblemsOf(`Grant on service '${service.node.path}'`, [granteeProblem(grantee)]);
    return heldGrant(service, grantee, everyLedgerOf(service), LIST_EXPORTS_ACTIONS, ['*']);
  }

  /**
   * Lets the grantee call the control plane. Who is granted nothing there may do everything.
   * @internal
   */
  public _reach(grantee: iam.IGrantable, doorstep?: Construct): iam.Grant {
    return this.controlPlane(grantee, doorstep);
  }

  /**
   * Lets the grantee open sessions through the session URL, and nothing else. What its statements may do in a ledger of mode `STANDARD` is up to the
   * grants of that ledger, which make this one too: use those of `Ledger.grants`.
   * @param grantee who may call.
   */
  public connect(grantee: iam.IGrantable): iam.Grant {
    return this.sessions(grantee);
  }
}

const LIST_EXPORTS_ACTIONS = ['ListJournalS3Exports'];

/** The same function, whose permissions are put elsewhere. */
function functionAt(doorstep: Construct, { functionArn }: lambda.IFunction): lambda.IFunction {
  return doorstep.node.tryFindChild('Function') as lambda.IFunction | undefined
    ?? lambda.Function.fromFunctionAttributes(doorstep, 'Function', { functionArn, sameEnvironment: true });
}
