import { ByteSink } from './byte-sink';
import { fillDescriptor } from './descriptor';
import { EncodedContainer } from './encoded-container';
import { InvalidIon } from './invalid-ion';
import { appendScalarBody } from './scalar-body';
import { SymbolIds } from './symbol-ids';
import { isLocalSymbolTable } from './symbol-table';
import { ANNOTATED, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';
import { ionList, ionString, IonValue } from './value';

const VERSION_MARKER = Uint8Array.of(0xe0, 0x01, 0x00, 0xea);

/** A complete binary Ion 1.0 document of one value: version marker, a symbol table if one is needed, the value. */
export function encodeIon(value: IonValue): Uint8Array {
  return encodeIonStream([value]);
}

/**
 * A binary Ion 1.0 document of any number of top-level values under one symbol table. Containers read by `readIonStream` are written from
 * their bytes, which comes to the same as decoding and encoding them, but is faster.
 * @throws InvalidIon for text that UTF-8 cannot carry and for a top-level value that readers would take for a symbol table.
 */
export function encodeIonStream(values: Iterable<IonValue>): Uint8Array {
  const writer = new BinaryWriter();
  for (const value of values) {
    if (isLocalSymbolTable(value)) {
      throw new InvalidIon('A top-level struct annotated $ion_symbol_table would be read as a symbol table, not as a value');
    }
    writer.append(value);
  }
  return writer.finish();
}

class BinaryWriter {
  private readonly sink = new ByteSink();
  private readonly ids = new SymbolIds();

  append(value: IonValue): void {
    const { annotations } = value;
    if (annotations === undefined || annotations.length === 0) {
      this.appendBare(value);
      return;
    }
    const { sink } = this;
    const start = sink.length;
    sink.byte(0);
    for (const annotation of annotations) sink.varUInt(this.ids.idOf(annotation));
    sink.insertVarUInt(start + 1, sink.length - start - 1);
    this.appendBare(value);
    fillDescriptor(sink, start, 1, ANNOTATED);
  }

  finish(): Uint8Array {
    const { declared } = this.ids;
    const body = this.sink.bytes.subarray(0, this.sink.length);
    if (declared.length === 0) return concatenate(VERSION_MARKER, body);
    const table = new BinaryWriter();
    table.append({ kind: 'struct', annotations: ['$ion_symbol_table'], fields: [['symbols', ionList(declared.map(ionString))]] });
    return concatenate(VERSION_MARKER, table.sink.bytes.subarray(0, table.sink.length), body);
  }

  private appendBare(value: IonValue): void {
    const { sink } = this;
    if (value instanceof EncodedContainer) {
      value.encode(sink, this.ids);
      return;
    }
    const start = sink.length;
    switch (value.kind) {
      case 'null':
        sink.byte((TYPE_CODE[value.nullOf] << 4) | NULL_LENGTH);
        return;
      case 'bool':
        sink.byte((TYPE_CODE.bool << 4) | (value.value ? 1 : 0));
        return;
    }
    sink.byte(0); // Room for the descriptor, whose length is not known yet.
    switch (value.kind) {
      case 'symbol':
        sink.uInt(this.ids.idOf(value.value));
        break;
      case 'list':
      case 'sexp':
        for (const item of value.items) this.append(item);
        break;
      case 'struct':
        for (const [name, field] of value.fields) {
          sink.varUInt(this.ids.idOf(name));
          this.append(field);
        }
        break;
      default:
        appendScalarBody(sink, value);
    }
    fillDescriptor(sink, start, 1, value.kind === 'int' && value.value < 0n ? NEGATIVE_INT : TYPE_CODE[value.kind]);
  }
}

function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
