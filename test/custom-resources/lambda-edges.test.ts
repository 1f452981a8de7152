import { FakeLedgerService } from './fake-ledger-service';
import { lambdaEdges } from '../../src/custom-resources/lambda-edges';
import * as handlers from '../../src/custom-resources/qldb.lambda';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
let service: FakeLedgerService;

beforeAll(async () => {
  service = await FakeLedgerService.start(() => new Date());
  Object.assign(process.env, { ...CREDENTIALS, AWS_REGION: 'eu-central-1' });
});
afterAll(() => service.stop());

test('the handlers export what the Provider framework calls', () => {
  expect(handlers).toEqual({ onEvent: expect.any(Function), isComplete: expect.any(Function) });
});

test('the handler of a ledger reaches the service that the event names, with the credentials and region of its function', async () => {
  const { onEvent, isComplete } = handlers;
  const event = {
    RequestType: 'Create' as const,
    ResourceType: 'Custom::QldbLedger',
    RequestId: 'request-1',
    StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/audit/1',
    LogicalResourceId: 'AuditLedger',
    ResourceProperties: { ServiceUrl: service.url, LedgerName: 'audit', PermissionsMode: 'STANDARD', DeletionProtection: 'true', RemovalPolicy: 'Retain' },
  };
  const begun = await onEvent(event);
  expect(await isComplete({ ...event, ...begun })).toEqual({ IsComplete: false });
  expect(await isComplete({ ...event, ...begun })).toMatchObject({ IsComplete: true, Data: { LedgerName: 'audit' } });
});

test('a resource of a type that the handlers do not know is refused by name, and told which they know', async () => {
  const event = {
    RequestType: 'Create' as const, ResourceType: 'Custom::QldbTable', RequestId: 'r', StackId: 's', LogicalResourceId: 'Table', ResourceProperties: {},
  };
  await expect(handlers.onEvent(event)).rejects.toThrow(/^Custom::QldbTable is no resource that .* Custom::QldbLedger, Custom::QldbLedgerGrant, Custom::QldbJournalExport, Custom::QldbJournalStream\. Deploy/);
});

test('clients are made once per service', () => {
  const edges = lambdaEdges({ AWS_REGION: 'eu-central-1' });
  expect(edges.connect(service.url)).toBe(edges.connect(service.url));
});

test('waiting ends when the moment has come, at once for one that has passed', async () => {
  const edges = lambdaEdges({});
  await edges.waitUntil(new Date(0));
  const moment = new Date(Date.now() + 20);
  await edges.waitUntil(moment);
  expect(edges.now().getTime()).toBeGreaterThanOrEqual(moment.getTime());
});
