import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { grantedStatements, listed, resourcesOf, type Statement, type TemplateResource } from './full-stack';
import {
  BatchManifest, BatchOperation, BatchOperationsJob, BatchReport, JournalArchive, Ledger, LedgerDigest, LedgerService, MailboxExport,
  OrganizationMailboxExport,
} from '../../src';

/** IAM's quotas, as they are unless an account asks for more. */
const INLINE_CHARACTERS_MAX = 10_240;
const MANAGED_CHARACTERS_MAX = 6_144;
const MANAGED_POLICIES_MAX = 10;
const COUNT = 100;

const ORGANIZATION = 'm-0123456789abcdef0123456789abcdef';

type Make = (stack: Stack, archive: JournalArchive, number: number) => Construct;
const KINDS: readonly (readonly [name: string, make: Make, provider: string])[] = [
  ['BatchOperationsJob', (stack, archive, number) => new BatchOperationsJob(stack, `Job${number}`, {
    operation: BatchOperation.replaceTags({ number: `${number}` }),
    manifest: BatchManifest.csv({
      bucket: archive.archiveBucket, key: `manifests/of-the-objects-to-be-tagged/number-${number}.csv`, objectsIn: archive.archiveBucket,
    }),
    report: BatchReport.to(archive.archiveBucket),
  }), 'S3BatchOperationsJobProvider'],
  ['MailboxExport', (stack, archive, number) => new MailboxExport(stack, `Mailbox${number}`, {
    organizationId: ORGANIZATION, entityId: `person-${number}@example.com`, archive,
  }), 'WorkMailMailboxExportProvider'],
  ['OrganizationMailboxExport', (stack, _, number) => new OrganizationMailboxExport(stack, `Everybody${number}`, {
    organizationId: ORGANIZATION, archive: new JournalArchive(stack, `Archive${number}`),
  }), 'WorkMailOrganizationExportProvider'],
  ['LedgerDigest', (stack, _, number) => new LedgerDigest(stack, `Digest${number}`, {
    ledger: Ledger.fromLedgerAttributes(stack, `Ledger${number}`, { ledgerName: `ledger-${number}`, service: LedgerService.defaultFor(stack) }),
    archive: new JournalArchive(stack, `Archive${number}`),
  }), 'QldbLedgerDigestProvider'],
];

/** As many constructs of a kind as a test asks for; CloudFormation's own limit of resources is for another test to mind. */
function stackOf(make: Make, count: number) {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } }), 'AStackWithAnOrdinaryName');
  const archive = new JournalArchive(stack, 'Archive');
  return { stack, archive, made: Array.from({ length: count }, (_, number) => make(stack, archive, number)) };
}

/** The policies of the role that the handlers of a provider run under. */
function policiesOf(stack: Stack, provider: string): { inline: TemplateResource[]; managed: TemplateResource[] } {
  const attached = Object.values(resourcesOf(stack)).filter(({ Properties }) =>
    listed(Properties?.Roles ?? []).some(role => JSON.stringify(role).includes(`"${provider}HandlerRole`)));
  return {
    inline: attached.filter(({ Type }) => Type === 'AWS::IAM::Policy'),
    managed: attached.filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy'),
  };
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws', 'AWS::Region': 'ap-southeast-2', 'AWS::AccountId': '123456789012',
};

/** How many characters IAM counts, once deployment has put in what the template leaves open: as long as names of the kind get. */
function charactersOf(stack: Stack, { Properties: { PolicyDocument } }: TemplateResource): number {
  const resources = resourcesOf(stack);
  const deployed = (value: any): any => {
    if (Array.isArray(value)) return value.map(deployed);
    if (typeof value !== 'object' || value === null) return value;
    if (value['Fn::Join']) return value['Fn::Join'][1].map(deployed).join(value['Fn::Join'][0]);
    if (value['Fn::GetAtt']) {
      switch (resources[value['Fn::GetAtt'][0]].Type) {
        case 'AWS::S3::Bucket': return `arn:aws:s3:::${'b'.repeat(63)}`;
        case 'AWS::KMS::Key': return `arn:aws:kms:ap-southeast-2:123456789012:key/${'k'.repeat(36)}`;
        case 'AWS::IAM::Role': return `arn:aws:iam::123456789012:role/${'r'.repeat(64)}`;
        default: return 'x'.repeat(140);
      }
    }
    if (value.Ref) return PSEUDO_PARAMETERS[value.Ref] ?? 'x'.repeat(64);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, deployed(member)]));
  };
  return JSON.stringify(deployed(PolicyDocument)).length;
}

