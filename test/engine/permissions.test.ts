import { engineFixture, execute, newLedger } from './engine-fixture';
import type { Engine, LedgerGrant } from '../../src/engine';
import { encodeIon, parseIon } from '../../src/ion';
import { foldStatement, startDigest, statementDigest } from '../../src/journal';
import type { PartiqlAction } from '../../src/partiql';

/** Every kind of statement with what it needs: one right for each table that it names. */
interface Form {
  readonly statement: string;
  readonly needs: readonly (readonly [action: PartiqlAction, table: string])[];
  /** Ion text. */
  readonly parameters?: readonly string[];
}

const ROLE = 'arn:aws:iam::123456789012:role/App';
const AS_ROLE = 'arn:aws:sts::123456789012:assumed-role/App/session';
const CATALOG = 'information_schema.user_tables';
const DENIED = {
  name: 'AccessDeniedException',
  message: 'Access denied. Unable to run the statement due to insufficient permissions or an improper variable reference',
};

const orders = (action: PartiqlAction, ...statements: string[]): Form[] => statements.map(statement => ({ statement, needs: [[action, 'Orders']] }));

const FORMS: readonly Form[] = [
  ...orders('PartiQLSelect', 'SELECT * FROM Orders', 'SELECT * FROM "Orders" AS o BY id WHERE o.n = 1', 'SELECT * FROM _ql_committed_Orders', 'SELECT COUNT(*) FROM Orders',
    'SELECT (SELECT VALUE l FROM @o.lines AS l) FROM Orders AS o', 'SELECT * FROM Orders AS o, o.lines AS l', 'SELECT * FROM <<1>> AS x, Orders AS o'),
  ...orders('PartiQLHistoryFunction', 'SELECT * FROM history(Orders)', 'SELECT * FROM history(Orders, `2020T`) AS h', 'SELECT * FROM history(\'<ordersId>\')'),
  ...orders('PartiQLInsert', 'INSERT INTO Orders {\'n\': 1}', 'INSERT INTO "Orders" VALUE {\'n\': 1}', 'INSERT INTO Orders <<{\'n\': 1}>>'),
  ...orders('PartiQLUpdate', 'UPDATE Orders SET n = 2', 'UPDATE Orders AS o INSERT INTO o.lines VALUE 1', 'UPDATE Orders REMOVE n', 'FROM Orders AS o SET o.n = 2',
    'FROM Orders AS o INSERT INTO o.lines VALUE 1', 'FROM Orders AS o REMOVE o.n', 'FROM Orders AS o, o.lines AS l REMOVE l', 'UPDATE Orders AS o SET o = {}'),
  ...orders('PartiQLDelete', 'DELETE FROM Orders', 'DELETE FROM Orders AS o BY id WHERE o.n = 1', 'FROM Orders AS o REMOVE o', 'UPDATE Orders AS o REMOVE o', 'FROM Orders REMOVE Orders'),
  ...orders('PartiQLDropTable', 'DROP TABLE Orders'),
  ...orders('PartiQLCreateIndex', 'CREATE INDEX ON Orders (m)'),
  ...orders('PartiQLDropIndex', 'DROP INDEX "<indexId>" ON Orders WITH (purge = true)'),
  { statement: 'CREATE TABLE Invoices', needs: [['PartiQLCreateTable', 'Invoices']] },
  { statement: 'UNDROP TABLE "<droppedId>"', needs: [['PartiQLUndropTable', 'Dropped']] },
  { statement: 'SELECT * FROM history(\'<droppedId>\')', needs: [['PartiQLHistoryFunction', 'Dropped']] },
  { statement: 'EXEC REDACT_REVISION ?, \'<ordersId>\', \'<documentId>\'', needs: [['PartiQLRedact', 'Orders']], parameters: ['<blockAddress>'] },
  { statement: 'EXEC REDACT_REVISION ?, ?, ?', needs: [['PartiQLRedact', 'Orders']], parameters: ['<blockAddress>', '"<ordersId>"', '"<documentId>"'] },
  { statement: 'SELECT * FROM information_schema.user_tables', needs: [['PartiQLSelect', CATALOG]] },
  { statement: 'SELECT * FROM Orders AS o, Secrets AS s', needs: [['PartiQLSelect', 'Orders'], ['PartiQLSelect', 'Secrets']] },
  { statement: 'SELECT * FROM Orders AS o INNER JOIN history(Secrets) AS h ON true', needs: [['PartiQLSelect', 'Orders'], ['PartiQLHistoryFunction', 'Secrets']] },
  { statement: 'SELECT * FROM Orders AS o, information_schema.user_tables AS t', needs: [['PartiQLSelect', 'Orders'], ['PartiQLSelect', CATALOG]] },
];

