import { controlPlaneRequest, KEPT_LEDGER, LEDGER_NAMES, type Known, type RequestParts } from './control-plane-requests';
import { dice, type Dice } from './dice';
import { GRANTED_CALLER, grantRequest } from './grant-requests';
import { sessionRequest, type Answer, type ClientSession } from './session-requests';
import { createEngine, memorySessionStore, type Engine } from '../../../src/engine';
import { decodeIon, fieldOf } from '../../../src/ion';
import { ChainVerifier, foldStatement, OWN_JOURNAL, startDigest, statementDigest } from '../../../src/journal';
import { createWire, REQUEST_BYTES_MAX, type Handle, type WireResponse } from '../../../src/service';
import { memoryStore } from '../../../src/store';
import { recordingDestinations } from '../../service/recording-destinations';

/** What a run met: how many answers of each name. */
export type Tally = Readonly<Record<string, number>>;

const ACCOUNT = { partition: 'aws', region: 'eu-central-1', accountId: '111122223333' };
const CALLER = `arn:aws:iam::${ACCOUNT.accountId}:root`;
const START_MILLIS = Date.parse('2030-01-01T00:00:00Z');
const WORKER_EVERY = 50;
/** Rare, because each takes as long as a hundred others. */
const OVERSIZE_SHARE = 1 / 5_000;

const CONTROL_PLANE_ERRORS: Readonly<Record<string, number>> = {
  InvalidParameterException: 400,
  IllegalArgumentException: 400,
  LimitExceededException: 400,
  SerializationException: 400,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
  ResourceAlreadyExistsException: 409,
  ResourceInUseException: 409,
  ResourcePreconditionNotMetException: 412,
  RequestEntityTooLargeException: 413,
};
/** All of them have the status 400. */
const SESSION_ERRORS = ['BadRequestException', 'InvalidSessionException', 'OccConflictException', 'SerializationException', 'UnknownOperationException',
  'RequestEntityTooLargeException', 'AccessDeniedException'];

interface Fuzzed {
  readonly dice: Dice;
  readonly handle: Handle;
  readonly engine: Engine;
  readonly clock: { millis: number };
  /** Causes of answers with the status 500. */
  readonly faults: unknown[];
}

interface Next { readonly request: RequestParts & { readonly callerArn: string }; readonly learn: (answer: Answer) => void }

/**
 * Sends `count` random requests to a service in memory, then looks whether it is still well.
 *
 * @throws Error naming seed, number and request of the first answer that is not a documented one, or what is wrong with a ledger afterwards
 */
export async function fuzzService(seed: number, count: number): Promise<Tally> {
  const fuzzed = await newService(seed);
  const known: Known = { ids: [], tokens: [], addresses: [] };
  const sessions: ClientSession[] = [];
  const tally: Record<string, number> = {};
  for (let number = 0; number < count; number++) {
    const { request, learn } = nextRequest(fuzzed, known, sessions);
    const response = await fuzzed.handle(request);
    const wrong = problemOf(request, response, fuzzed.faults);
    if (wrong !== undefined) {
      throw new Error(`Seed ${seed}, request ${number}: ${wrong}\n${request.method} ${request.rawPath}?${request.rawQuery} ${JSON.stringify(request.headers)}\n`
        + `${Buffer.from(request.body).toString().slice(0, 2_000)}\n-> ${response.status} ${response.body.slice(0, 1_000)}`);
    }
    const answer = JSON.parse(response.body) as Answer;
    const name = answer.__type ?? 'success';
    tally[name] = (tally[name] ?? 0) + 1;
    learn(answer);
    learnFrom(answer, known);
    await passTime(fuzzed);
    if (number % WORKER_EVERY === 0) await runJobs(fuzzed);
  }
  await examine(fuzzed);
  return tally;
}

async function newService(seed: number): Promise<Fuzzed> {
  const thrown = dice(seed);
  const clock = { millis: START_MILLIS };
  const faults: unknown[] = [];
  const engine = createEngine({
    store: memoryStore(),
    sessions: memorySessionStore(() => clock.millis),
    clock: () => clock.millis,
    random: byteCount => thrown.bytes(byteCount),
    destinations: recordingDestinations(),
    account: ACCOUNT,
    wake: () => {},
    pause: async () => {},
    checkGrants: true,
  });
  const log = (event: Readonly<Record<string, unknown>>): void => { if (event.event === 'fault') faults.push(event.cause); };
  const handle = createWire({ engine, log, clock: () => clock.millis, newRequestId: () => 'request' });
  await engine.ledgers.create({ name: KEPT_LEDGER, permissionsMode: 'ALLOW_ALL', deletionProtection: true, tags: {} });
  return { dice: thrown, handle, engine, clock, faults };
}

function nextRequest({ dice: thrown, clock }: Fuzzed, known: Known, sessions: ClientSession[]): Next {
  if (thrown.chance(0.6)) {
    const { learn, callerArn, ...request } = sessionRequest(thrown, sessions, [CALLER, GRANTED_CALLER]);
    return { request: { ...oversized(thrown, request), callerArn }, learn };
  }
  const request = thrown.chance(0.1) ? grantRequest(thrown) : controlPlaneRequest(thrown, known, clock.millis);
  return { request: { ...oversized(thrown, request), callerArn: CALLER }, learn: () => {} };
}

const oversized = (thrown: Dice, request: RequestParts): RequestParts =>
  thrown.chance(OVERSIZE_SHARE) ? { ...request, body: Buffer.alloc(REQUEST_BYTES_MAX + 1, 0x20) } : request;

