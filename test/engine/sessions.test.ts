import { CALLER, engineFixture, newLedger, type EngineFixture } from './engine-fixture';
import { memorySessionStore, storedSessionStore } from '../../src/engine';
import { encodeIon, parseIon } from '../../src/ion';
import { memoryStore } from '../../src/store';

const MINUTE_MILLIS = 60_000;
const LIMITED = { name: 'LimitExceededException', message: 'Exceeded the session limit of 3' };

/** Both ways to keep sessions, with room for three. */
function fixtureWith(kind: 'memory' | 'store', pageBytesMax?: number): EngineFixture {
  const time = { millis: Date.parse('2026-03-01T12:00:00Z') };
  const clock = (): number => time.millis++;
  const store = memoryStore();
  const sessions = kind === 'memory' ? memorySessionStore(clock, pageBytesMax) : storedSessionStore(store, clock);
  return { ...engineFixture({ store, clock, sessions, quotas: { sessionsPerLedger: 3 } }), time };
}

/** Statements of one transaction, committed or not. */
async function opened({ engine }: EngineFixture) {
  const { sessions } = engine;
  const token = await sessions.startSession('books', CALLER);
  const transactionId = await sessions.startTransaction(token, CALLER);
  const execute = async (text: string, ...parameters: string[]) =>
    sessions.executeStatement(token, CALLER, transactionId, text, parameters.map(parameter => ({ ionBinary: encodeIon(parseIon(parameter)) })));
  return { token, transactionId, execute, fetch: async (pageToken: string) => sessions.fetchPage(token, CALLER, transactionId, pageToken) };
}

describe.each(['memory', 'store'] as const)('sessions in %s', (kind) => {
  test('are as many as a ledger may have, whoever ends or lets expire one makes room', async () => {
    const fixture = fixtureWith(kind);
    const { engine: { sessions }, time } = fixture;
    await newLedger(fixture.engine);
    await newLedger(fixture.engine, 'others');
    const start = async (ledgerName = 'books') => sessions.startSession(ledgerName, CALLER);
    const [first] = [await start(), await start(), await start()];
    await expect(start()).rejects.toMatchObject(LIMITED);
    await start('others');
    await sessions.endSession(first, CALLER);
    await start();
    await expect(start()).rejects.toMatchObject(LIMITED);
    time.millis += 15 * MINUTE_MILLIS;
    for (let count = 0; count < 3; count++) await start();
    await expect(start()).rejects.toMatchObject(LIMITED);
  });

  test('keep a session\'s place to itself when an older holder of it ends', async () => {
    const fixture = fixtureWith(kind);
    const { engine: { sessions }, time } = fixture;
    await newLedger(fixture.engine);
    const start = async () => sessions.startSession('books', CALLER);
    const old = [await start(), await start(), await start()];
    time.millis += 15 * MINUTE_MILLIS;
    for (let count = 0; count < 3; count++) await start();
    for (const token of old) await sessions.endSession(token, CALLER).catch(() => undefined);
    await expect(start()).rejects.toMatchObject(LIMITED);
  });

  test('answer a large result page by page, each row once, and know its last page', async () => {
    const fixture = fixtureWith(kind);
    await newLedger(fixture.engine);
    const { execute, fetch } = await opened(fixture);
    const bag = `<<${Array.from({ length: 450 }, (_, index) => index).join()}>>`;
    let { page } = await execute(`SELECT VALUE n FROM ${bag} AS n`);
    const sizes = [page.values.length];
    while (page.nextPageToken !== undefined) {
      ({ page } = await fetch(page.nextPageToken));
      sizes.push(page.values.length);
    }
    expect(sizes).toEqual([200, 200, 50]);
    const exact = await execute(`SELECT VALUE n FROM <<${Array.from({ length: 200 }, () => 1).join()}>> AS n`);
    expect(exact.page).toEqual({ values: expect.any(Array) });
    expect((await execute('SELECT VALUE n FROM <<>> AS n')).page).toEqual({ values: [] });
  });

  test('refuse the rows of a transaction beyond 64 MB, and a row beyond 3 MB', async () => {
    const fixture = fixtureWith(kind);
    await newLedger(fixture.engine);
    const { execute } = await opened(fixture);
    const text = `"${'x'.repeat(100_000)}"`;
    const rows = (count: number) => `SELECT VALUE ? FROM <<${Array.from({ length: count }, () => 1).join()}>> AS n`;
    await execute(rows(600), text);
    await expect(execute(rows(41), text)).rejects.toMatchObject({ name: 'BadRequestException', message: expect.stringContaining('limit of 64000000 bytes') });
    const wide = `SELECT VALUE [${Array.from({ length: 31 }, () => '?').join()}] FROM <<1>> AS n`;
    await expect(execute(wide, ...Array.from({ length: 31 }, () => text))).rejects.toMatchObject({ message: expect.stringContaining('A row of') });
  });
});

test('results that wait to be fetched have a bound in one process, and the unfetchable make room', async () => {
  const fixture = fixtureWith('memory', 250_000);
  await newLedger(fixture.engine);
  const large = `SELECT VALUE ? FROM <<${Array.from({ length: 400 }, () => 1).join()}>> AS n`;
  const text = `"${'x'.repeat(1_000)}"`;
  const one = await opened(fixture);
  await one.execute(large, text);
  const other = await opened(fixture);
  await expect(other.execute(large, text)).rejects.toMatchObject({ name: 'CapacityExceededException' });
  fixture.time.millis += 31_000;
  const third = await opened(fixture);
  await third.execute(large, text);
});

test.each([
  ['in a join that finds nothing', 'SELECT * FROM T AS a, T AS b, T AS c, T AS d, T AS e WHERE e.n = -1'],
  ['in a count', 'SELECT COUNT(*) FROM T AS a, T AS b, T AS c, T AS d, T AS e, T AS f'],
])('a statement that reads for longer than a transaction lives ends with it (%s)', async (_, statement) => {
  const fixture = fixtureWith('memory');
  await newLedger(fixture.engine);
  const { execute } = await opened(fixture);
  await execute('CREATE TABLE T');
  await execute(`INSERT INTO T <<${Array.from({ length: 40 }, (__, n) => `{'n': ${n}}`).join()}>>`);
  // Each look at the clock is a second, so that the statement meets its end soon.
  const look = fixture.time;
  const started = look.millis;
  const ticking = setInterval(() => { look.millis += 1_000; }, 1);
  await expect(execute(statement)).rejects.toMatchObject({ name: 'InvalidSessionException', message: expect.stringMatching(/^Transaction .* has expired$/) });
  clearInterval(ticking);
  expect(look.millis - started).toBeGreaterThanOrEqual(30_000);
});
