import Table from 'cli-table3';
import type { VerdictFinding } from './finding-list';
import { Unreadable } from '../journal';

/** Exit codes of `cdk-ledger verify`: the worst outcome counts, and proven tampering is worse than what cannot be read. */
export const EXIT_CODE = { valid: 0, tampered: 1, unreadable: 2 } as const;
export type Outcome = keyof typeof EXIT_CODE;

/** Sets the exit code by the worst of all outcomes. */
export function exitWith(outcomes: readonly Outcome[]): void {
  process.exitCode = EXIT_CODE[worst(outcomes)];
}

/** The outcome that counts. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  return (['tampered', 'unreadable'] as const).find(outcome => outcomes.includes(outcome)) ?? 'valid';
}

/** Runs a verification; what it cannot read ends it with a message and exit code 2. */
export async function reportingUnreadable(verify: () => Promise<void>): Promise<void> {
  try {
    await verify();
  } catch (error) {
    clearProgress();
    if (!(error instanceof Unreadable)) throw error;
    console.error(`UNREADABLE ${error.message}`);
    exitWith(['unreadable']);
  }
}

/** Rows whose value is undefined are left out. */
export function printTable(rows: Readonly<Record<string, string | undefined>>): void {
  const table = new Table({ style: { head: [], border: [] } });
  for (const [name, value] of Object.entries(rows)) if (value !== undefined) table.push({ [name]: value });
  console.log(table.toString());
}

export function printFindings(findings: readonly VerdictFinding[], findingCount: number): void {
  for (const { message } of findings) console.log(`  ${message}`);
  if (findingCount > findings.length) console.log(`  ... and ${count(findingCount - findings.length)} more`);
}

/** The block of the first finding that concerns one. */
export function firstBadBlock(findings: readonly VerdictFinding[]): number | undefined {
  return findings.find(({ sequenceNo }) => sequenceNo !== undefined)?.sequenceNo;
}

/** A number for people. */
export const count = (value: number): string => value.toLocaleString('en');

/** What nothing in a block accounts for, in words; undefined where there is nothing of it. */
export function unexplained(hashOnlyRevisionCount: number, unknownEntryCount: number): string | undefined {
  const parts = [
    ...hashOnlyRevisionCount > 0 ? [`${count(hashOnlyRevisionCount)} revisions shown by their hash alone`] : [],
    ...unknownEntryCount > 0 ? [`${count(unknownEntryCount)} entries of something that is not in its block`] : [],
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** One line on standard error that keeps changing, if people watch. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
}

export function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

/** Prints a value whose hashes are bytes as JSON with hashes in base64. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, (_, member: unknown) => member instanceof Uint8Array ? Buffer.from(member).toString('base64') : member, 2));
}