const ALL_ACTIONS: readonly PartiqlAction[] = ['PartiQLSelect', 'PartiQLHistoryFunction', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete', 'PartiQLRedact',
  'PartiQLCreateTable', 'PartiQLDropTable', 'PartiQLUndropTable', 'PartiQLCreateIndex', 'PartiQLDropIndex'];
const ALL_TABLES = ['Orders', 'Secrets', 'Dropped', 'Invoices', CATALOG];

let administrator: Engine;
let guarded: Engine;
let ids: Readonly<Record<string, string>>;

beforeAll(async () => {
  const fixture = engineFixture();
  administrator = fixture.engine;
  await newLedger(administrator);
  for (const statement of [
    'CREATE TABLE Orders', 'CREATE INDEX ON Orders (n)', 'CREATE TABLE Secrets', 'INSERT INTO Secrets {\'word\': \'xyzzy\'}', 'INSERT INTO Orders {\'n\': 1, \'lines\': [1]}',
    'UPDATE Orders SET m = 1', 'CREATE TABLE Dropped', 'DROP TABLE Dropped',
  ]) await execute(administrator, statement);
  const idOf = async (name: string) => (await execute(administrator, `SELECT VALUE tableId FROM information_schema.user_tables WHERE name = '${name}'`))[0] as string;
  const [oldest] = await execute(administrator, 'SELECT blockAddress, metadata.id FROM history(Orders) AS h WHERE h.metadata.version = 0') as
    { blockAddress: { strandId: string; sequenceNo: number }; id: string }[];
  ids = {
    ordersId: await idOf('Orders'),
    droppedId: await idOf('Dropped'),
    indexId: (await execute(administrator, 'SELECT VALUE indexes[0].indexId FROM information_schema.user_tables WHERE name = \'Orders\''))[0] as string,
    documentId: oldest!.id,
    blockAddress: `{strandId: "${oldest!.blockAddress.strandId}", sequenceNo: ${oldest!.blockAddress.sequenceNo}}`,
  };
  guarded = engineFixture({ store: fixture.store, checkGrants: true }).engine;
});

type Grant = Pick<LedgerGrant, 'actions' | 'tables'>;

/** Runs the statement as a role that has these grants and no others; nothing of it lasts. */
async function runWith(grants: readonly Grant[], statement: string, parameters: readonly string[] = []): Promise<unknown> {
  for (const { grantId } of await administrator.ledgers.grants('books')) await administrator.ledgers.revoke('books', grantId);
  for (const [index, grant] of grants.entries()) await administrator.ledgers.grant('books', { ...grant, grantId: `g${index}`, principalArn: ROLE });
  const { sessions } = guarded;
  const token = await sessions.startSession('books', AS_ROLE);
  const transactionId = await sessions.startTransaction(token, AS_ROLE);
  const filledIn = (text: string): string => text.replace(/<(\w+Id|blockAddress)>/g, (_, name: string) => ids[name]!);
  const values = parameters.map(text => ({ ionBinary: encodeIon(parseIon(filledIn(text))) }));
  try {
    return (await sessions.executeStatement(token, AS_ROLE, transactionId, filledIn(statement), values)).page.values.length;
  } finally {
    await sessions.endSession(token, AS_ROLE);
  }
}

