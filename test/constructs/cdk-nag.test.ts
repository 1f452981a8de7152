import { AwsSolutionsChecks } from 'cdk-nag';
import { fullStack } from './full-stack';

/** What AwsSolutions finds and we keep, with the reason. An entry that nothing matches any more must go. */
const ACCEPTED: { rule: RegExp; path: RegExp; reason: string }[] = [
  {
    rule: /-L1$/,
    path: /./,
    reason: 'The bundles are built and tested for the runtime named; the framework functions follow CDK.',
  },
  {
    rule: /-IAM5\[Resource::\*\]$/,
    path: /WorkerRole\/DefaultPolicy/,
    reason: 'dynamodb:ListStreams has no resource-level permissions.',
  },
  {
    rule: /-IAM5\[Resource::<ArchiveBucket\w+\.Arn>\/journal\/<Payments\w+\.LedgerName>\/\*\]$/,
    path: /(Export|Schedule)\/Role\/DefaultPolicy/,
    reason: 'An export writes many objects below its one prefix.',
  },
  {
    rule: /-IAM5\[Resource::\*\]$/,
    path: /Jobs\/Role\/DefaultPolicy/,
    reason: 's3:ListJobs has no resource-level permissions.',
  },
  {
    rule: /-IAM5\[Resource::<ArchiveBucket\w+\.Arn>\/job-inventory\/\*\]$/,
    path: /Jobs\/Role\/DefaultPolicy/,
    reason: 'An inventory writes a report each time, below its one prefix.',
  },
  {
    rule: /-IAM5\[Resource::<ArchiveBucket\w+\.Arn>\/journal\/<Payments\w+\.LedgerName>\/\*\/attempt-\*\.json\]$/,
    path: /Schedule\/RunRole\/DefaultPolicy/,
    reason: 'Each window of a schedule has a folder, and each attempt to export it a claim there.',
  },
  {
    rule: /-IAM5\[Resource::<ArchiveBucket\w+\.Arn>\/digests\/<Payments\w+\.LedgerName>\/\*\]$/,
    path: /Digest\/(Handler|Run)Access/,
    reason: 'Each digest is an object of its own below the one prefix.',
  },
  {
    rule: /-IAM5\[Resource::<Qldb\w+\.Arn>:\*\]$/,
    path: /Provider\//,
    reason: "CDK's Provider framework invokes our handlers in any version.",
  },
  {
    rule: /-S1$/,
    path: /Archive\/Bucket/,
    reason: 'Access logs need a bucket of the user: JournalArchiveProps.serverAccessLogsBucket.',
  },
  {
    rule: /-SF[12]$/,
    path: /waiter-state-machine/,
    reason: 'The history of the waiter contains the pre-signed answer URL, which does not belong into logs or traces.',
  },
];

test('AwsSolutions finds nothing but what is accepted with a reason', () => {
  const { violations } = new AwsSolutionsChecks().validateScope(fullStack().stack);
  const errors = violations.filter(violation => violation.severity === 'error').flatMap(violation =>
    violation.violatingResources.map(resource => ({ rule: violation.ruleName, path: resource.constructPath ?? '' })));

  const matches = (entry: typeof ACCEPTED[number], error: typeof errors[number]) => entry.rule.test(error.rule) && entry.path.test(error.path);
  expect(errors.filter(error => !ACCEPTED.some(entry => matches(entry, error)))).toEqual([]);
  expect(ACCEPTED.filter(entry => !errors.some(error => matches(entry, error)))).toEqual([]);
});
