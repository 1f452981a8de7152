import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { engineSession } from './ledger-sessions';
import { keyedDocument, LedgerReader, runAlone } from './ledger-writer';
import type { Engine } from '../src/engine';

const DOCUMENTS_PER_TRANSACTION = 40;
const REPORTS = 10;
const LOOKUPS_MILLIS = 1_000;
const MEGABYTE = 1e6;

/** Fills a ledger and tells, tenth by tenth, what the process takes and what a lookup by index costs. */
export async function fillAndLookUp(engine: Engine, documentCount: number): Promise<void> {
  const session = await engineSession(engine);
  const table = new Table({
    head: ['documents', 'inserted/s', 'own memory', 'mapped file', 'lookups/s', 'reads a lookup'],
    colAligns: Array.from({ length: 6 }, () => 'right' as const),
    style: { head: [], border: [] },
  });
  const whole = (count: number): string => Math.round(count).toLocaleString('en');
  let inserted = 0;
  for (let report = 1; report <= REPORTS; report++) {
    const start = performance.now();
    const before = inserted;
    while (inserted < documentCount * report / REPORTS) {
      const items = Array.from({ length: DOCUMENTS_PER_TRANSACTION }, () => keyedDocument(inserted++));
      await runAlone(session, 'INSERT INTO Documents ?', [{ kind: 'list', items }]);
    }
    const insertRate = (inserted - before) / (performance.now() - start) * 1000;
    const { ownBytes, mappedBytes } = memory();
    const reader = new LedgerReader(Array.from({ length: 1_000 }, () => Math.floor(Math.random() * inserted)));
    const lookupsStart = performance.now();
    const readsBefore = session.readCount();
    let lookups = 0;
    while (performance.now() - lookupsStart < LOOKUPS_MILLIS) lookups += await reader.readMany(session);
    const lookupRate = lookups / (performance.now() - lookupsStart) * 1000;
    table.push([
      whole(inserted), whole(insertRate), `${whole(ownBytes / MEGABYTE)} MB`, `${whole(mappedBytes / MEGABYTE)} MB`, whole(lookupRate),
      ((session.readCount() - readsBefore) / lookups).toFixed(2),
    ]);
  }
  console.log(table.toString());
}

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
