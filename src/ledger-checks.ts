import {
  CfnResource, IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport, PolicyViolation, Stack, Validations,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { LEDGER_CHECK_RULES, LedgerCheckRule, RenderedResource } from './ledger-check-rules';
import { rejectProblemsOf } from './problems';

/** Properties of `LedgerChecks`. */
export interface LedgerChecksProps {
  /**
   * Ids of rules that do not apply at all, such as `CdkLedger-ArchiveObjectLock`.
   * @default - all rules apply
   */
  readonly excludedRules?: string[];
}

/**
 * Rules that a platform team can impose on every ledger, archive, export and stream of an app: protection, retention, encryption, permissions.
 * Synthesis fails when one is violated, and tells the resources and what to do.
 *
 * What must stay as it is can be acknowledged with a reason, for a construct and everything below it:
 * `Validations.of(construct).acknowledge({ id: 'CdkLedger-ArchiveObjectLock', reason: '...' })`.
 *
 * @example
 * Validations.of(app).addPlugins(new LedgerChecks(app));
 */
export class LedgerChecks implements IPolicyValidationPlugin {
  /** Name of the plugin in the validation report. */
  public readonly name = 'LedgerChecks';

  /**
   * Ids of the rules that apply. They never change; there may be more with every release.
   * @default - always known; CDK's interface does not ask for it
   */
  public readonly ruleIds?: string[];

  private readonly rules: readonly LedgerCheckRule[];

  /**
   * @param scope what is checked: the app, or a stage.
   * @param props which rules apply.
   * @throws for a rule that does not exist
   */
  constructor(private readonly scope: IConstruct, props: LedgerChecksProps = {}) {
    const excluded = props.excludedRules ?? [];
    const known = LEDGER_CHECK_RULES.map(({ id }) => id);
    rejectProblemsOf('LedgerChecks', excluded.filter(id => !known.includes(id)).map(id =>
      `excludedRules has '${id}', which is no rule: use ${known.join(', ')}`));
    this.rules = LEDGER_CHECK_RULES.filter(({ id }) => !excluded.includes(id));
    this.ruleIds = this.rules.map(({ id }) => id);
  }

  /**
   * Called by CDK during synthesis.
   * @param _context not used: the construct tree says more than the templates.
   */
  public validate(_context: IPolicyValidationContext): PolicyValidationPluginReport {
    const resources = renderedResources(this.scope);
    const violations = this.rules.flatMap(rule => violationOf(rule, resources));
    return { success: violations.length === 0, violations };
  }
}

function violationOf(rule: LedgerCheckRule, resources: readonly RenderedResource[]): PolicyViolation[] {
  const { id, description, fix, locations } = rule;
  const violating = resources.filter(resource => rule.appliesTo(resource) && !rule.isMet(resource) && !isAcknowledged(resource.construct, id));
  return violating.length === 0 ? [] : [{
    ruleName: id,
    description,
    fix,
    severity: 'error',
    violatingResources: violating.map(({ construct }) => ({ constructPath: construct.node.path, locations })),
  }];
}

/** Every resource below a construct as templates have it, with overrides. */
function renderedResources(scope: IConstruct): RenderedResource[] {
  const byStack = new Map<Stack, Map<string, RenderedResource>>();
  for (const construct of scope.node.findAll().filter(CfnResource.isCfnResource)) {
    const stack = Stack.of(construct);
    const siblings = byStack.get(stack) ?? new Map<string, RenderedResource>();
    byStack.set(stack, siblings);
    const { Resources: rendered } = stack.resolve((construct as unknown as { _toCloudFormation(): object })._toCloudFormation());
    for (const [logicalId, { Type, Properties, DeletionPolicy }] of Object.entries<any>(rendered ?? {})) {
      siblings.set(logicalId, { construct, type: Type, properties: Properties ?? {}, deletionPolicy: DeletionPolicy, find: id => siblings.get(id) });
    }
  }
  return [...byStack.values()].flatMap(siblings => [...siblings.values()]);
}

/** Whether somebody gave a reason, for the resource itself or for anything that contains it. */
function isAcknowledged(construct: IConstruct, ruleId: string): boolean {
  return construct.node.scopes.some(scope => scope.node.metadata.some(({ type, data }) =>
    // CDK puts the kind of source before ids that name none.
    type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY && Object.keys(data ?? {}).some(id => id.replace(/^annotation::/i, '') === ruleId)));
}
