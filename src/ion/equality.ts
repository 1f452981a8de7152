import { hashIon } from './hash';
import type { IonDecimal, IonStruct, IonTimestamp, IonValue } from './value';

/**
 * Strict equivalence in Ion's data model: types, annotations, precision and signs of zero count; the order of struct fields does not.
 * Two values are equivalent exactly if a reader could not tell them apart, which is also when their Ion hashes agree.
 */
export function ionEquals(one: IonValue, other: IonValue): boolean {
  if (one === other) return true;
  if (one.kind !== other.kind || !sameItems(one.annotations ?? [], other.annotations ?? [], Object.is)) return false;
  switch (one.kind) {
    case 'null': return one.nullOf === (other as typeof one).nullOf;
    case 'bool':
    case 'int':
    case 'float':
    case 'symbol':
    case 'string': return Object.is(one.value, (other as typeof one).value);
    case 'decimal': return sameDecimal(one, other as IonDecimal);
    case 'timestamp': return sameTimestamp(one, other as IonTimestamp);
    case 'clob':
    case 'blob': return Buffer.compare(one.value, (other as typeof one).value) === 0;
    case 'list':
    case 'sexp': return sameItems(one.items, (other as typeof one).items, ionEquals);
    case 'struct': return sameFields(one, other as IonStruct);
  }
}

function sameItems<T>(one: readonly T[], other: readonly T[], same: (one: T, other: T) => boolean): boolean {
  return one.length === other.length && one.every((item, index) => same(item, other[index]!));
}

function sameDecimal(one: IonDecimal, other: IonDecimal): boolean {
  const sameZero = one.coefficient !== 0n || (one.negativeZero === true) === (other.negativeZero === true);
  return one.coefficient === other.coefficient && one.exponent === other.exponent && sameZero;
}

function sameTimestamp(one: IonTimestamp, other: IonTimestamp): boolean {
  return one.precision === other.precision
    && one.year === other.year
    && one.month === other.month
    && one.day === other.day
    && one.hour === other.hour
    && one.minute === other.minute
    && one.second === other.second
    && one.offsetMinutes === other.offsetMinutes
    && (one.fraction?.scale ?? 0) === (other.fraction?.scale ?? 0)
    && (one.fraction?.digits ?? 0n) === (other.fraction?.digits ?? 0n);
}

function sameFields(one: IonStruct, other: IonStruct): boolean {
  if (one.fields.length !== other.fields.length) return false;
  const others = new Map(other.fields);
  // Repeated fields may come in any order; the hash sorts that out without comparing each with each.
  if (others.size !== other.fields.length) return Buffer.compare(hashIon(one), hashIon(other)) === 0;
  const names = new Set<string>();
  return one.fields.every(([name, value]) => {
    const counterpart = others.get(name);
    if (counterpart === undefined || names.has(name)) return false;
    names.add(name);
    return ionEquals(value, counterpart);
  });
}
