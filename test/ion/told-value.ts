import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { ionBlob, ionInt, ionList, ionString, ionStruct, ionTimestampFromMillis, type Fields, type FieldSink, type IonValue } from '../../src/ion';

/** A value, and how a sink is told of it. */
export interface Told {
  readonly value: IonValue;
  readonly tell: (sink: FieldSink, name?: string) => void;
}

const scalars = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }).map((text): Told => ({ value: ionString(text), tell: (sink, name) => sink.string(text, name) })),
  fc.constantFrom('a', 'b', 'name').map((text): Told => ({
    value: ionString(text), tell: (sink, name) => name === undefined ? sink.string(text) : sink.repeated(text, name),
  })),
  fc.uint8Array({ maxLength: 200 }).map((bytes): Told => ({ value: ionBlob(bytes), tell: (sink, name) => sink.blob(bytes, name) })),
  fc.maxSafeNat().map((count): Told => ({ value: ionInt(count), tell: (sink, name) => sink.int(count, name) })),
  fc.nat(4e12).map((millis): Told => ({ value: ionTimestampFromMillis(millis), tell: (sink, name) => sink.millis(millis, name) })),
  arbitraryIon().map((value): Told => ({ value, tell: (sink, name) => sink.value(value, name) })),
);

export const { struct: arbitraryTold } = fc.letrec<{ struct: Told; list: Told; any: Told }>(tie => ({
  any: fc.oneof({ depthSize: 'small' }, scalars, tie('struct'), tie('list')),
  struct: fc.dictionary(fc.string({ maxLength: 40 }), tie('any'), { maxKeys: 8 }).map((members): Told => ({
    value: ionStruct(Object.fromEntries(Object.entries(members).map(([name, { value }]) => [name, value]))),
    tell(sink, name) {
      sink.beginStruct(name);
      for (const [field, { tell }] of Object.entries(members)) tell(sink, field);
      sink.endStruct();
    },
  })),
  list: fc.array(tie('any'), { maxLength: 8 }).map((items): Told => ({
    value: ionList(items.map(({ value }) => value)),
    tell(sink, name) {
      sink.beginList(name);
      for (const { tell } of items) tell(sink);
      sink.endList();
    },
  })),
}));

export const fieldsOf = ({ tell }: Told): Fields => sink => tell(sink);
