import { limits } from './limits';
import type { PartiqlValue } from './partiql-value';
import { evaluationError } from './statement-error';
import { sizeOf } from './value-size';
import type { IonValue } from '../ion/value';

/** Bytes that are copied, compared or searched for one step of work. */
const BYTES_PER_STEP = 16;
/** What `sizeOf` says of numbers in whose digits nobody need invest. */
const SMALL_NUMBER_BYTES = 8;

/**
 * How many steps a statement may still take: evaluations of an expression, rows of literal and nested collections, and bytes of large values.
 * A statement starts with enough for any that reads nothing. Each document that it reads, which the life of a transaction bounds, adds some.
 */
export class WorkBudget {
  private left: number = limits.workMax;
  private spentInAll = 0;
  private newest: IonValue | undefined;

  /** Steps taken so far. */
  get spent(): number {
    return this.spentInAll;
  }

  spend(steps = 1): void {
    if (this.left < steps) this.earnForSize();
    if (this.left < steps) {
      throw evaluationError('the statement takes too much work for what it reads; use fewer or smaller literals, nested collections and conditions');
    }
    this.left -= steps;
    this.spentInAll += steps;
  }

  /** Steps for work that grows with so many bytes or characters. */
  spendOnBytes(bytes: number): void {
    if (bytes >= BYTES_PER_STEP) this.spend(Math.floor(bytes / BYTES_PER_STEP));
  }

  /** Steps for reading values whole. Digits of large numbers cost more: they are converted from base to base. */
  spendOnValues(...values: readonly PartiqlValue[]): void {
    for (const value of values) {
      const size = sizeOf(value);
      this.spendOnBytes(value.kind === 'int' || value.kind === 'decimal' ? (size - SMALL_NUMBER_BYTES) * BYTES_PER_STEP : size);
    }
  }

  /** A document was read. */
  earn(document: IonValue): void {
    this.left = Math.min(this.left + limits.workPerDocument, limits.workSavedMax);
    this.newest = document;
  }

  /** The size of a document matters for few statements, and is measured for those alone. */
  private earnForSize(): void {
    if (this.newest === undefined) return;
    this.left = Math.min(this.left + limits.workPerDocumentByte * sizeOf(this.newest), limits.workSavedMax);
    this.newest = undefined;
  }
}
