import { CloudFormationSimulator } from './cloudformation-simulator';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { ledgerLifecycle } from '../../src/custom-resources/ledger-lifecycle';
import { type LifecycleEvent } from '../../src/custom-resources/lifecycle';

/** Whoever knows it can answer CloudFormation in the deployment's place. */
const RESPONSE_URL = 'https://cloudformation-custom-resource-response.s3.amazonaws.com/answer?X-Amz-Signature=0123456789abcdef';

let world: SimulatedWorld;
beforeEach(async () => { world = await simulatedWorld(); });
afterEach(() => world.end());

test('what a handler logs, and answers, names no answer URL and no credential, whether it succeeds, waits or fails', async () => {
  const lifecycle = ledgerLifecycle(world.edges);
  const withUrl = <Event extends LifecycleEvent>(event: Event): Event => ({ ...event, ResponseURL: RESPONSE_URL });
  const stack = new CloudFormationSimulator({
    onEvent: async event => lifecycle.onEvent(withUrl(event)), isComplete: async event => lifecycle.isComplete(withUrl(event)),
  }, world.clock);
  const properties = {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    RemovalPolicy: 'Destroy',
    DeletionProtection: false,
  };
  world.service.fail('CreateLedger', { status: 503, name: 'ServiceUnavailable', message: 'later', times: 2 });
  await stack.create(properties);
  world.service.fail('UpdateLedger', { status: 400, name: 'InvalidParameterException', message: 'no', times: 1 });
  expect(await stack.update({ ...properties, DeletionProtection: true })).toMatchObject({ Status: 'FAILED' });
  await stack.delete();

  expect(world.log).not.toEqual([]);
  const told = [...world.log, ...stack.responses.map(response => JSON.stringify(response))].join('\n');
  for (const secret of [RESPONSE_URL, 'X-Amz-Signature', 'AKIDEXAMPLE', 'AWS4-HMAC-SHA256']) expect(told).not.toContain(secret);
});
