// Runs the scenario with amazon-qldb-driver-nodejs: reads a run's file, prints one line of JSON for each step.
import { readFileSync } from 'node:fs';
import type { QldbDriver, TransactionExecutor } from 'amazon-qldb-driver-nodejs';
import { dumpText, load } from 'ion-js';
import { connect, connectToFunctionUrl } from './connect';
import type { Run } from '../driver-suite';
import type { Statement, Task } from '../scenario';

const run = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Run;
const drivers = new Map<string, QldbDriver>();

function driverOf({ through = 'service', ledger = run.ledger, retries = 4, sessions = 10 }: Task): QldbDriver {
  const key = [through, ledger, retries, sessions].join();
  const known = drivers.get(key);
  if (known) return known;
  const open = through === 'functionUrl' ? connectToFunctionUrl : connect;
  const driver = open(ledger, run[through], run.region, sessions, retries);
  drivers.set(key, driver);
  return driver;
}

async function execute(transaction: TransactionExecutor, { text, parameters }: Statement): Promise<string[]> {
  const result = await transaction.execute(text, ...parameters.map(parameter => load(parameter)));
  return result.getResultList().map(row => dumpText(row));
}

async function stream(driver: QldbDriver, { text }: Statement): Promise<object> {
  return driver.executeLambda(async (transaction) => {
    const result = await transaction.executeAndStreamResults(text);
    const rows: string[] = [];
    const readIosOfFirstPage = result.getConsumedIOs().getReadIOs();
    for await (const row of result) rows.push(dumpText(row));
    return {
      rowCount: rows.length,
      distinctRowCount: new Set(rows).size,
      readIosOfFirstPage,
      readIos: result.getConsumedIOs().getReadIOs(),
      processingMillis: result.getTimingInformation().getProcessingTimeMilliseconds(),
    };
  });
}

async function nested(driver: QldbDriver, outer: Statement, inner: Statement): Promise<object> {
  let attempts = 0;
  try {
    await driver.executeLambda(async (transaction) => {
      attempts++;
      await execute(transaction, outer);
      if (attempts === 1) await driver.executeLambda(async other => execute(other, inner));
    });
    return { attempts };
  } catch (error) {
    return { attempts, error: described(error) };
  }
}

async function pass(seconds: number): Promise<object> {
  await fetch(`${run.control}/advance?seconds=${seconds}`, { method: 'POST' });
  return {};
}

async function answer(step: Task): Promise<object> {
  if (step.action === 'wait') return pass(step.seconds);
  const driver = driverOf(step);
  switch (step.action) {
    case 'tableNames':
      return { names: await driver.getTableNames() };
    case 'transactions': {
      const rows: string[] = [];
      for (const statements of step.transactions) {
        await driver.executeLambda(async (transaction) => {
          for (const statement of statements) rows.push(...await execute(transaction, statement));
        });
      }
      return { rows };
    }
    case 'stream':
      return stream(driver, step.statement);
    case 'nested':
      return nested(driver, step.outer, step.inner);
    case 'abort':
      await driver.executeLambda(async (transaction) => {
        await execute(transaction, step.statement);
        await transaction.abort();
      });
      return {};
    case 'expire':
      await driver.executeLambda(async (transaction) => {
        await execute(transaction, step.statement);
        await pass(step.seconds);
      });
      return {};
    case 'parallel': {
      const once = async () => driver.executeLambda(async transaction => execute(transaction, step.statement));
      await Promise.all(Array.from({ length: step.workers }, once));
      return {};
    }
    case 'close':
      driver.close();
      return {};
  }
}

function described(error: unknown): object {
  const { name, message } = error as Error;
  return { origin: '$metadata' in (error as object) ? 'service' : 'driver', name, message };
}

async function main(): Promise<void> {
  for (const step of run.steps) {
    const line = await answer(step).catch(error => ({ error: described(error) }));
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  for (const driver of drivers.values()) driver.close();
}

void main();