/** What is not as documented. */
function problemOf({ headers }: RequestParts, { status, headers: answered, body }: WireResponse, faults: readonly unknown[]): string | undefined {
  if (faults.length > 0) return `a fault: ${String(faults[0])}`;
  const answer = JSON.parse(body) as Record<string, unknown>;
  if (answered['x-amzn-requestid'] === undefined) return 'no request id';
  if (status === 200) return answered['x-amzn-errortype'] === undefined && answer.__type === undefined ? undefined : 'an error with the status of a success';
  const name = String(answer.__type);
  const expected = headers['x-amz-target'] === undefined ? CONTROL_PLANE_ERRORS[name] : SESSION_ERRORS.includes(name) ? 400 : undefined;
  if (expected !== status) return `${name} with the status ${status} is not documented`;
  if (answered['x-amzn-errortype'] !== name) return `the header names ${answered['x-amzn-errortype']}`;
  return typeof answer.Message === 'string' && answer.Message !== '' ? undefined : 'no message';
}

const KNOWN_MAX = 20;

interface ControlPlaneAnswer {
  readonly ExportId?: string;
  readonly StreamId?: string;
  readonly NextToken?: string;
  readonly DigestTipAddress?: { readonly IonText: string };
}

function learnFrom(answer: Answer & ControlPlaneAnswer, known: Known): void {
  const { ExportId, StreamId, NextToken, DigestTipAddress } = answer;
  const learnt = [[known.ids, ExportId], [known.ids, StreamId], [known.tokens, NextToken], [known.addresses, DigestTipAddress?.IonText]] as const;
  for (const id of documentIds(answer)) known.ids.unshift(id);
  for (const [list, value] of learnt) {
    if (value !== undefined) list.unshift(value);
    list.splice(KNOWN_MAX);
  }
}

/** Of the documents that a statement made or changed. */
function documentIds({ ExecuteStatement }: Answer): string[] {
  return (ExecuteStatement?.FirstPage.Values ?? []).slice(0, 2).flatMap(({ IonBinary }) => {
    const value = decodeIon(Buffer.from(IonBinary, 'base64'));
    const id = value.kind === 'struct' ? fieldOf(value, 'documentId') : undefined;
    return id?.kind === 'string' ? [id.value] : [];
  });
}

async function passTime({ dice: thrown, clock }: Fuzzed): Promise<void> {
  clock.millis += thrown.chance(0.005) ? thrown.pick([31_000, 16 * 60_000, 24 * 3_600_000]) : thrown.below(200);
}

async function runJobs({ engine, clock }: Fuzzed): Promise<void> {
  const worker = engine.worker('fuzz', () => {});
  const { ledgers } = await engine.ledgers.list(100);
  for (const { strandId } of ledgers) await worker.run(strandId, clock.millis + 60_000);
}

/** Every ledger still takes a transaction, its chain verifies to its digest, and new ledgers can be made. */
async function examine(fuzzed: Fuzzed): Promise<void> {
  const { engine } = fuzzed;
  await runJobs(fuzzed);
  const names = (await engine.ledgers.list(100)).ledgers.filter(({ state }) => state === 'ACTIVE').map(({ name }) => name);
  if (!names.includes(KEPT_LEDGER)) throw new Error(`The ledger ${KEPT_LEDGER} is gone.`);
  if (names.length < LEDGER_NAMES.length + 1) {
    await engine.ledgers.create({ name: 'afterwards', permissionsMode: 'ALLOW_ALL', deletionProtection: true, tags: {} });
    names.push('afterwards');
  }
  for (const name of names) {
    await commitSomething(engine, name);
    await verify(engine, name);
  }
}

async function commitSomething({ sessions, ledgers }: Engine, name: string): Promise<void> {
  await ledgers.updatePermissionsMode(name, 'ALLOW_ALL');
  const execute = async (...statements: string[]): Promise<number> => {
    const token = await sessions.startSession(name, CALLER);
    const transactionId = await sessions.startTransaction(token, CALLER);
    let digest = startDigest(transactionId);
    let rowCount = 0;
    for (const statement of statements) {
      digest = foldStatement(digest, statementDigest(statement, []));
      rowCount = (await sessions.executeStatement(token, CALLER, transactionId, statement, [])).page.values.length;
    }
    await sessions.commitTransaction(token, CALLER, transactionId, digest);
    return rowCount;
  };
  const hasTable = await execute("SELECT name FROM information_schema.user_tables WHERE name = 'Entry' AND status = 'ACTIVE'") > 0;
  if (!hasTable) await execute('CREATE TABLE Entry');
  await execute("INSERT INTO Entry VALUE {'sku': 'afterwards'}");
  const found = await execute("SELECT * FROM Entry WHERE sku = 'afterwards'");
  if (found === 0) throw new Error(`The ledger ${name} lost what was committed.`);
}

async function verify({ proofs }: Engine, name: string): Promise<void> {
  const { digest, tip } = await proofs.getDigest(name);
  const verifier = new ChainVerifier(OWN_JOURNAL);
  for (let sequenceNo = 0; sequenceNo <= tip.sequenceNo; sequenceNo++) {
    const { block } = await proofs.getBlock(name, `{strandId:"${tip.strandId}",sequenceNo:${sequenceNo}}`);
    const findings = verifier.add(block);
    if (findings.length > 0) throw new Error(`Block ${sequenceNo} of ledger ${name}: ${JSON.stringify(findings)}`);
  }
  if (Buffer.compare(verifier.summary().digest!, digest) !== 0) throw new Error(`The chain of ledger ${name} does not lead to its digest.`);
}
