import { ionBool, ionInt, ionString, ionTimestampFromMillis } from '../../ion/value';
import { valuesEqual } from '../comparison';
import { elementsOf, isUnknown, nullValue } from '../partiql-value';
import { evaluationError } from '../statement-error';
import type { FunctionDefinition } from './registry';

/** Functions that take any value, and those of the transaction. */
export const collectionFunctions: Readonly<Record<string, FunctionDefinition>> = {
  COALESCE: {
    argumentsMin: 1,
    argumentsMax: Infinity,
    evaluate: (given) => given.find((value) => !isUnknown(value)) ?? nullValue,
  },
  NULLIF: {
    argumentsMin: 2,
    argumentsMax: 2,
    evaluate: ([left, right]) => {
      const same = !isUnknown(left!) && !isUnknown(right!) && valuesEqual(left!, right!);
      return same || left!.kind === 'missing' ? nullValue : left!;
    },
  },
  EXISTS: {
    argumentsMin: 1,
    argumentsMax: 1,
    evaluate: ([value]) => ionBool((elementsOf(value!)?.length ?? 0) > 0),
  },
  SIZE: {
    argumentsMin: 1,
    argumentsMax: 1,
    evaluate: ([value], _evaluation, at) => {
      if (isUnknown(value!)) return nullValue;
      const elements = elementsOf(value!);
      if (elements === undefined) throw evaluationError(`SIZE takes a collection, not ${value!.kind}`, at);
      return ionInt(elements.length);
    },
  },
  TXID: {
    argumentsMin: 0,
    argumentsMax: 0,
    evaluate: (_given, { transactionId }) => ionString(transactionId),
  },
  UTCNOW: {
    argumentsMin: 0,
    argumentsMax: 0,
    evaluate: (_given, { nowMillis }) => ionTimestampFromMillis(nowMillis),
  },
};