describe.each(FORMS.map(form => [form.statement, form] as const))('%s', (_, { statement, parameters, needs }) => {
  test(`runs with ${needs.map(need => need.join(' on ')).join(' and ')}, and nothing more`, async () => {
    await runWith(needs.map(([action, table]) => ({ actions: [action], tables: [table] })), statement, parameters);
  });

  test('is refused without a grant', async () => {
    await expect(runWith([], statement, parameters)).rejects.toMatchObject(DENIED);
  });

  test.each(needs)('is refused without %s on %s, whatever else is granted', async (action, table) => {
    const allButOne: Grant[] = [
      { actions: ALL_ACTIONS.filter(other => other !== action), tables: ['*'] },
      { actions: [action], tables: ALL_TABLES.filter(other => other !== table) },
    ];
    await expect(runWith(allButOne, statement, parameters)).rejects.toMatchObject(DENIED);
  });
});

test('every action has a form', () => {
  expect(new Set(FORMS.flatMap(({ needs }) => needs.map(([action]) => action)))).toEqual(new Set(ALL_ACTIONS));
});

describe('who has no grant on a table learns nothing of it', () => {
  const GRANTS: readonly Grant[] = [{ actions: ALL_ACTIONS, tables: ['Orders'] }];
  test.each([
    ['exists', 'SELECT * FROM Secrets', 'SELECT * FROM Nowhere'],
    ['holds a document', 'SELECT * FROM Secrets WHERE word = \'xyzzy\'', 'SELECT * FROM Secrets WHERE word = \'plugh\''],
    ['would fail to be evaluated', 'SELECT 1 / 0 FROM Secrets', 'SELECT 1 FROM Secrets'],
    ['is given too few parameters', 'SELECT * FROM Secrets WHERE word = ?', 'SELECT * FROM Secrets'],
    ['exists already', 'CREATE TABLE Secrets', 'CREATE TABLE Nowhere'],
    ['can be dropped', 'DROP TABLE Secrets', 'DROP TABLE Nowhere'],
    ['has the index', 'DROP INDEX "x" ON Secrets WITH (purge = true)', 'DROP INDEX "x" ON Nowhere WITH (purge = true)'],
    ['was dropped', 'UNDROP TABLE "<droppedId>"', 'UNDROP TABLE "AAAAAAAAAAAAAAAAAAAAAA"'],
    ['has the id', 'SELECT * FROM history(\'<droppedId>\')', 'SELECT * FROM history(\'AAAAAAAAAAAAAAAAAAAAAA\')'],
    ['takes the document', 'INSERT INTO Secrets 1', 'INSERT INTO Nowhere 1'],
    ['comes second in a join', 'SELECT * FROM Orders AS o, Secrets AS s', 'SELECT * FROM Orders AS o, Nowhere AS s'],
  ])('whether it %s', async (_, one, other) => {
    const refusals: unknown[] = [];
    for (const statement of [one, other]) {
      refusals.push(await runWith(GRANTS, statement).catch((error: Error) => ({ name: error.name, message: error.message })));
    }
    expect(refusals).toEqual([DENIED, DENIED]);
  });

  test('nor whether others change it: a refused statement makes no conflict', async () => {
    await runWith([{ actions: ['PartiQLInsert'], tables: ['Orders'] }], 'INSERT INTO Orders {\'n\': 2}');
    const { sessions } = guarded;
    const token = await sessions.startSession('books', AS_ROLE);
    const transactionId = await sessions.startTransaction(token, AS_ROLE);
    const statements = ['SELECT * FROM Secrets', 'INSERT INTO Orders {\'n\': 2}'];
    await expect(sessions.executeStatement(token, AS_ROLE, transactionId, statements[0]!, [])).rejects.toMatchObject(DENIED);
    await sessions.executeStatement(token, AS_ROLE, transactionId, statements[1]!, []);
    await execute(administrator, 'UPDATE Secrets SET word = ?', '"plugh"');
    const digest = statements.reduce((folded, statement) => foldStatement(folded, statementDigest(statement, [])), startDigest(transactionId));
    await sessions.commitTransaction(token, AS_ROLE, transactionId, digest);
  });
});