/** Every pair of an action and a resource that the statements allow, with the conditions. */
const pairsOf = (statements: readonly Statement[]): Set<string> => new Set(statements.flatMap(({ Action, Resource, Condition }) =>
  listed(Action).flatMap(action => listed(Resource).map(resource => JSON.stringify([action, resource, Condition])))));

const statementsOf = (policies: readonly TemplateResource[]): Statement[] =>
  policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

/** Logical ids of the resources that CloudFormation makes before one. */
function waitedForBy({ DependsOn = [], Properties }: TemplateResource, ids: ReadonlySet<string>): string[] {
  const words = JSON.stringify(Properties ?? {}).match(/[A-Za-z0-9]+/g) ?? [];
  return [...listed(DependsOn), ...new Set(words.filter(word => ids.has(word)))];
}

/** A circle of resources that wait for one another, or undefined. */
function circleIn(resources: Record<string, TemplateResource>): string[] | undefined {
  const ids = new Set(Object.keys(resources));
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, trail: string[]): string[] | undefined => {
    if (state.get(id) === 'done') return undefined;
    if (state.get(id) === 'open') return [...trail, id];
    state.set(id, 'open');
    for (const next of waitedForBy(resources[id], ids).filter(other => other !== id)) {
      const circle = visit(next, [...trail, id]);
      if (circle) return circle;
    }
    state.set(id, 'done');
    return undefined;
  };
  for (const id of ids) {
    const circle = visit(id, []);
    if (circle) return circle;
  }
  return undefined;
}

describe.each(KINDS)('a hundred times %s in one stack', (_, make, provider) => {
  const { stack } = stackOf(make, COUNT);
  const { inline, managed } = policiesOf(stack, provider);

  test('stays within IAM\'s quotas for policies', () => {
    const inlineCharacters = inline.map(policy => charactersOf(stack, policy));
    expect(inlineCharacters.reduce((one, other) => one + other)).toBeLessThanOrEqual(INLINE_CHARACTERS_MAX);
    expect(managed.length).toBeGreaterThan(0);
    expect(managed.length).toBeLessThanOrEqual(MANAGED_POLICIES_MAX);
    managed.forEach(policy => expect(charactersOf(stack, policy)).toBeLessThanOrEqual(MANAGED_CHARACTERS_MAX));
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('handlerPolicies'));
  });

  test('allows its handlers what they are allowed for a few, each, and nothing else', () => {
    const few = stackOf(make, 3);
    const pairsOfFew = [...pairsOf(statementsOf(policiesOf(few.stack, provider).inline))];
    expect(policiesOf(few.stack, provider).managed).toEqual([]);
    const pairs = pairsOf(statementsOf([...inline, ...managed]));
    pairsOfFew.forEach(pair => expect(pairs).toContain(pair));
    // What is of one construct is there a hundred times, and what all have in common once.
    const second = /"(Job|Mailbox|Everybody|Digest|Archive)2(?!\d)\w*|number-2\.csv/;
    const ofOne = (all: Iterable<string>) => [...all].filter(pair => second.test(pair)).length;
    const growing = pairsOfFew.length - [...pairsOf(statementsOf(policiesOf(stackOf(make, 2).stack, provider).inline))].length;
    expect(growing).toBeGreaterThan(0);
    expect(ofOne(pairs)).toBe(ofOne(pairsOfFew));
    expect(pairs.size).toBe(pairsOfFew.length + (COUNT - 3) * growing);
  });

  test('has every permission before the resource that needs it, and no circle', () => {
    const resources = resourcesOf(stack);
    const shared = Object.entries(resources).filter(([id]) => id.startsWith(`${provider}PoliciesHandlerAccess`));
    expect(shared.length).toBeGreaterThanOrEqual(managed.length);
    const waiting = Object.values(resources).filter(({ Properties }) =>
      JSON.stringify(Properties?.ServiceToken ?? '').includes(`"${provider}framework`));
    expect(waiting).toHaveLength(COUNT);
    const few = stackOf(make, 1);
    const [policyOfOne] = policiesOf(few.stack, provider).inline.filter(({ Properties }) => /HandlerAccess/.test(Properties.PolicyName));
    waiting.forEach(({ DependsOn = [] }) => {
      const waitedFor = pairsOf(statementsOf(shared.filter(([id]) => DependsOn.includes(id)).map(([, policy]) => policy)));
      const actions = [...waitedFor].map(pair => JSON.parse(pair)[0]);
      expect(new Set(actions)).toEqual(new Set([...pairsOf(statementsOf([policyOfOne]))].map(pair => JSON.parse(pair)[0])));
    });
    expect(circleIn(resources)).toBeUndefined();
  });
});

