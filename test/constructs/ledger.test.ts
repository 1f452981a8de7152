import { App, CfnParameter, Duration, RemovalPolicies, RemovalPolicy, Stack, Stage, Tags, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { onlyResource, resourcesOf } from './full-stack';
import { type FinalExportOptions, JournalArchive, Ledger, LedgerProps, LedgerService, PermissionsMode } from '../../src';

const stackOf = (props?: LedgerProps, id = 'Ledger') => {
  const stack = new Stack(new App(), 'Stack');
  return { stack, ledger: new Ledger(stack, id, props) };
};
const declared = (props?: LedgerProps) => onlyResource(stackOf(props).stack, 'Custom::QldbLedger').Properties;

test('a ledger is protected, retained and in STANDARD mode unless told otherwise', () => {
  const { stack } = stackOf();
  const resource = onlyResource(stack, 'Custom::QldbLedger');
  expect([resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  expect(resource.Properties).toMatchObject({ PermissionsMode: 'STANDARD', DeletionProtection: true, RemovalPolicy: 'Retain' });
  expect(resource.Properties).not.toHaveProperty('KmsKey');
  expect(resource.Properties).not.toHaveProperty('Tables');
  expect(resource.Properties).not.toHaveProperty('Tags');
});

test('everything that can be said about a ledger reaches the custom resource', () => {
  const stack = new Stack(new App(), 'Stack');
  new Ledger(stack, 'Ledger', {
    ledgerName: 'payments',
    permissionsMode: PermissionsMode.ALLOW_ALL,
    deletionProtection: false,
    removalPolicy: RemovalPolicy.DESTROY,
    service: LedgerService.fromEndpoint(stack, 'Service', { serviceUrl: 'https://qldb.example.com' }),
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k'),
    tables: [{ name: 'Transfers', indexes: ['transferId'] }, { name: 'Accounts' }],
    tags: { team: 'ledger' },
  });
  const resource = onlyResource(stack, 'Custom::QldbLedger');
  expect(resource.DeletionPolicy).toBe('Delete');
  expect(resource.Properties).toMatchObject({
    LedgerName: 'payments',
    PermissionsMode: 'ALLOW_ALL',
    DeletionProtection: false,
    RemovalPolicy: 'Destroy',
    KmsKey: 'arn:aws:kms:eu-west-1:111122223333:key/k',
    Tables: [{ Name: 'Transfers', Indexes: ['transferId'] }, { Name: 'Accounts', Indexes: [] }],
    Tags: { team: 'ledger' },
  });
});

test('tags of the app reach the ledger', () => {
  const { stack } = stackOf({ tags: { team: 'ledger' } });
  Tags.of(stack).add('cost-center', '42');
  expect(onlyResource(stack, 'Custom::QldbLedger').Properties.Tags).toEqual({ 'team': 'ledger', 'cost-center': '42' });
});

test('a key that would encrypt nothing is refused; that of the service, which encrypts all its ledgers, is not', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = new LedgerService(stack, 'Service');
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k');
  const refusal = /encryptionKey 'arn:aws:kms:eu-west-1:111122223333:key\/k' would encrypt nothing: .* pass it as encryptionKey of the LedgerService/;
  expect(() => new Ledger(stack, 'Default', { encryptionKey })).toThrow(refusal);
  expect(() => new Ledger(stack, 'Named', { service, encryptionKey })).toThrow(refusal);
  new Ledger(stack, 'Same', { service, encryptionKey: service.encryptionKey });
  expect(onlyResource(stack, 'Custom::QldbLedger').Properties.KmsKey).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ServiceKey/), 'Arn'] });
});

