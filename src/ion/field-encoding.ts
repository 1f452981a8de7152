import { readIon } from './binary-reader';
import { BinaryWriter, encodeIon } from './binary-writer';
import { appendDescriptor, descriptorLength, fillDescriptor } from './descriptor';
import { EncodedStruct } from './encoded-container';
import type { Fields, FieldSink } from './field-sink';
import { MAXIMUM_DEPTH } from './limits';
import { appendMillisBody } from './millis-body';
import type { KnownSymbol } from './symbol-ids';
import { SYSTEM_SYMBOLS } from './symbol-table';
import { TYPE_CODE } from './type-code';
import type { IonStruct, IonValue } from './value';

/**
 * A binary Ion 1.0 document of the struct that the fields make.
 * @param leading a struct among them: the document declares its symbols first, in the order in which `encodeIon` declares them, so that it can be
 * copied as it is if it is a document of its own, and with it all others that were written under the same symbols
 * @throws InvalidIon as `encodeIon`
 */
export function encodeFields(fields: Fields, leading?: IonStruct): Uint8Array {
  const writer = new FieldWriter(leading && (isDocument(leading) ? leading : readIon(encodeIon(leading))));
  fields(writer);
  return writer.finish();
}

/** Whether it is all that there is in the bytes in which it lies. */
const isDocument = (struct: IonStruct): struct is EncodedStruct =>
  struct instanceof EncodedStruct && struct.annotations === undefined && struct.depth === 0 && struct.end === struct.document.length;

class FieldWriter extends BinaryWriter implements FieldSink {
  private readonly starts: number[] = [];
  private readonly rooms: number[] = [];
  private readonly symbols: (KnownSymbol | undefined)[] = [];
  private readonly adopted?: EncodedStruct;

  constructor(leading: IonValue | undefined) {
    super(MAXIMUM_DEPTH);
    if (leading instanceof EncodedStruct && this.adopts(leading)) this.adopted = leading;
  }

  beginStruct(name?: string): void {
    this.begin(name);
  }

  endStruct(): void {
    this.end(TYPE_CODE.struct);
  }

  beginList(name?: string): void {
    this.begin(name);
  }

  endList(): void {
    this.end(TYPE_CODE.list);
  }

  string(text: string, name?: string): void {
    this.name(name);
    this.appendString(text);
  }

  repeated(text: string, name: string): void {
    this.string(text, name);
  }

  blob(bytes: Uint8Array, name?: string): void {
    this.name(name);
    appendDescriptor(this.sink, TYPE_CODE.blob, bytes.length);
    this.sink.piece(bytes);
  }

  int(value: number, name?: string): void {
    this.name(name);
    const { sink } = this;
    const start = sink.length;
    sink.byte(0);
    sink.count(value);
    fillDescriptor(sink, start, 1, TYPE_CODE.int);
  }

  millis(epochMillis: number, name?: string): void {
    this.name(name);
    const { sink } = this;
    const start = sink.length;
    sink.byte(0);
    // Never so long that its length would not fit into the descriptor. Writing it may replace the buffer.
    const length = appendMillisBody(sink, epochMillis);
    sink.bytes[start] = (TYPE_CODE.timestamp << 4) | length;
  }

  value(value: IonValue, name?: string): void {
    this.name(name);
    if (this.isAdopted(value)) this.sink.append(value.document.subarray(value.start, value.end));
    else this.append(value);
  }

  /** Gives the struct's symbols the ids that they have there. */
  private adopts({ symbols, symbolCount }: EncodedStruct): boolean {
    for (let id = SYSTEM_SYMBOLS.length + 1; id < symbolCount; id++) {
      const text = symbols[id];
      if (text === undefined || this.ids.idOf(text) !== id) return false;
    }
    return true;
  }

  private isAdopted(value: IonValue): value is EncodedStruct {
    const { adopted } = this;
    return adopted !== undefined && value.kind === 'struct' && isDocument(value) && value.symbols === adopted.symbols
      && value.symbolCount === adopted.symbolCount;
  }

  private name(name: string | undefined): KnownSymbol | undefined {
    if (name === undefined) return undefined;
    const symbol = this.ids.symbolOf(name);
    this.sink.varUInt(this.ids.idOfKnown(symbol));
    return symbol;
  }

  private begin(name: string | undefined): void {
    const symbol = this.name(name);
    const room = symbol?.valueRoom ?? this.room;
    this.symbols.push(symbol);
    this.starts.push(this.sink.length);
    this.rooms.push(room);
    this.sink.reserve(room);
    this.sink.length += room;
    this.depth++;
  }

  private end(typeCode: number): void {
    const { sink } = this;
    const start = this.starts.pop()!;
    const room = this.rooms.pop()!;
    const symbol = this.symbols.pop();
    this.depth--;
    this.room = descriptorLength(sink.length - start - room);
    if (symbol) symbol.valueRoom = this.room;
    fillDescriptor(sink, start, room, typeCode);
  }
}
