/** A statement with its parameters as Ion text. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly string[];
}

/**
 * What a driver is asked to do. Every program knows these and nothing else:
 *
 * * `tableNames`: lists the tables; answers `names`
 * * `transactions`: runs each list of statements as one transaction; answers the `rows` of all of them as Ion text
 * * `stream`: reads a result row by row; answers its counts and metrics
 * * `nested`: runs the first statement, then the second in a transaction of its own, then commits; answers how many `attempts` it took
 * * `abort`: runs a statement and aborts the transaction
 * * `expire`: runs a statement, lets `seconds` pass, commits
 * * `parallel`: runs a statement in `workers` transactions at the same time
 * * `wait`: lets `seconds` pass
 * * `close`: closes the driver of the step, for good
 *
 * What fails answers `error`: its `origin` (`service`, or the `driver` itself), `name` and `message`.
 */
export type Action =
  | { readonly action: 'tableNames' | 'close' }
  | { readonly action: 'transactions'; readonly transactions: readonly (readonly Statement[])[] }
  | { readonly action: 'stream' | 'abort'; readonly statement: Statement }
  | { readonly action: 'nested'; readonly outer: Statement; readonly inner: Statement }
  | { readonly action: 'expire'; readonly statement: Statement; readonly seconds: number }
  | { readonly action: 'parallel'; readonly statement: Statement; readonly workers: number }
  | { readonly action: 'wait'; readonly seconds: number };

/** With which driver a step runs; steps that agree in all of it share one. */
export interface DriverSettings {
  /** @default 'service' */
  readonly through?: 'service' | 'functionUrl' | 'proxy';
  /** @default - the ledger of the run */
  readonly ledger?: string;
  /** How often a transaction is tried again. @default 4 */
  readonly retries?: number;
  /** How many sessions the pool holds. @default 10 */
  readonly sessions?: number;
}

/** What a program is told of a step. */
export type Task = DriverSettings & Action;

export type Step = Task & {
  readonly name: string;
  /** Rows as Ion text, in any order; ids are written `<id>`. */
  readonly expected: unknown;
};

const run = (text: string, ...parameters: string[]): Statement => ({ text, parameters });
const transaction = (...statements: Statement[]) => ({ action: 'transactions', transactions: [statements] }) as const;
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

const KEPT_VALUES = [
  'null', 'null.bool', 'null.int', 'null.float', 'null.decimal', 'null.timestamp', 'null.symbol', 'null.string', 'null.clob', 'null.blob', 'null.list',
  'null.sexp', 'null.struct', 'true', 'false', '0', '-42', '9223372036854775807', '1234567890123456789012345678901234567890', '0e0', '-2.5e-3', '1e300',
  '0.', '1.50', '-123.456', '12d10', '2020T', '2020-02T', '2020-02-29', '2020-02-29T12:30Z', '2020-02-29T12:30:15+05:30', '2020-02-29T12:30:15.125Z',
  'red', '\'two words\'', '""', '"Grüße, 世界 🚗"', '{{"clob"}}', '{{}}', '{{AAEC/w==}}', '[]', '[1, "two", [3.0]]', '()', '(plus 1 2)', '{}',
  '{outer: {inner: [null.string]}}', 'annotated::twice::"value"', 'unit::null.int', 'unit::{kept: grade::5}',
];
/** `=` finds what is not null; of the others `IS NULL` finds them all. */
const FOUND_VALUES = KEPT_VALUES.filter(text => !/\bnull(\.\w+)?$/.test(text));
const NULL_VALUES = KEPT_VALUES.filter(text => /\bnull(\.\w+)?$/.test(text));

const MANY = 1_200;
const HALF = MANY / 2;
const BATCH = 40;
const WORKERS = 5;
const JOIN = 'SELECT * FROM Metered AS a, Metered AS b, Metered AS c, Metered AS d, Metered AS e, Metered AS f';
const paint = (colour: string) => run('UPDATE Vehicle AS v SET v.colour = ? WHERE v.vin = ?', `"${colour}"`, '"V2"');
const colourNow = transaction(run('SELECT v.colour FROM Vehicle AS v WHERE v.vin = ?', '"V2"'));
const rows = (...expected: string[]) => ({ rows: expected });
const id = '{documentId: "<id>"}';
const tableId = '{tableId: "<id>"}';
const POSITIVE = { asymmetricMatch: (value: number) => value > 0, toString: () => 'a number above 0' };
const BAD_REQUEST = { origin: 'service', name: 'BadRequestException', message: expect.any(String) };
const DRIVER_ERROR = { origin: 'driver', name: expect.any(String), message: expect.any(String) };

