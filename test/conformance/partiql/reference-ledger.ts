import { CreateLedgerCommand } from '@aws-sdk/client-qldb';
import { SendCommandCommand, type SendCommandCommandOutput } from '@aws-sdk/client-qldb-session';
import type { Case } from './construct';
import { decodeIon, encodeIon, fieldOf, parseIon, printIon, type IonStruct, type IonValue } from '../../../src/ion';
import { foldStatement, startDigest, statementDigest } from '../../../src/journal';
import { startLocalService, type LocalService } from '../../service/local-service';

const LEDGER = 'reference';

/** What a statement came to, with ids, hashes and times of the run left out. */
export type Outcome =
  | { readonly kind: 'rows'; readonly rows: readonly string[]; readonly readIOs: number }
  | { readonly kind: 'error'; readonly name: string; readonly message: string };

/** The documents that all cases find; each statement in a transaction of its own. */
const SETUP: readonly (readonly [statement: string, ...parameters: string[]])[] = [
  ['CREATE TABLE Person'],
  ['CREATE INDEX ON Person (GovId)'],
  ['INSERT INTO Person ?', '[{GovId: "G1", Name: "Ada", Age: 36, Born: 1815-12-10}, {GovId: "G2", Name: "Alan", Age: 41, Born: 1912-06-23}, {GovId: "G3", Name: "Grace", Age: null.int}]'],
  ['CREATE TABLE Vehicle'],
  ['CREATE INDEX ON Vehicle (VIN)'],
  ['INSERT INTO Vehicle ?', '{VIN: "V1", Colour: "red", Price: 10.50, Owners: {Primary: "G1", Others: ["G2", "G3"]}}'],
  ['INSERT INTO Vehicle ?', '{VIN: "V2", Colour: "blue", Price: 20, Owners: {Primary: "G2", Others: []}}'],
  ['CREATE TABLE Log'],
  ['INSERT INTO Log ?', '{n: 1}'],
  ['UPDATE Log SET n = 2'],
  ['UPDATE Log SET n = 3'],
  ['INSERT INTO Log ?', '{m: 1}'],
  ['DELETE FROM Log WHERE m = 1'],
  ['CREATE TABLE Empty'],
  ['CREATE TABLE Gone'],
  ['CREATE INDEX ON Gone (k)'],
  ['INSERT INTO Gone ?', '{k: 1}'],
  ['DROP TABLE Gone'],
];

/** A ledger of the embedded service, asked through the official client of the session API. */
export interface ReferenceLedger {
  /** Runs a case in a transaction that is aborted afterwards. */
  outcomeOf(tested: Case): Promise<Outcome>;
  stop(): Promise<void>;
}

export async function openReferenceLedger(): Promise<ReferenceLedger> {
  const service = await startLocalService();
  const startMillis = Date.now();
  await service.qldb.send(new CreateLedgerCommand({ Name: LEDGER, PermissionsMode: 'ALLOW_ALL' }));
  const session = await openSession(service);
  for (const [statement, ...parameters] of SETUP) await session.transaction(async ({ execute }) => execute(statement, parameters), 'commit');
  const variables = await session.transaction(async ({ execute }) => variablesOf(execute), 'abort');
  const filledIn = (text: string): string => text.replace(/<([a-z][a-zA-Z]*)>/g, (whole, name: string) => variables[name] ?? whole);
  return {
    async outcomeOf({ statement, parameters, before }) {
      return session.transaction(async ({ execute }) => {
        for (const earlier of before) await execute(filledIn(earlier), []);
        try {
          const { rows, readIOs } = await execute(filledIn(statement), parameters.map(filledIn));
          return { kind: 'rows', rows: rows.map(row => repeatable(printIon(row), startMillis)).sort(), readIOs };
        } catch (error) {
          const { name, message } = error as Error;
          return { kind: 'error', name, message: repeatable(message, startMillis) };
        }
      }, 'abort');
    },
    stop: async () => service.stop(),
  };
}

