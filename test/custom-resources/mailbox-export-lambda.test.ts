import { readFileSync } from 'fs';
import { join } from 'path';
import * as batchOperationsHandler from '../../src/custom-resources/batch-operations-job.lambda';
import * as mailboxHandler from '../../src/custom-resources/mailbox-export.lambda';
import { FakeJobServices } from '../fakes/fake-job-services';
import { ORGANIZATION_ID } from '../fakes/fake-workmail';

let services: FakeJobServices;

beforeAll(async () => {
  services = await FakeJobServices.start();
  // Read by the clients when they make their first call.
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_WORKMAIL: services.url,
    AWS_ENDPOINT_URL_S3: services.url,
  });
});
afterAll(() => services.stop());

test('the handlers export what the providers of their constructs name', () => {
  const provider = readFileSync(join(__dirname, '../../src/batch-job-provider.ts'), 'utf8');
  const named = (bundle: string) => [...provider.matchAll(/bundle: '([\w/-]+)',\n\s+onEvent: '(\w+)',\n\s+isComplete: '(\w+)'/g)]
    .filter(([, folder]) => folder === `custom-resources/${bundle}`).flatMap(([, , onEvent, isComplete]) => [onEvent, isComplete]);
  expect(Object.keys(mailboxHandler).sort()).toEqual(named('mailbox-export').sort());
  expect(Object.keys(batchOperationsHandler).sort()).toEqual(named('batch-operations-job').sort());
});

test('the mailbox handlers reach WorkMail with the credentials and region of their function', async () => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  const { onEvent, isComplete, onOrganizationEvent, isOrganizationComplete } = mailboxHandler;
  services.workMail.polls = 0;
  services.workMail.users = [{ Id: 'user-id-0001', State: 'ENABLED' }];
  const event = (properties: Record<string, string>) => ({
    RequestType: 'Create' as const,
    RequestId: 'request-1',
    StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/leave/1',
    LogicalResourceId: 'Export',
    ResourceProperties: {
      OrganizationId: ORGANIZATION_ID,
      RoleArn: 'arn:aws:iam::111122223333:role/export',
      KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k',
      Bucket: 'archive',
      Prefix: 'workmail/',
      ...properties,
    },
  });

  const one = event({ EntityId: 'alice@example.com' });
  expect(await isComplete({ ...one, ...await onEvent(one) })).toMatchObject({ IsComplete: true, Data: { State: 'COMPLETED' } });

  const all = event({ Concurrency: '10', SkipExportedWithinSeconds: '86400' });
  const begun = { ...all, ...await onOrganizationEvent(all) };
  expect(await isOrganizationComplete(begun)).toEqual({ IsComplete: false });
  expect(await isOrganizationComplete(begun)).toMatchObject({ IsComplete: true, Data: { ExportedMailboxes: '1' } });
});
