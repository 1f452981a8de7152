import { knownAtSynth } from './problems';

/**
 * The part of a journal that an export or a stream covers: whole blocks whose timestamp is at or after the start and before the end.
 *
 * A window without a start begins with the ledger's first block. A window without an end reaches, for an export, to the moment
 * the export starts, and for a stream it never ends.
 */
export class JournalWindow {
  /** Everything: from the ledger's first block, with no end. */
  public static wholeJournal(): JournalWindow {
    return new JournalWindow();
  }

  /**
   * Blocks written at `start` or later.
   * @param start the first moment covered.
   */
  public static since(start: Date): JournalWindow {
    return new JournalWindow(timestamp(start));
  }

  /**
   * Blocks written before `end`, from the ledger's first one.
   * @param end the first moment not covered.
   */
  public static until(end: Date): JournalWindow {
    return new JournalWindow(undefined, timestamp(end));
  }

  /**
   * Blocks written at `start` or later and before `end`. Windows that share a bound join without gap or overlap.
   * @param start the first moment covered.
   * @param end the first moment not covered.
   */
  public static between(start: Date, end: Date): JournalWindow {
    return new JournalWindow(timestamp(start), timestamp(end));
  }

  /**
   * A window from ISO 8601 timestamps, for bounds that are known only at deployment, such as a stack parameter.
   * @param bounds the bounds; tokens pass untouched.
   */
  public static fromTimestamps(bounds: JournalWindowTimestamps): JournalWindow {
    return new JournalWindow(bounds.inclusiveStartTime, bounds.exclusiveEndTime);
  }

  private constructor(
    /** The first moment covered, as an ISO 8601 timestamp; absent: the ledger's first block. */
    public readonly inclusiveStartTime?: string,
    /** The first moment not covered, as an ISO 8601 timestamp; absent: no end. */
    public readonly exclusiveEndTime?: string,
  ) {}
}

/** Bounds of a `JournalWindow` as text. */
export interface JournalWindowTimestamps {
  /**
   * The first moment covered, in ISO 8601 with a time zone, such as `2026-01-01T00:00:00Z`.
   * @default - from the ledger's first block
   */
  readonly inclusiveStartTime?: string;

  /**
   * The first moment not covered, in ISO 8601 with a time zone, such as `2026-02-01T00:00:00Z`.
   * @default - no end
   */
  readonly exclusiveEndTime?: string;
}

/** What is wrong with a window; `nowMilliseconds` is the clock at synthesis. Bounds that are tokens are not judged. */
export function windowProblems(window: JournalWindow, end: 'must-be-past' | 'may-be-future', nowMilliseconds: number): string[] {
  const problems: string[] = [];
  const start = moment('start', window.inclusiveStartTime, problems);
  const finish = moment('end', window.exclusiveEndTime, problems);
  if (start !== undefined && finish !== undefined && start >= finish) {
    problems.push(`window start ${window.inclusiveStartTime} is not before its end ${window.exclusiveEndTime}: swap them, or move the end later`);
  }
  if (start !== undefined && start > nowMilliseconds) {
    problems.push(`window start ${window.inclusiveStartTime} is in the future: use a moment that has passed, or JournalWindow.wholeJournal()`);
  }
  if (end === 'must-be-past' && finish !== undefined && finish > nowMilliseconds) {
    problems.push(`window end ${window.exclusiveEndTime} is in the future: an export covers only what is written; `
      + 'use a moment that has passed, or leave the end out with JournalWindow.since() to export up to the moment of deployment');
  }
  return problems;
}

const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function moment(bound: 'start' | 'end', text: string | undefined, problems: string[]): number | undefined {
  if (!knownAtSynth(text)) {
    return undefined;
  }
  const milliseconds = ISO_8601.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(milliseconds)) {
    problems.push(`window ${bound} '${text}' is not a moment: use a valid Date, or ISO 8601 text with a time zone such as 2026-01-01T00:00:00Z`);
    return undefined;
  }
  return milliseconds;
}

function timestamp(date: Date): string {
  return Number.isNaN(date.getTime()) ? String(date) : date.toISOString();
}
