import { Duration, Stack, aws_lambda as lambda, aws_s3 as s3 } from 'aws-cdk-lib';
import {
  BatchManifest, BatchOperation, BatchOperationsJob, BatchReport, JournalArchive, MailboxExport, OrganizationMailboxExport,
} from '../../src';

export const ORGANIZATION_ID = 'm-0123456789abcdef0123456789abcdef';

/** One of every job of WorkMail and of S3 Batch Operations, over one archive. */
export function addEveryJob(stack: Stack): void {
  const archive = new JournalArchive(stack, 'Archive');
  const bucket = archive.archiveBucket;
  new MailboxExport(stack, 'Mailbox', { organizationId: ORGANIZATION_ID, entityId: 'alice@example.com', archive });
  new OrganizationMailboxExport(stack, 'Organization', { organizationId: ORGANIZATION_ID, archive });

  const handler = lambda.Function.fromFunctionArn(stack, 'Function', 'arn:aws:lambda:eu-west-1:111122223333:function:f');
  const operations: Readonly<Record<string, BatchOperation>> = {
    Retention: BatchOperation.objectLockRetention({ mode: s3.ObjectLockMode.COMPLIANCE, retainUntil: new Date('2126-01-01T00:00:00Z') }),
    Hold: BatchOperation.legalHold(),
    Copy: BatchOperation.copyTo(bucket, { prefix: 'copies' }),
    Tags: BatchOperation.replaceTags({ class: 'evidence' }),
    Checksum: BatchOperation.computeChecksum(),
    Restore: BatchOperation.restore({ expiration: Duration.days(1) }),
    Invoke: BatchOperation.invoke(handler),
  };
  for (const [id, operation] of Object.entries(operations)) {
    new BatchOperationsJob(stack, id, {
      operation, manifest: BatchManifest.generated(bucket, { keyPrefix: 'journal/' }), report: BatchReport.to(bucket), jobTags: { team: 'audit' },
    });
  }
}
