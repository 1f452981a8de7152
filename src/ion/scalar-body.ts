import { ByteSink } from './byte-sink';
import { shiftMinutes } from './calendar';
import type { IonBlob, IonClob, IonDecimal, IonFloat, IonInt, IonString, IonTimestamp } from './value';

/** Scalars whose binary form is a type descriptor and a body; nulls, bools and symbols are told otherwise. */
export type BodiedScalar = IonInt | IonFloat | IonDecimal | IonTimestamp | IonString | IonClob | IonBlob;

/** Appends the canonical body: the one that Ion Hash prescribes, and that every reader understands. */
export function appendScalarBody(sink: ByteSink, value: BodiedScalar): void {
  switch (value.kind) {
    case 'int': return sink.magnitude(value.value);
    case 'float': return appendFloat(sink, value.value);
    case 'decimal': return appendDecimal(sink, value);
    case 'timestamp': return appendTimestamp(sink, value);
    case 'string': return sink.utf8(value.value);
    case 'clob':
    case 'blob': return sink.append(value.value);
  }
}

function appendFloat(sink: ByteSink, value: number): void {
  if (Object.is(value, 0)) return;
  sink.reserve(8);
  if (Number.isNaN(value)) {
    // One quiet NaN, whatever payload the runtime happens to carry.
    sink.bytes.writeUInt32BE(0x7ff80000, sink.length);
    sink.bytes.writeUInt32BE(0, sink.length + 4);
  } else {
    sink.bytes.writeDoubleBE(value, sink.length);
  }
  sink.length += 8;
}

function appendDecimal(sink: ByteSink, value: IonDecimal): void {
  const negative = value.coefficient < 0n || (value.coefficient === 0n && value.negativeZero === true);
  if (value.coefficient === 0n && value.exponent === 0 && !negative) return;
  sink.varInt(value.exponent + 0);
  sink.signedInt(value.coefficient, negative);
}

function appendTimestamp(sink: ByteSink, value: IonTimestamp): void {
  const { precision, offsetMinutes } = value;
  const hasTime = precision === 'minute' || precision === 'second';
  const utc = hasTime && offsetMinutes ? shiftMinutes(value, -offsetMinutes) : value;
  sink.varInt(hasTime && offsetMinutes !== undefined ? offsetMinutes + 0 : -0);
  sink.varUInt(utc.year);
  if (precision === 'year') return;
  sink.varUInt(utc.month ?? 1);
  if (precision === 'month') return;
  sink.varUInt(utc.day ?? 1);
  if (precision === 'day') return;
  sink.varUInt(utc.hour ?? 0);
  sink.varUInt(utc.minute ?? 0);
  if (precision === 'minute') return;
  sink.varUInt(value.second ?? 0);
  if (value.fraction === undefined || value.fraction.scale === 0) return;
  sink.varInt(-value.fraction.scale);
  sink.signedInt(value.fraction.digits, false);
}
