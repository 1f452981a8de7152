import { calculate, isNumber } from './arithmetic';
import { compareValues } from './comparison';
import { evaluateExpression } from './evaluate-expression';
import { isUnknown, nullValue, toIon, type PartiqlValue } from './partiql-value';
import type { Evaluation, Scope } from './scope';
import { evaluationError } from './statement-error';
import type { Aggregate } from './syntax-tree';
import { ionDecimal, ionInt, type IonValue } from '../ion/value';

/** The running results of the aggregates of one query. */
export class Aggregation {
  private readonly rowCounts = new Map<Aggregate, number>();
  private readonly values = new Map<Aggregate, IonValue>();

  constructor(private readonly aggregates: readonly Aggregate[], private readonly evaluation: Evaluation) {}

  add(scope: Scope): void {
    for (const aggregate of this.aggregates) {
      const value = aggregate.argument === undefined ? undefined : evaluateExpression(aggregate.argument, scope, this.evaluation);
      if (value !== undefined && isUnknown(value)) continue;
      this.rowCounts.set(aggregate, this.rowCount(aggregate) + 1);
      if (value !== undefined) this.fold(aggregate, value);
    }
  }

  /** The evaluation in which the select list finds its aggregates done. */
  finished(): Evaluation {
    return { ...this.evaluation, aggregates: new Map(this.aggregates.map((aggregate) => [aggregate, this.resultOf(aggregate)])) };
  }

  private rowCount(aggregate: Aggregate): number {
    return this.rowCounts.get(aggregate) ?? 0;
  }

  private fold(aggregate: Aggregate, value: PartiqlValue): void {
    const { name, at } = aggregate;
    if (name === 'COUNT') return;
    if ((name === 'SUM' || name === 'AVG') && !isNumber(value)) throw evaluationError(`${name} takes numbers, not ${value.kind}`, at);
    const previous = this.values.get(aggregate);
    const current = toIon(value) ?? nullValue;
    if (previous !== undefined) this.evaluation.budget.spendOnValues(previous, current);
    if (previous === undefined) this.values.set(aggregate, current);
    else if (name === 'SUM' || name === 'AVG') this.values.set(aggregate, calculate('+', previous, current, at));
    else if (compareValues(current, previous) * (name === 'MIN' ? 1 : -1) < 0) this.values.set(aggregate, current);
  }

  private resultOf(aggregate: Aggregate): PartiqlValue {
    if (aggregate.name === 'COUNT') return ionInt(this.rowCount(aggregate));
    const value = this.values.get(aggregate);
    if (value === undefined) return nullValue;
    // A decimal divisor keeps the average of ints from being cut to an int.
    return aggregate.name === 'AVG' ? calculate('/', value, ionDecimal(BigInt(this.rowCount(aggregate)), 0), aggregate.at) : value;
  }
}
