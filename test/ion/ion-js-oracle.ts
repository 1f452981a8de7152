import { makeHashReader, cryptoHasherProvider } from 'ion-hash-js';
import {
  Decimal, IonTypes, makeBinaryWriter, makeReader, makeTextWriter, Reader, Timestamp, Writer,
} from 'ion-js';
import { IonKind, IonTimestamp, IonValue, parseIon, printIon } from '../../src/ion';

const TYPES = {
  null: IonTypes.NULL,
  bool: IonTypes.BOOL,
  int: IonTypes.INT,
  float: IonTypes.FLOAT,
  decimal: IonTypes.DECIMAL,
  timestamp: IonTypes.TIMESTAMP,
  symbol: IonTypes.SYMBOL,
  string: IonTypes.STRING,
  clob: IonTypes.CLOB,
  blob: IonTypes.BLOB,
  list: IonTypes.LIST,
  sexp: IonTypes.SEXP,
  struct: IonTypes.STRUCT,
} as const;

export const binaryByIonJs = (value: IonValue): Uint8Array => writtenBy(makeBinaryWriter(), value);
export const textByIonJs = (value: IonValue): string => Buffer.from(writtenBy(makeTextWriter(), value)).toString('utf8');

export function readByIonJs(source: Uint8Array | string): IonValue[] {
  const reader = makeReader(source);
  const values: IonValue[] = [];
  while (reader.next() !== null) values.push(read(reader));
  return values;
}

export function hashByIonHashJs(value: IonValue): Uint8Array {
  const reader = makeHashReader(makeReader(binaryByIonJs(value)), cryptoHasherProvider('sha256'));
  reader.next();
  reader.next();
  return new Uint8Array(reader.digest());
}

/** ion-js prints operators inside an s-expression unquoted even where they then read as an annotation's end or a comment. */
export function ionJsPrints(value: IonValue): boolean {
  if (value.kind === 'list') return value.items.every(ionJsPrints);
  if (value.kind === 'struct') return value.fields.every(([, field]) => ionJsPrints(field));
  if (value.kind !== 'sexp') return true;
  return value.items.every((item) => {
    const symbols = [...item.annotations ?? [], ...(item.kind === 'symbol' ? [item.value] : [])];
    return ionJsPrints(item) && !symbols.some((symbol) => /^[!#%&*+\-./;<=>?@^`|~]+$/.test(symbol));
  });
}

/** ion-js rounds a second to milliseconds on the way to its date, and may land in the next minute. */
export function ionJsKeeps(value: IonValue): boolean {
  switch (value.kind) {
    case 'timestamp': return ionJsKeepsTimestamp(value);
    case 'list':
    case 'sexp': return value.items.every(ionJsKeeps);
    case 'struct': return value.fields.every(([, field]) => ionJsKeeps(field));
    default: return true;
  }
}

function ionJsKeepsTimestamp({ year, fraction }: IonTimestamp): boolean {
  return year >= 1600 && (fraction === undefined || fraction.scale <= 3);
}

function writtenBy(writer: Writer, value: IonValue): Uint8Array {
  write(writer, value);
  writer.close();
  return writer.getBytes();
}

function write(writer: Writer, value: IonValue): void {
  writer.setAnnotations([...value.annotations ?? []]);
  switch (value.kind) {
    case 'null': return writer.writeNull(TYPES[value.nullOf]);
    case 'bool': return writer.writeBoolean(value.value);
    case 'int': return writer.writeInt(value.value);
    case 'float': return writer.writeFloat64(value.value);
    case 'decimal': {
      const negative = value.coefficient < 0n || value.negativeZero === true;
      return writer.writeDecimal(new Decimal(value.coefficient, value.exponent, negative));
    }
    case 'timestamp': return writer.writeTimestamp(Timestamp.parse(printIon({ ...value, annotations: [] })));
    case 'symbol': return writer.writeSymbol(value.value);
    case 'string': return writer.writeString(value.value);
    case 'clob': return writer.writeClob(value.value);
    case 'blob': return writer.writeBlob(value.value);
    case 'list':
    case 'sexp':
      writer.stepIn(TYPES[value.kind]);
      for (const item of value.items) write(writer, item);
      return writer.stepOut();
    case 'struct':
      writer.stepIn(IonTypes.STRUCT);
      for (const [name, field] of value.fields) {
        writer.writeFieldName(name);
        write(writer, field);
      }
      return writer.stepOut();
  }
}

function read(reader: Reader): IonValue {
  const annotations = reader.annotations();
  const value = readBare(reader);
  return annotations.length === 0 ? value : { ...value, annotations: [...annotations] };
}

function readBare(reader: Reader): IonValue {
  const kind = reader.type()!.name as IonKind;
  if (reader.isNull()) return { kind: 'null', nullOf: kind };
  switch (kind) {
    case 'bool': return { kind, value: reader.booleanValue()! };
    case 'int': return { kind, value: reader.bigIntValue()! };
    case 'float': return { kind, value: reader.numberValue()! };
    case 'decimal': {
      const decimal = reader.decimalValue()!;
      const coefficient = decimal.getCoefficient();
      const negativeZero = coefficient === 0n && decimal.isNegative();
      return { kind, coefficient, exponent: decimal.getExponent(), ...(negativeZero && { negativeZero }) };
    }
    case 'timestamp': return parseIon(reader.timestampValue()!.toString());
    case 'symbol':
    case 'string': return { kind, value: reader.stringValue()! };
    case 'clob':
    case 'blob': return { kind, value: new Uint8Array(reader.uInt8ArrayValue()!) };
    case 'list':
    case 'sexp': {
      const items: IonValue[] = [];
      reader.stepIn();
      while (reader.next() !== null) items.push(read(reader));
      reader.stepOut();
      return { kind, items };
    }
    case 'struct': {
      const fields: (readonly [string, IonValue])[] = [];
      reader.stepIn();
      while (reader.next() !== null) fields.push([reader.fieldName()!, read(reader)]);
      reader.stepOut();
      return { kind, fields };
    }
    default: throw new Error(`ion-js read a ${kind} that is not null`);
  }
}
