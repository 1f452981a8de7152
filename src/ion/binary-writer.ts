import { ByteSink } from './byte-sink';
import { InvalidIon } from './invalid-ion';
import { appendScalarBody } from './scalar-body';
import { isLocalSymbolTable, SYSTEM_SYMBOLS } from './symbol-table';
import { ANNOTATED, LONG_LENGTH, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';
import { ionList, ionString, IonValue } from './value';

const VERSION_MARKER = Uint8Array.of(0xe0, 0x01, 0x00, 0xea);

/** A complete binary Ion 1.0 document of one value: version marker, a symbol table if one is needed, the value. */
export function encodeIon(value: IonValue): Uint8Array {
  return encodeIonStream([value]);
}

/**
 * A binary Ion 1.0 document of any number of top-level values under one symbol table.
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

const SYSTEM_IDS: ReadonlyMap<string, number> = new Map(SYSTEM_SYMBOLS.map((text, index) => [text, index + 1]));

class BinaryWriter {
  private readonly sink = new ByteSink();
  /** Of the symbols that the document declares. */
  private readonly symbolIds = new Map<string, number>();

  append(value: IonValue): void {
    const { annotations } = value;
    if (annotations === undefined || annotations.length === 0) {
      this.appendBare(value);
      return;
    }
    const { sink } = this;
    const start = sink.length;
    sink.byte(0);
    for (const annotation of annotations) sink.varUInt(this.symbolId(annotation));
    sink.insertVarUInt(start + 1, sink.length - start - 1);
    this.appendBare(value);
    this.fillDescriptor(start, ANNOTATED);
  }

  finish(): Uint8Array {
    const declared = [...this.symbolIds.keys()];
    const body = this.sink.bytes.subarray(0, this.sink.length);
    if (declared.length === 0) return concatenate(VERSION_MARKER, body);
    const table = new BinaryWriter();
    table.append({ kind: 'struct', annotations: ['$ion_symbol_table'], fields: [['symbols', ionList(declared.map(ionString))]] });
    return concatenate(VERSION_MARKER, table.sink.bytes.subarray(0, table.sink.length), body);
  }

  private appendBare(value: IonValue): void {
    const { sink } = this;
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
        sink.uInt(this.symbolId(value.value));
        break;
      case 'list':
      case 'sexp':
        for (const item of value.items) this.append(item);
        break;
      case 'struct':
        for (const [name, field] of value.fields) {
          sink.varUInt(this.symbolId(name));
          this.append(field);
        }
        break;
      default:
        appendScalarBody(sink, value);
    }
    this.fillDescriptor(start, value.kind === 'int' && value.value < 0n ? NEGATIVE_INT : TYPE_CODE[value.kind]);
  }

  /** Type and length of the body that follows the byte at `start`; long bodies move up to make room for their length. */
  private fillDescriptor(start: number, typeCode: number): void {
    const { sink } = this;
    const length = sink.length - start - 1;
    if (length < LONG_LENGTH) {
      sink.bytes[start] = (typeCode << 4) | length;
      return;
    }
    sink.bytes[start] = (typeCode << 4) | LONG_LENGTH;
    sink.insertVarUInt(start + 1, length);
  }

  private symbolId(text: string): number {
    const known = this.symbolIds.get(text) ?? SYSTEM_IDS.get(text);
    if (known !== undefined) return known;
    const id = SYSTEM_SYMBOLS.length + this.symbolIds.size + 1;
    this.symbolIds.set(text, id);
    return id;
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
