import { recordingDestinations } from './recording-destinations';
import { createEngine, memorySessionStore, type Engine } from '../../src/engine';
import { createWire, REQUEST_BYTES_MAX, type WireOptions, type WireRequest } from '../../src/service';
import { memoryStore } from '../../src/store';

const ACCOUNT = { partition: 'aws', region: 'eu-central-1', accountId: '111122223333' };
const REQUEST: WireRequest = {
  method: 'GET', rawPath: '/ledgers', rawQuery: '', headers: {}, body: Buffer.alloc(0), callerArn: 'arn:aws:iam::111122223333:user/ada',
};
const SESSION = { ...REQUEST, method: 'POST', rawPath: '/', headers: { 'x-amz-target': 'QLDBSession.SendCommand' } };

function newWire(change: Partial<Engine> = {}, options: Partial<WireOptions> = {}) {
  const log: Readonly<Record<string, unknown>>[] = [];
  const engine = createEngine({
    store: memoryStore(),
    sessions: memorySessionStore(() => 0),
    clock: () => 0,
    random: byteCount => Buffer.alloc(byteCount, 7),
    destinations: recordingDestinations(),
    account: ACCOUNT,
    wake: () => {},
    pause: async () => {},
  });
  const edges = { log: (event: Readonly<Record<string, unknown>>) => log.push(event), clock: () => 0, newRequestId: () => 'request-1' };
  const handle = createWire({ engine: { ...engine, ...change }, ...edges, ...options });
  const ask = async (request: Partial<WireRequest>, base = REQUEST) => {
    const response = await handle({ ...base, ...request });
    return { ...response, json: JSON.parse(response.body) as Record<string, unknown> };
  };
  return { ask, log };
}

test('a success carries JSON and the id of the request', async () => {
  const { ask, log } = newWire();
  expect(await ask({})).toMatchObject({
    status: 200, headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'request-1' }, json: { Ledgers: [] },
  });
  expect(log).toEqual([{ event: 'request', requestId: 'request-1', operation: 'ListLedgers', status: 200, durationMillis: 0 }]);
});

test('an error names itself in header and body, with the members of its model', async () => {
  const { ask } = newWire();
  expect(await ask({ rawPath: '/ledgers/missing' })).toMatchObject({
    status: 404,
    headers: { 'x-amzn-errortype': 'ResourceNotFoundException', 'x-amzn-requestid': 'request-1' },
    json: {
      __type: 'ResourceNotFoundException', Message: 'The Ledger with name missing is not found', ResourceType: 'Ledger', ResourceName: 'missing',
    },
  });
});

test('a request without the identity of its caller is refused', async () => {
  const { ask } = newWire();
  expect(await ask({ callerArn: undefined })).toMatchObject({ status: 403, json: { __type: 'AccessDeniedException' } });
  expect(await ask({ callerArn: undefined, rawPath: '/nowhere' })).toMatchObject({ status: 403 });
});

test.each([
  ['an unknown operation', { rawPath: '/nowhere' }, 404, 'UnknownOperationException'],
  ['malformed JSON', { method: 'POST', body: Buffer.from('{"Name":') }, 400, 'SerializationException'],
  ['bytes that are not UTF-8', { method: 'POST', body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'SerializationException'],
  ['JSON that is no object', { method: 'POST', body: Buffer.from('[]') }, 400, 'SerializationException'],
  ['a number that is none', { rawQuery: 'max_results=ten' }, 400, 'SerializationException'],
  ['violated constraints', { method: 'POST', body: Buffer.from('{}') }, 400, 'InvalidParameterException'],
  ['a body that is too large', { method: 'POST', body: Buffer.alloc(REQUEST_BYTES_MAX + 1) }, 413, 'RequestEntityTooLargeException'],
  ['an unknown target', { headers: { 'x-amz-target': 'QLDBSession.Other' } }, 400, 'UnknownOperationException'],
])('%s is the fault of the client', async (_, request, status, name) => {
  const { ask } = newWire();
  expect(await ask(request)).toMatchObject({ status, headers: { 'x-amzn-errortype': name }, json: { __type: name } });
});

test('an unexpected error says nothing of its cause, which goes to the log', async () => {
  const { ask, log } = newWire({ ledgers: { list: async () => Promise.reject(new Error('secret of the store')) } as unknown as Engine['ledgers'] });
  const response = await ask({});
  expect(response).toMatchObject({ status: 500, json: { __type: 'InternalFailure' } });
  expect(response.body).not.toContain('secret');
  expect(log).toContainEqual({ event: 'fault', requestId: 'request-1', cause: expect.stringContaining('secret of the store') });
});

test('an answer that is too large for the endpoint is refused with an explanation', async () => {
  const { ask } = newWire({}, { answerBytesMax: 10 });
  expect(await ask({})).toMatchObject({ status: 400, json: { __type: 'LimitExceededException', Message: expect.stringContaining('can answer 10') } });
});

test.each([
  ['no command', {}],
  ['two commands', { StartSession: { LedgerName: 'books' }, EndSession: {} }],
  ['an unknown command', { Dance: {} }],
])('a session request with %s is a bad request', async (_, envelope) => {
  const { ask } = newWire();
  expect(await ask({ body: Buffer.from(JSON.stringify(envelope)) }, SESSION)).toMatchObject({
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': 'BadRequestException' },
    json: { Message: expect.stringContaining('exactly one command') },
  });
});

test('a session error has no member that clients would take for its name', async () => {
  const { ask } = newWire();
  const { json } = await ask({ body: Buffer.from(JSON.stringify({ SessionToken: 'AAAAAAAA', EndSession: {} })) }, SESSION);
  expect(json).toEqual({ __type: 'InvalidSessionException', Message: 'No such session' });
});

test.each([
  [{ EndSession: {} }, 'The parameter SessionToken is not valid'],
  [{ SessionToken: '!', EndSession: {} }, 'The parameter SessionToken is not valid'],
  [{ StartSession: {} }, "Value null at 'ledgerName' failed to satisfy constraint: Member must not be null"],
  [{ SessionToken: 'AAAAAAAA', ExecuteStatement: { TransactionId: 'x', Statement: '' } },
    "2 validation errors detected: Value 'x' at 'transactionId' failed to satisfy constraint: Member must have length greater than or equal to 22; "
    + "Value '' at 'statement' failed to satisfy constraint: Member must have length greater than or equal to 1"],
  [{ SessionToken: 'AAAAAAAA', ExecuteStatement: { TransactionId: 'A'.repeat(22), Statement: 's', Parameters: [{}] } }, 'Parameter 1 must have exactly one'],
])('the command %j is a bad request', async (envelope, message) => {
  const { ask } = newWire();
  expect(await ask({ body: Buffer.from(JSON.stringify(envelope)) }, SESSION)).toMatchObject({
    status: 400, json: { __type: 'BadRequestException', Message: expect.stringContaining(message) },
  });
});