describe('constructs that wait for one another', () => {
  const [[, makeJob, provider]] = KINDS;

  test('keep policies of their own, because a shared one would have to be there before and after another\'s resource', () => {
    const { stack, made } = stackOf(makeJob, 30);
    made.slice(1, 6).forEach((job, index) => job.node.addDependency(made[index]));
    expect(circleIn(resourcesOf(stack))).toBeUndefined();
    const own = grantedStatements(stack).map(([id]) => id).filter(id => /^Job\d+HandlerAccess/.test(id));
    expect([...new Set(own.map(id => /^Job(\d+)/.exec(id)![1]))]).toEqual(['1', '2', '3', '4', '5']);
    expect(policiesOf(stack, provider).managed.length).toBeGreaterThan(0);
  });

  test('also do so when it is by what they use', () => {
    const { stack, made } = stackOf(makeJob, 30);
    const archive = new JournalArchive(stack, 'Later');
    archive.node.addDependency(made[0]);
    makeJob(stack, archive, 30);
    expect(circleIn(resourcesOf(stack))).toBeUndefined();
    expect(Object.keys(resourcesOf(stack)).filter(id => /^Job\d+HandlerAccess/.test(id))).toEqual([expect.stringMatching(/^Job30/)]);
  });

  test('are warned of when there are more than IAM has room for', () => {
    const { stack, made } = stackOf(makeJob, 60);
    made.slice(1).forEach((job, index) => job.node.addDependency(made[index]));
    const warning = Match.stringLikeRegexp('characters of inline policies.*spread the constructs');
    Annotations.fromStack(stack).hasWarning(`/${stack.node.id}/${provider}`, warning);
  });
});

test('what a job needs to be cancelled does not go when the job leaves a stack that has others', () => {
  const [, [, makeMailbox, provider]] = KINDS;
  const { stack, archive } = stackOf(makeMailbox, 60);
  new MailboxExport(stack, 'Other', { organizationId: 'm-ffffffffffffffffffffffffffffffff', entityId: 'ann@example.com', archive });
  const cancelling = policiesOf(stack, provider).inline.filter(policy => JSON.stringify(policy).includes('workmail:CancelMailboxExportJob'));
  expect(cancelling.map(policy => JSON.stringify(policy.Properties.PolicyDocument).match(/m-[0-9a-f]{32}/g))).toEqual([
    [ORGANIZATION], ['m-ffffffffffffffffffffffffffffffff'],
  ]);
  expect(JSON.stringify(policiesOf(stack, provider).managed)).not.toContain('workmail:CancelMailboxExportJob');
});
