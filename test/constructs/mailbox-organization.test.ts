import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { grantedStatements, onlyResource } from './full-stack';
import { OrganizationMailboxExport, OrganizationMailboxExportProps } from '../../src';

const ORGANIZATION_ID = 'm-0123456789abcdef0123456789abcdef';

function stackOf(options: Partial<OrganizationMailboxExportProps> = {}) {
  const stack = new Stack(new App(), 'Stack');
  const everybody = new OrganizationMailboxExport(stack, 'Everybody', { organizationId: ORGANIZATION_ID, ...options });
  return { stack, everybody };
}
const exportIn = (stack: Stack) => onlyResource(stack, 'Custom::WorkMailOrganizationExport');

test('an export without options runs ten at a time, takes resources too, and skips what was exported within a day', () => {
  expect(exportIn(stackOf().stack).Properties).toEqual({
    ServiceToken: expect.anything(),
    ServiceTimeout: '3600',
    OrganizationId: ORGANIZATION_ID,
    RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^EverybodyRole/), 'Arn'] },
    KmsKeyArn: { 'Fn::GetAtt': [expect.stringMatching(/^EverybodyArchiveKey/), 'Arn'] },
    Bucket: { Ref: expect.stringMatching(/^EverybodyArchiveBucket/) },
    Prefix: `workmail/${ORGANIZATION_ID}/`,
    Concurrency: 10,
    IncludeResources: true,
    SkipExportedWithinSeconds: 86400,
    AllowIncomplete: false,
  });
});

test('everything that can be said about an export reaches the custom resource', () => {
  const { stack } = stackOf({
    concurrency: 2, includeResources: false, skipExportedWithin: Duration.days(7), allowIncomplete: true, trigger: '2', description: 'All', prefix: 'all',
  });
  expect(exportIn(stack).Properties).toMatchObject({
    Concurrency: 2, IncludeResources: false, SkipExportedWithinSeconds: 604800, AllowIncomplete: true, Trigger: '2', Description: 'All', Prefix: 'all/',
  });
});

test('what came of the run can be used by other resources', () => {
  const { stack, everybody: { mailboxCount, exportedMailboxCount, missingMailboxCount, missingMailboxes, reportKey } } = stackOf();
  expect(stack.resolve([mailboxCount, exportedMailboxCount, missingMailboxCount, missingMailboxes, reportKey]))
    .toEqual(['Mailboxes', 'ExportedMailboxes', 'MissingMailboxes', 'Missing', 'ReportKey'].map(name => ({ 'Fn::GetAtt': [expect.stringMatching(/^Everybody/), name] })));
});

test('the handlers may write reports below the prefix with the key of the export, besides what they do in WorkMail', () => {
  const { stack } = stackOf();
  const own = grantedStatements(stack).filter(([policyId]) => policyId.startsWith('EverybodyHandlerAccess')).map(([, { Action, Resource }]) => [Action, Resource]);
  expect(own).toContainEqual(['s3:PutObject', {
    'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^EverybodyArchiveBucket/), 'Arn'] }, `/workmail/${ORGANIZATION_ID}/reports/*`]],
  }]);
  expect(own).toContainEqual(['kms:GenerateDataKey', { 'Fn::GetAtt': [expect.stringMatching(/^EverybodyArchiveKey/), 'Arn'] }]);
});

test('the end of WorkMail is told at synthesis', () => {
  Annotations.fromStack(stackOf().stack).hasWarning('/Stack/Everybody', Match.stringLikeRegexp('cdk-ledger:workMailEndOfSupport'));
});

test('all problems are heard at once', () => {
  expect(() => stackOf({ organizationId: 'o', prefix: '/', concurrency: 11, skipExportedWithin: Duration.hours(23) })).toThrow(
    /^OrganizationMailboxExport 'Stack\/Everybody' has 4 problems:\n {2}- organizationId.*\n {2}- prefix.*\n {2}- concurrency 11.*\n {2}- skipExportedWithin of 23 hours/,
  );
});
