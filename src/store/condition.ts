import { Condition } from './store';

/** Whether `condition` holds for an item of the given ordinal; `undefined` says that there is no item. */
export function holds(condition: Condition | undefined, ordinal: number | undefined): boolean {
  if (condition === undefined) {
    return true;
  }
  if ('absent' in condition) {
    return ordinal === undefined;
  }
  if ('ordinal' in condition) {
    return ordinal === condition.ordinal;
  }
  return ordinal === undefined || ordinal < condition.ordinalBelow;
}
