import { Annotations, Stack, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { passRole } from './batch-job-provider';
import { normalizedPrefix } from './export-prefix';
import { HandlerAccess } from './handler-policies';
import { IJournalArchive, JournalArchive } from './journal-archive';
import { defaultMailboxPrefix, mailboxPrefixProblem } from './mailbox-export-prefix';
import { EXPORT_PRINCIPAL, MailboxExportRole } from './mailbox-export-role';
import { knownAtSynth, rejectProblems } from './problems';

/** Where mailboxes are exported to, and as whom. */
export interface MailboxExportOptions {
  /** Id of the WorkMail organization, such as `m-0123456789abcdef0123456789abcdef`. It is in the stack's region, as archive and key must be. */
  readonly organizationId: string;

  /**
   * Where the zip files are written.
   * @default - a new `JournalArchive`, a child of the export
   */
  readonly archive?: IJournalArchive;

  /**
   * Encrypts the zip files. WorkMail does not export without a symmetric key.
   * @default - the archive's key
   */
  readonly encryptionKey?: kms.IKeyRef;

  /**
   * Put before the name of each zip file; a final slash is added. At most 256 characters with it.
   * @default - `workmail/<organizationId>/`
   */
  readonly prefix?: string;

  /**
   * Described to whoever lists the organization's export jobs. At most 200 characters.
   * @default - only the mark by which the export is found again
   */
  readonly description?: string;

  /**
   * A role of your own that WorkMail assumes to write. Its trust and its permissions are yours to set.
   * @default - a new `MailboxExportRole` with the least permissions
   */
  readonly role?: iam.IRole;
}

/** The options of an export with everything that they leave out. */
export interface MailboxExportTarget {
  readonly archive: IJournalArchive;
  readonly encryptionKey: kms.IKeyRef;
  readonly prefix: string;
  readonly role: iam.IRole;
  /** As the custom resource's handler reads them. */
  readonly properties: Record<string, unknown>;
}

const DESCRIPTION_LENGTH_MAX = 200;

/**
 * Makes what the options leave out, as children of the export.
 * @throws all problems of the options, and those given, at once
 */
export function mailboxExportTarget(scope: Construct, options: MailboxExportOptions, problems: readonly (string | undefined)[]): MailboxExportTarget {
  const archive = options.archive ?? new JournalArchive(scope, 'Archive');
  const key = options.encryptionKey ?? archive.encryptionKey;
  rejectProblems(scope, [...targetProblems(options, key), ...problems]);
  Annotations.of(scope).addWarningV2(
    'cdk-ledger:workMailEndOfSupport',
    'AWS ends support for Amazon WorkMail on 2027-03-31. After that day nothing can be exported: run the exports that you need, and check that '
    + 'the archive holds them, before then.',
  );
  const encryptionKey = key!;
  const prefix = normalizedPrefix(options.prefix ?? defaultMailboxPrefix(options.organizationId));
  const role = options.role ?? new MailboxExportRole(scope, 'Role', { bucket: archive.archiveBucket, prefix, encryptionKey });
  const properties = {
    OrganizationId: options.organizationId,
    RoleArn: role.roleArn,
    KmsKeyArn: encryptionKey.keyRef.keyArn,
    Bucket: archive.archiveBucket.bucketName,
    Prefix: prefix,
    Description: options.description,
  };
  return { archive, encryptionKey, prefix, role, properties };
}

function targetProblems(options: MailboxExportOptions, key: kms.IKeyRef | undefined): (string | undefined)[] {
  const { organizationId, description } = options;
  return [
    knownAtSynth(organizationId) && !/^m-[0-9a-f]{32}$/.test(organizationId)
      ? `organizationId '${organizationId}' is not an id: use m- and 32 hexadecimal digits, as aws workmail list-organizations shows them` : undefined,
    mailboxPrefixProblem(options.prefix),
    knownAtSynth(description) && description.length > DESCRIPTION_LENGTH_MAX
      ? `description has ${description.length} characters: shorten it to at most ${DESCRIPTION_LENGTH_MAX}` : undefined,
    key === undefined
      ? 'there is no key to encrypt with, and the archive knows none: give an encryptionKey, or import the bucket with its encryptionKey' : undefined,
  ];
}

/** What the handlers may do in one organization, and the one role that they hand to WorkMail. */
export function mailboxHandlerAccess(
  scope: Construct, organizationId: string, role: iam.IRole, actions: readonly string[],
): Required<HandlerAccess> {
  const organization = Stack.of(scope).formatArn({ service: 'workmail', resource: 'organization', resourceName: organizationId });
  return {
    lasting: [new iam.PolicyStatement({ actions: [...actions].sort(), resources: [organization] })],
    starting: [passRole(role, EXPORT_PRINCIPAL, 'workmail.amazonaws.com')],
  };
}