test('RETAIN_ON_UPDATE_OR_DELETE reaches handler and template, protected or not', () => {
  const { stack } = stackOf({ removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE });
  const resource = onlyResource(stack, 'Custom::QldbLedger');
  expect([resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
  expect(resource.Properties).toMatchObject({ DeletionProtection: true, RemovalPolicy: 'RetainExceptOnCreate' });
});

describe('the final export', () => {
  const finalStack = (finalExport: Partial<FinalExportOptions> = {}, props: LedgerProps = {}) => {
    const stack = new Stack(new App(), 'Stack');
    const archive = new JournalArchive(stack, 'Archive');
    const ledger = new Ledger(stack, 'Ledger', {
      deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY, ...props, finalExport: { archive, ...finalExport },
    });
    return { stack, ledger, archive };
  };

  test('is declared to the handler with a role of its own, which is there before the ledger and after it', () => {
    const { stack } = finalStack({}, { ledgerName: 'payments' });
    const { Properties: properties, DependsOn: dependsOn } = onlyResource(stack, 'Custom::QldbLedger');
    expect(properties.FinalExport).toEqual({
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^LedgerFinalExportRole/), 'Arn'] },
      Bucket: { Ref: expect.stringMatching(/^ArchiveBucket/) },
      Prefix: 'final-export/payments/',
      OutputFormat: 'ION_TEXT',
      ObjectEncryptionType: 'SSE_KMS',
      KmsKeyArn: { 'Fn::GetAtt': [expect.stringMatching(/^ArchiveKey/), 'Arn'] },
    });
    expect(dependsOn).toEqual(expect.arrayContaining([
      expect.stringMatching(/^LedgerFinalExportRole.*DefaultPolicy/), expect.stringMatching(/^ArchiveBucketPolicy/),
    ]));
    const [, role] = Object.entries(resourcesOf(stack)).find(([id, { Type }]) => Type === 'AWS::IAM::Role' && id.startsWith('LedgerFinalExport'))!;
    expect(JSON.stringify(role.Properties.AssumeRolePolicyDocument)).toContain(':ledger/payments');
  });

  test('of a ledger of another name has another role, because both exist while the ledger is replaced', () => {
    const roleOf = (ledgerName: string) => Object.keys(resourcesOf(finalStack({}, { ledgerName }).stack)).filter(id => /^LedgerFinalExportRole[0-9A-F]+$/.test(id));
    expect(roleOf('payments')).not.toEqual(roleOf('payments-2'));
  });

  test('works with a generated name, and with a role of one\'s own', () => {
    const { stack } = finalStack();
    expect(onlyResource(stack, 'Custom::QldbLedger').Properties.FinalExport.Prefix).toBe('final-export/Stack-Ledger-084B9E88/');
    const role = iam.Role.fromRoleArn(new Stack(), 'Own', 'arn:aws:iam::111122223333:role/own');
    expect(onlyResource(finalStack({ role }).stack, 'Custom::QldbLedger').Properties.FinalExport.RoleArn).toBe('arn:aws:iam::111122223333:role/own');
  });

  test('is checked with the rest of the ledger', () => {
    const stack = new Stack(new App(), 'Stack');
    const archive = JournalArchive.fromBucket(stack, 'Archive', s3.Bucket.fromBucketName(stack, 'Bucket', 'elsewhere'));
    expect(() => new Ledger(stack, 'Ledger', { ledgerName: '-', finalExport: { archive, prefix: 'x'.repeat(112) } })).toThrow(
      /has 3 problems[\s\S]*finalExport: prefix 'x+' has 113 characters .* at most 111[\s\S]*finalExport: encryption SSE_KMS has no key/);
  });
});

test('ALLOW_ALL is warned about', () => {
  const { stack } = stackOf({ permissionsMode: PermissionsMode.ALLOW_ALL });
  Annotations.fromStack(stack).hasWarning('/Stack/Ledger', Match.stringLikeRegexp('use PermissionsMode.STANDARD .*cdk-ledger:allowAllPermissions'));
});

