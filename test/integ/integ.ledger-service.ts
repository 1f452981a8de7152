import {
  Duration, RemovalPolicy, Size, Stack, aws_dynamodb as dynamodb, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_lambda as lambda,
  aws_logs as logs, type App,
} from 'aws-cdk-lib';
import { runAsIntegApp } from './integ-app';
import { JournalArchive, Ledger, LedgerService } from '../../src';

/** Services with every property set, in a VPC, over an existing table, imported, and of others. */
export function ledgerServiceFamily(app: App): Stack[] {
  const tuned = new Stack(app, 'TunedService');
  new LedgerService(tuned, 'Service', {
    encryptionKey: new kms.Key(tuned, 'Key', { enableKeyRotation: true }),
    recoveryPeriod: Duration.days(7),
    removalPolicy: RemovalPolicy.DESTROY,
    deletionProtection: false,
    memory: Size.gibibytes(2),
    logRetention: logs.RetentionDays.ONE_YEAR,
    quotas: { activeLedgers: 50, runningExportsPerLedger: 4, activeStreamsPerLedger: 10 },
    reservedConcurrency: { api: 10, session: 200, worker: 10 },
    tracing: lambda.Tracing.ACTIVE,
  });

  const inVpc = new Stack(app, 'PrivateService');
  const vpc = new ec2.Vpc(inVpc, 'Vpc', {
    maxAzs: 2,
    subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    restrictDefaultSecurityGroup: false,
  });
  const privateService = new LedgerService(inVpc, 'Service', { privateAccess: { vpc }, tracing: lambda.Tracing.ACTIVE });
  const privateLedger = new Ledger(inVpc, 'Ledger', { service: privateService, tables: [{ name: 'Transfers' }] });
  privateLedger.exportJournal('Export');
  privateLedger.grants.read(new iam.Role(inVpc, 'Reader', { assumedBy: new iam.AccountRootPrincipal() }));

  const restored = new Stack(app, 'RestoredService', { env: { account: '111122223333', region: 'eu-west-1' } });
  new LedgerService(restored, 'Service', {
    table: dynamodb.Table.fromTableAttributes(restored, 'Restored', {
      tableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/ledgers-restored',
      tableStreamArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/ledgers-restored/stream/2026-01-01T00:00:00.000',
      encryptionKey: kms.Key.fromKeyArn(restored, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012'),
    }),
  });

  const imported = new Stack(app, 'ImportedService', { env: { account: '111122223333', region: 'eu-west-1' } });
  const deployedElsewhere = LedgerService.fromLedgerServiceAttributes(imported, 'Service', {
    serviceUrl: 'https://abc.lambda-url.eu-west-1.on.aws/',
    sessionUrl: 'https://def.lambda-url.eu-west-1.on.aws/',
    apiFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:api',
    sessionFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:session',
    apiRoleArn: 'arn:aws:iam::111122223333:role/api',
    workerRoleArn: 'arn:aws:iam::111122223333:role/worker',
  });
  new Ledger(imported, 'Ledger', { service: deployedElsewhere }).exportJournal('Export');

  const other = new Stack(app, 'OtherEndpoint');
  const endpoint = LedgerService.fromEndpoint(other, 'Endpoint', { serviceUrl: 'https://qldb.example.com' });
  new Ledger(other, 'Ledger', { service: endpoint }).exportJournal('Export', { archive: new JournalArchive(other, 'Archive') });
  return [tuned, inVpc, restored, imported, other];
}

runAsIntegApp(module, ledgerServiceFamily);