const inserted = (from: number, to: number) => ({
  action: 'transactions',
  transactions: times((to - from) / BATCH, batch =>
    [run('INSERT INTO Many ?', `[${times(BATCH, index => `{number: ${from + batch * BATCH + index}}`).join(', ')}]`)]),
  expected: rows(...times(to - from, () => id)),
} as const);

/** Every driver does the same, in this order, on an empty ledger. Text of the service's errors is given where drivers depend on it. */
export const SCENARIO: readonly Step[] = [
  { name: 'a new ledger has no tables', action: 'tableNames', expected: { names: [] } },
  {
    name: 'tables and indexes are made',
    ...transaction(...['Vehicle', 'Kept', 'Many', 'Metered', 'Counter', 'Dropped'].map(table => run(`CREATE TABLE ${table}`)),
      run('CREATE INDEX ON Vehicle (vin)'), run('CREATE INDEX ON Counter (name)')),
    expected: rows(...times(8, () => tableId)),
  },
  { name: 'a table is dropped', ...transaction(run('DROP TABLE Dropped')), expected: rows(tableId) },
  {
    name: 'the active tables are listed',
    action: 'tableNames',
    expected: { names: ['Counter', 'Kept', 'Many', 'Metered', 'Vehicle'] },
  },
  {
    name: 'the catalog knows indexes and their state',
    ...transaction(run('SELECT VALUE i.expr FROM information_schema.user_tables AS t, t.indexes AS i WHERE t.name = ? AND i.status = ?', '"Vehicle"', '"ONLINE"')),
    expected: rows('"[vin]"'),
  },

  {
    name: 'documents are inserted',
    ...transaction(
      run('INSERT INTO Vehicle ?', '{vin: "V1", colour: "red", owners: [{name: "Ada"}]}'),
      run('INSERT INTO Vehicle << ?, ? >>', '{vin: "V2", colour: "blue"}', '{vin: "V3", colour: "blue"}')),
    expected: rows(id, id, id),
  },
  {
    name: 'a transaction sees its own changes',
    ...transaction(
      run('INSERT INTO Vehicle ?', '{vin: "V4", colour: "black"}'),
      run('SELECT v.colour FROM Vehicle AS v WHERE v.vin = ?', '"V4"')),
    expected: rows(id, '{colour: "black"}'),
  },
  {
    name: 'documents are found by an indexed field, by a list of values, and by a scan',
    ...transaction(
      run('SELECT * FROM Vehicle WHERE vin = ?', '"V1"'),
      run('SELECT v.vin FROM Vehicle AS v WHERE v.vin IN (?, ?)', '"V2"', '"V9"'),
      run('SELECT VALUE v.vin FROM Vehicle AS v WHERE v.colour = ?', '"blue"')),
    expected: rows('{vin: "V1", colour: "red", owners: [{name: "Ada"}]}', '{vin: "V2"}', '"V2"', '"V3"'),
  },
  {
    name: 'nested collections are unnested, rows counted',
    ...transaction(
      run('SELECT v.vin, o.name FROM Vehicle AS v, v.owners AS o'),
      run('SELECT COUNT(*) AS vehicles FROM Vehicle')),
    expected: rows('{vin: "V1", name: "Ada"}', '{vehicles: 4}'),
  },
  {
    name: 'documents are updated in each of PartiQL\'s ways',
    ...transaction(
      run('UPDATE Vehicle AS v SET v.colour = ? WHERE v.vin = ?', '"green"', '"V1"'),
      run('FROM Vehicle AS v WHERE v.vin = ? INSERT INTO v.owners VALUE ?', '"V1"', '{name: "Grace"}'),
      run('UPDATE Vehicle AS v REMOVE v.colour WHERE v.vin = ?', '"V4"'),
      run('SELECT * FROM Vehicle WHERE vin IN (?, ?)', '"V1"', '"V4"')),
    expected: rows(id, id, id, '{vin: "V1", colour: "green", owners: [{name: "Ada"}, {name: "Grace"}]}', '{vin: "V4"}'),
  },
  {
    name: 'documents are deleted',
    ...transaction(
      run('DELETE FROM Vehicle AS v WHERE v.vin = ?', '"V3"'),
      run('DELETE FROM Vehicle AS v WHERE v.vin = ?', '"V9"'),
      run('SELECT v.vin FROM Vehicle AS v WHERE v.vin = ?', '"V3"')),
    expected: rows(id),
  },
  {
    name: 'history keeps every revision',
    ...transaction(run('SELECT h.metadata.version, h.data.vin, h.data.colour FROM history(Vehicle) AS h')),
    expected: rows(
      '{version: 0, vin: "V1", colour: "red"}', '{version: 1, vin: "V1", colour: "green"}',
      '{version: 0, vin: "V2", colour: "blue"}',
      '{version: 0, vin: "V3", colour: "blue"}', '{version: 1}',
      '{version: 0, vin: "V4", colour: "black"}', '{version: 1, vin: "V4"}'),
  },
  {
    name: 'the committed view shows data with its metadata',
    ...transaction(run('SELECT c.data.vin, c.metadata.version FROM _ql_committed_Vehicle AS c WHERE c.data.vin = ?', '"V1"')),
    expected: rows('{vin: "V1", version: 1}'),
  },

  {
    name: 'values of every type and every null are inserted',
    action: 'transactions',
    transactions: [0, BATCH].map(start => KEPT_VALUES.slice(start, start + BATCH)
      .map((text, index) => run('INSERT INTO Kept ?', `{number: ${start + index}, kept: ${text}}`))),
    expected: rows(...KEPT_VALUES.map(() => id)),
  },
  {
    name: 'values of every type come back as they were sent',
    ...transaction(run('SELECT k.number, k.kept FROM Kept AS k')),
    expected: rows(...KEPT_VALUES.map((text, number) => `{number: ${number}, kept: ${text}}`)),
  },
  {
    name: 'values of every type are found by themselves',
    ...transaction(...FOUND_VALUES.map(text => run('SELECT VALUE k.kept FROM Kept AS k WHERE k.kept = ? AND k.number = ?', text, String(KEPT_VALUES.indexOf(text))))),
    expected: rows(...FOUND_VALUES),
  },
  {
    name: 'nulls of every type are found by being null',
    ...transaction(run('SELECT VALUE k.kept FROM Kept AS k WHERE k.kept IS NULL')),
    expected: rows(...NULL_VALUES),
  },
  {
    name: 'a value is replaced by values of every type',
    action: 'transactions',
    transactions: KEPT_VALUES.map(text => [
      run('UPDATE Kept AS k SET k.kept = ? WHERE k.number = 0', text),
      run('SELECT VALUE k.kept FROM Kept AS k WHERE k.number = 0'),
    ]),
    expected: rows(...KEPT_VALUES.flatMap(text => [id, text])),
  },

  { name: 'documents are inserted, a list at a time', ...inserted(0, HALF) },
  {
    name: 'without an index, one document costs as many reads as there are',
    action: 'stream',
    statement: run('SELECT m.number FROM Many AS m WHERE m.number = 70'),
    expected: { rowCount: 1, distinctRowCount: 1, readIosOfFirstPage: HALF, readIos: HALF, processingMillis: POSITIVE },
  },
  { name: 'an index is made on a table that has documents', ...transaction(run('CREATE INDEX ON Many (number)')), expected: rows(tableId) },
  { name: 'more documents are inserted than an answer has rows', ...inserted(HALF, MANY) },
  {
    name: `a result of ${MANY.toLocaleString('en')} rows is read page by page`,
    action: 'stream',
    statement: run('SELECT m.number FROM Many AS m'),
    expected: {
      rowCount: MANY, distinctRowCount: MANY, readIosOfFirstPage: POSITIVE, readIos: MANY, processingMillis: POSITIVE,
    },
  },
  {
    name: 'with an index, a document that was there before costs one read',
    action: 'stream',
    statement: run('SELECT m.number FROM Many AS m WHERE m.number = 70'),
    expected: { rowCount: 1, distinctRowCount: 1, readIosOfFirstPage: 1, readIos: 1, processingMillis: POSITIVE },
  },
  {
    name: 'with an index, a document that came after costs one read',
    action: 'stream',
    statement: run('SELECT m.number FROM Many AS m WHERE m.number = 700'),
    expected: { rowCount: 1, distinctRowCount: 1, readIosOfFirstPage: 1, readIos: 1, processingMillis: POSITIVE },
  },
  {
    name: 'documents to be metered are inserted',
    ...transaction(run('INSERT INTO Metered << ?, ?, ? >>', '{col: 1}', '{col: 2}', '{col: 3}')),
    expected: rows(id, id, id),
  },
  {
    name: 'a join of six costs what it reads',
    action: 'stream',
    statement: run(JOIN),
    // 3 + 9 + 27 + 81 + 243 + 729: the number that QLDB itself answered.
    expected: { rowCount: 729, distinctRowCount: expect.any(Number), readIosOfFirstPage: POSITIVE, readIos: 1092, processingMillis: POSITIVE },
  },

  {
    name: 'a transaction conflicts with one that committed inside it',
    action: 'nested',
    retries: 0,
    outer: paint('outer'),
    inner: paint('inner'),
    expected: { attempts: 1, error: { origin: 'service', name: 'OccConflictException', message: expect.stringContaining('Optimistic concurrency control (OCC) failure') } },
  },
  { name: 'the transaction that conflicted changed nothing', ...colourNow, expected: rows('{colour: "inner"}') },
  {
    name: 'a transaction that conflicts is retried by the driver, with a session that it keeps',
    action: 'nested',
    outer: paint('retried'),
    inner: paint('inner'),
    expected: { attempts: 2 },
  },
  { name: 'the transaction that was retried was committed', ...colourNow, expected: rows('{colour: "retried"}') },
  {
    name: 'who found a value of an index unused conflicts with one who inserts it',
    action: 'nested',
    outer: run('SELECT v.vin FROM Vehicle AS v WHERE v.vin = ?', '"N1"'),
    inner: run('INSERT INTO Vehicle ?', '{vin: "N1"}'),
    expected: { attempts: 2 },
  },
  {
    name: 'who looked up a value of an index does not conflict with one who inserts another',
    action: 'nested',
    outer: run('SELECT v.vin FROM Vehicle AS v WHERE v.vin = ?', '"N1"'),
    inner: run('INSERT INTO Vehicle ?', '{vin: "N2"}'),
    expected: { attempts: 1 },
  },
  {
    name: 'who read without an index conflicts with any insertion into the table',
    action: 'nested',
    outer: run('SELECT v.vin FROM Vehicle AS v WHERE v.colour = ?', '"white"'),
    inner: run('INSERT INTO Vehicle ?', '{vin: "N3", colour: "black"}'),
    expected: { attempts: 2 },
  },
  { name: 'a counter starts', ...transaction(run('INSERT INTO Counter ?', '{name: "parallel", count: 0}')), expected: rows(id) },
  {
    name: 'increments at the same time are retried until each has counted',
    action: 'parallel',
    retries: 60,
    sessions: WORKERS,
    workers: WORKERS,
    statement: run('UPDATE Counter AS c SET c."count" = c."count" + ? WHERE c.name = ?', '1', '"parallel"'),
    expected: {},
  },
  {
    name: 'the counter counted each of them',
    ...transaction(run('SELECT VALUE c."count" FROM Counter AS c WHERE c.name = ?', '"parallel"')),
    expected: rows(String(WORKERS)),
  },
  {
    name: 'a pool of one session refuses a second transaction meanwhile',
    action: 'nested',
    sessions: 1,
    outer: paint('first'),
    inner: paint('second'),
    expected: { attempts: 1, error: DRIVER_ERROR },
  },
  { name: 'a pool of one session goes on afterwards', sessions: 1, ...colourNow, expected: rows('{colour: "retried"}') },

  {
    name: 'an aborted transaction ends',
    action: 'abort',
    statement: run('INSERT INTO Vehicle ?', '{vin: "aborted"}'),
    expected: { error: DRIVER_ERROR },
  },
  {
    name: 'a transaction that takes longer than thirty seconds has expired',
    action: 'expire',
    statement: run('INSERT INTO Vehicle ?', '{vin: "late"}'),
    seconds: 40,
    expected: { error: { origin: 'service', name: 'InvalidSessionException', message: expect.stringMatching(/^Transaction .* has expired$/) } },
  },
  {
    name: 'neither of the two left anything behind',
    ...transaction(run('SELECT v.vin FROM Vehicle AS v WHERE v.vin IN (?, ?)', '"aborted"', '"late"')),
    expected: rows(),
  },
  { name: 'time passes', action: 'wait', seconds: 20 * 60, expected: {} },
  { name: 'the driver replaces sessions that have expired', ...colourNow, expected: rows('{colour: "retried"}') },

  {
    name: 'a statement about an unknown table is a bad request',
    ...transaction(run('SELECT * FROM Nowhere')),
    expected: { error: BAD_REQUEST },
  },
  {
    name: 'a table that exists is not made again',
    ...transaction(run('CREATE TABLE Vehicle')),
    expected: { error: BAD_REQUEST },
  },
  {
    name: 'a parameter too few is a bad request',
    ...transaction(run('SELECT * FROM Vehicle WHERE vin IN (?, ?)', '"V1"')),
    expected: { error: { origin: 'service', name: 'BadRequestException', message: 'Query expects 2 parameters, but statement has 1' } },
  },
  {
    name: 'a clause that QLDB does not have is refused by its name',
    ...transaction(run('SELECT * FROM Vehicle ORDER BY vin')),
    expected: { error: { origin: 'service', name: 'BadRequestException', message: expect.stringContaining('at line 1, column 23: ORDER BY is not supported') } },
  },
  {
    name: 'a transaction changes no more than forty documents',
    ...transaction(run('INSERT INTO Many ?', `[${times(41, index => `{number: ${MANY + index}}`).join(', ')}]`)),
    expected: { error: { origin: 'service', name: 'BadRequestException', message: expect.stringContaining('at most 40 documents') } },
  },
  {
    name: 'a document has no more than 128 KB',
    ...transaction(run('INSERT INTO Many << {\'a\': ?, \'b\': ?} >>', `"${'a'.repeat(70_000)}"`, `"${'b'.repeat(70_000)}"`)),
    expected: { error: { origin: 'service', name: 'BadRequestException', message: expect.stringContaining('exceeds the limit of 131072 bytes') } },
  },
  {
    name: 'nothing of what was refused was kept',
    ...transaction(run('SELECT COUNT(*) AS documents FROM Many')),
    expected: rows(`{documents: ${MANY}}`),
  },
  {
    name: 'a ledger that does not exist is a bad request',
    ledger: 'missing',
    action: 'tableNames',
    expected: { error: BAD_REQUEST },
  },

  {
    name: 'the function URL is reached with requests signed for lambda',
    through: 'functionUrl',
    ...transaction(run('INSERT INTO Vehicle ?', '{vin: "deployed"}'), run('SELECT v.vin FROM Vehicle AS v WHERE v.vin = ?', '"deployed"')),
    expected: rows(id, '{vin: "deployed"}'),
  },
  {
    name: 'the function URL is reached through the proxy, with nothing but the endpoint set',
    through: 'proxy',
    ...transaction(run('INSERT INTO Vehicle ?', '{vin: "proxied"}'), run('SELECT v.vin FROM Vehicle AS v WHERE v.vin = ?', '"proxied"')),
    expected: rows(id, '{vin: "proxied"}'),
  },
  {
    name: 'pages come through the proxy as well',
    through: 'proxy',
    action: 'stream',
    statement: run('SELECT m.number FROM Many AS m'),
    expected: expect.objectContaining({ rowCount: MANY, distinctRowCount: MANY, readIos: MANY }),
  },
  { name: 'the driver is closed', action: 'close', expected: {} },
  { name: 'a closed driver refuses', action: 'tableNames', expected: { error: DRIVER_ERROR } },
];