test('name, ARN and reference of a ledger come from the service, so that whoever uses them waits for the ledger', () => {
  const { stack, ledger } = stackOf();
  expect(stack.resolve([ledger.ledgerName, ledger.ledgerArn, ledger.ledgerRef.ledgerId])).toEqual([
    { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerName'] },
    { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerArn'] },
    { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerName'] },
  ]);
});

describe('a generated name', () => {
  const RULE = /^(?!.*--)(?!^[0-9]+$)(?!^-)(?!.*-$)[A-Za-z0-9-]{1,32}$/;
  const nameIn = (stack: Stack) => onlyResource(stack, 'Custom::QldbLedger').Properties.LedgerName as string;

  test.each(['Ledger', '1', '-', 'a--b', '_', 'Ünïcødé', 'A'.repeat(200), 'Default', 'Resource', '2026', '--x--'])('obeys the rule for id %p', id => {
    expect(nameIn(stackOf({}, id).stack)).toMatch(RULE);
  });

  test('differs between the stages of one app and stays the same from synthesis to synthesis', () => {
    const names = (app: App) => ['Test', 'Production'].map(stage => {
      const stack = new Stack(new Stage(app, stage), 'Stack');
      new Ledger(stack, 'Ledger');
      return nameIn(stack);
    });
    const [first, second] = names(new App());
    expect(first).not.toBe(second);
    expect(names(new App())).toEqual([first, second]);
  });
});

describe('a ledger that is rejected', () => {
  test.each([
    ['', "ledgerName '' is not a valid name"],
    ['a--b', "not starting or ending with a hyphen and not digits only, such as 'a-b'"],
    ['-a', "such as 'a'"],
    ['a-', "such as 'a'"],
    ['2026', "such as 'l2026'"],
    ['with space', "such as 'with-space'"],
    ['a'.repeat(33), 'use 1 to 32 letters, digits and single hyphens'],
  ])('by its name %p', (ledgerName, message) => {
    expect(() => stackOf({ ledgerName })).toThrow(message);
  });

  test('hears all its problems at once, each with a remedy', () => {
    expect(() => stackOf({
      ledgerName: 'no_underscores',
      removalPolicy: RemovalPolicy.DESTROY,
      tables: [
        { name: '1st', indexes: ['a', 'a'] },
        { name: 'T', indexes: ['a', 'b', 'c', 'd', 'e', ''] },
        { name: 'T' },
      ],
    })).toThrow(`Ledger 'Stack/Ledger' has 7 problems:
  - ledgerName 'no_underscores' is not a valid name: use 1 to 32 letters, digits and single hyphens, not starting or ending with a hyphen and not digits only, such as 'no-underscores'; or leave it out to have one generated
  - tables names 'T' more than once: keep one and join their indexes
  - table name '1st' is not valid: use a letter or underscore, then letters, digits and underscores, at most 128 characters
  - table '1st' indexes 'a' more than once: keep one
  - table 'T' has 6 indexes: keep at most 5
  - table 'T' indexes '': a field name has 1 to 128 characters
  - removalPolicy 'destroy' contradicts deletion protection, which is on by default: set deletionProtection: false and deploy that before you destroy, or use RemovalPolicy.RETAIN`);
  });

  test('has more tables than a ledger can have', () => {
    const tables = Array.from({ length: 21 }, (_, number) => ({ name: `T${number}` }));
    expect(() => stackOf({ tables })).toThrow('tables has 21 entries: a ledger has at most 20 active tables; move some to another ledger');
  });

  test('asks for a snapshot, which does not exist', () => {
    expect(() => stackOf({ removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow("removalPolicy 'snapshot' is not supported: use RemovalPolicy.RETAIN");
  });

  test('is made destroyable afterwards while protected', () => {
    const app = new App();
    new Ledger(new Stack(app, 'Stack'), 'Ledger');
    RemovalPolicies.of(app).destroy();
    expect(() => app.synth()).toThrow(/Stack\/Ledger\] removalPolicy 'destroy' contradicts deletion protection.*set deletionProtection: false/);
  });
});

test.each<[string, (ledger: Ledger) => void]>([
  ['by its own method', ledger => ledger.applyRemovalPolicy(RemovalPolicy.DESTROY)],
  ['with the whole app', ledger => RemovalPolicies.of(ledger.node.root).destroy()],
])('a ledger made destroyable afterwards %s, and not protected, is deleted by its handler too', (_, makeDestroyable) => {
  const stack = new Stack(new App(), 'Stack');
  const service = new LedgerService(stack, 'Service', { deletionProtection: false });
  makeDestroyable(new Ledger(stack, 'Ledger', { service, deletionProtection: false }));
  const resource = onlyResource(stack, 'Custom::QldbLedger');
  expect([resource.DeletionPolicy, resource.Properties.RemovalPolicy]).toEqual(['Delete', 'Destroy']);
});

test('names that are known only at deployment pass untouched', () => {
  const stack = new Stack(new App(), 'Stack');
  const parameter = new CfnParameter(stack, 'Name');
  new Ledger(stack, 'Ledger', { ledgerName: parameter.valueAsString, tables: [{ name: parameter.valueAsString, indexes: [parameter.valueAsString] }] });
  expect(onlyResource(stack, 'Custom::QldbLedger').Properties).toMatchObject({
    LedgerName: { Ref: 'Name' },
    Tables: [{ Name: { Ref: 'Name' }, Indexes: [{ Ref: 'Name' }] }],
  });
});

describe('an imported ledger', () => {
  test('is known by name, ARN or attributes, and adds nothing to the stack', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    const byName = Ledger.fromLedgerName(stack, 'ByName', 'payments');
    const byArn = Ledger.fromLedgerArn(stack, 'ByArn', 'arn:aws:qldb:us-east-2:444455556666:ledger/payments');
    expect(stack.resolve(byName.ledgerArn)).toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':qldb:eu-west-1:111122223333:ledger/payments']] });
    expect([byArn.ledgerName, byArn.env]).toEqual(['payments', { account: '444455556666', region: 'us-east-2' }]);
    expect([byName.service, byArn.service]).toEqual([undefined, undefined]);
    expect(stack.node.children.map(child => child.node.id)).toEqual(['ByName', 'ByArn']);
  });

  test('with a service can be exported', () => {
    const stack = new Stack(new App(), 'Stack');
    Ledger.fromLedgerAttributes(stack, 'Ledger', { ledgerName: 'payments', service: new LedgerService(stack, 'Service') }).exportJournal('Export');
    expect(onlyResource(stack, 'Custom::QldbJournalExport').Properties.LedgerName).toBe('payments');
  });

  test('without one says what to do', () => {
    const stack = new Stack(new App(), 'Stack');
    const ledger = Ledger.fromLedgerName(stack, 'Ledger', 'payments');
    expect(() => ledger.exportJournal('Export'))
      .toThrow("ledger 'Stack/Ledger' was imported without its service: import it with Ledger.fromLedgerAttributes({ ledgerName, service })");
  });

  test('needs a valid name', () => {
    expect(() => Ledger.fromLedgerName(new Stack(), 'Ledger', 'a--b')).toThrow("Ledger 'Default/Ledger' has 1 problem:\n  - ledgerName 'a--b'");
  });
});

test('protection can be off while the ledger is retained', () => {
  expect(declared({ deletionProtection: false })).toMatchObject({ DeletionProtection: false, RemovalPolicy: 'Retain' });
});

test('a deployment waits for a ledger as long as CloudFormation can, or less', () => {
  const stack = new Stack(new App(), 'Stack');
  new Ledger(stack, 'Patient');
  new Ledger(stack, 'Brisk', { timeout: Duration.minutes(5) });
  const waits = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'Custom::QldbLedger').map(({ Properties }) => Properties.ServiceTimeout);
  expect(waits).toEqual(['3600', '300']);
  expect(() => new Ledger(stack, 'Endless', { timeout: Duration.hours(2) }))
    .toThrow("Ledger 'Stack/Endless' has 1 problem:\n  - timeout is 2 hours: use 1 minute to 1 hour, which is as long as CloudFormation waits");
});
