import { readFileSync } from 'node:fs';
import { engineSession } from './ledger-sessions';
import { keyedDocument, LedgerReader, runAlone } from './ledger-writer';
import type { Engine } from '../src/engine';

const DOCUMENTS_PER_TRANSACTION = 40;
const IN_FLIGHT = 4;
const REPORTS = 10;
const LOOKUPS_MILLIS = 1_000;
const MEGABYTE = 1e6;

/** Fills a ledger and tells, tenth by tenth, what the process takes and what a lookup by index costs. */
export async function fillAndLookUp(engine: Engine, documentCount: number): Promise<void> {
  printRow('documents', 'inserted/s', 'own memory', 'mapped file', 'lookups/s', 'reads a lookup');
  let inserted = 0;
  for (let report = 1; report <= REPORTS; report++) {
    // A session lives for a quarter of an hour only.
    const sessions = await Promise.all(Array.from({ length: IN_FLIGHT }, () => engineSession(engine)));
    const start = performance.now();
    const before = inserted;
    await Promise.all(sessions.map(async (session) => {
      while (inserted < documentCount * report / REPORTS) {
        const items = Array.from({ length: DOCUMENTS_PER_TRANSACTION }, () => keyedDocument(inserted++));
        await runAlone(session, 'INSERT INTO Documents ?', [{ kind: 'list', items }]);
      }
    }));
    const insertRate = (inserted - before) / (performance.now() - start) * 1000;
    const { ownBytes, mappedBytes } = memory();
    const [session] = sessions;
    const reader = new LedgerReader(Array.from({ length: 1_000 }, () => Math.floor(Math.random() * inserted)));
    const lookupsStart = performance.now();
    const readsBefore = session!.readCount();
    let lookups = 0;
    while (performance.now() - lookupsStart < LOOKUPS_MILLIS) lookups += await reader.readMany(session!);
    const lookupRate = lookups / (performance.now() - lookupsStart) * 1000;
    const readsALookup = ((session!.readCount() - readsBefore) / lookups).toFixed(2);
    printRow(whole(inserted), whole(insertRate), `${whole(ownBytes / MEGABYTE)} MB`, `${whole(mappedBytes / MEGABYTE)} MB`, whole(lookupRate), readsALookup);
  }
}

const printRow = (...cells: readonly string[]): void => console.log(cells.map(cell => cell.padStart(15)).join(''));
const whole = (count: number): string => Math.round(count).toLocaleString('en');

/** Memory of the process itself, and pages of files that it has mapped: those the system takes back when it needs them. */
function memory(): { readonly ownBytes: number; readonly mappedBytes: number } {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const bytesOf = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
    return { ownBytes: bytesOf('RssAnon'), mappedBytes: bytesOf('RssFile') };
  } catch {
    return { ownBytes: process.memoryUsage().rss, mappedBytes: NaN };
  }
}