type Execute = (statement: string, parameters: readonly string[]) => Promise<{ rows: IonValue[]; readIOs: number }>;

async function openSession(service: LocalService) {
  const { StartSession } = await service.session.send(new SendCommandCommand({ StartSession: { LedgerName: LEDGER } }));
  const SessionToken = StartSession!.SessionToken;
  const send = async (command: object): Promise<SendCommandCommandOutput> =>
    service.session.send(new SendCommandCommand({ SessionToken, ...command }));
  return {
    async transaction<T>(work: (transaction: { execute: Execute }) => Promise<T>, end: 'commit' | 'abort'): Promise<T> {
      const { StartTransaction } = await send({ StartTransaction: {} });
      const TransactionId = StartTransaction!.TransactionId!;
      let digest = startDigest(TransactionId);
      const execute: Execute = async (Statement, texts) => {
        const values = texts.map(parseIon);
        digest = foldStatement(digest, statementDigest(Statement, values));
        const Parameters = values.map(value => ({ IonBinary: encodeIon(value) }));
        const { ExecuteStatement } = await send({ ExecuteStatement: { TransactionId, Statement, Parameters } });
        const { FirstPage, ConsumedIOs } = ExecuteStatement!;
        const rows = [...FirstPage!.Values!];
        for (let next = FirstPage!.NextPageToken; next !== undefined;) {
          const { Page } = (await send({ FetchPage: { TransactionId, NextPageToken: next } })).FetchPage!;
          rows.push(...Page!.Values!);
          next = Page!.NextPageToken;
        }
        return { rows: rows.map(({ IonBinary }) => decodeIon(IonBinary!)), readIOs: ConsumedIOs!.ReadIOs! };
      };
      const result = await work({ execute });
      await send(end === 'commit' ? { CommitTransaction: { TransactionId, CommitDigest: digest } } : { AbortTransaction: {} });
      return result;
    },
  };
}

/** What statements need to name of this run. */
async function variablesOf(execute: Execute): Promise<Record<string, string>> {
  const value = async (statement: string): Promise<string> => {
    const [row] = (await execute(statement, [])).rows;
    if (row === undefined) throw new Error(`No row of ${statement}`);
    return row.kind === 'string' ? row.value : printIon(row);
  };
  const tableId = async (name: string) => value(`SELECT VALUE tableId FROM information_schema.user_tables WHERE name = '${name}'`);
  const [log, person] = [
    (await execute('SELECT blockAddress, metadata FROM history(Log) AS h WHERE h.data.n = 1', [])).rows[0] as IonStruct,
    (await execute("SELECT id FROM Person AS p BY id WHERE p.GovId = 'G1'", [])).rows[0] as IonStruct,
  ];
  return {
    goneTable: await tableId('Gone'),
    logTable: await tableId('Log'),
    personIndex: await value("SELECT VALUE indexes[0].indexId FROM information_schema.user_tables WHERE name = 'Person'"),
    logDocument: await value('SELECT VALUE metadata.id FROM _ql_committed_Log'),
    ada: (fieldOf(person, 'id') as { value: string }).value,
    logBlock: printIon(fieldOf(log, 'blockAddress')!),
    logNewestBlock: await value('SELECT VALUE blockAddress FROM _ql_committed_Log'),
    secondUpdate: await value('SELECT VALUE metadata.txTime FROM history(Log) AS h WHERE h.data.n = 3'),
  };
}

/** Ids, hashes and times of this run, which no page should show. */
function repeatable(text: string, startMillis: number): string {
  return text
    .replace(/\{\{[0-9A-Za-z+/]{43}=\}\}/g, '{{<hash>}}')
    .replace(/\b[0-9A-Za-z]{22}\b/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)/g, time => Date.parse(time) >= startMillis ? '<time>' : time);
}
