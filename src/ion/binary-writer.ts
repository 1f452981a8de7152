import { ByteSink } from './byte-sink';
import { appendDescriptor, descriptorLength, fillDescriptor } from './descriptor';
import { EncodedContainer } from './encoded-container';
import { InvalidIon } from './invalid-ion';
import { MAXIMUM_DEPTH } from './limits';
import { appendScalarBody } from './scalar-body';
import { SymbolIds } from './symbol-ids';
import { isLocalSymbolTable } from './symbol-table';
import { ANNOTATED, LONG_LENGTH, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';
import type { IonList, IonSexp, IonStruct, IonValue } from './value';

const VERSION_MARKER = Uint8Array.of(0xe0, 0x01, 0x00, 0xea);

/**
 * A complete binary Ion 1.0 document of one value: version marker, a symbol table if one is needed, the value.
 * @throws InvalidIon as `encodeIonStream`
 */
export function encodeIon(value: IonValue): Uint8Array {
  return encoded([value], MAXIMUM_DEPTH);
}

/** As `encodeIon`, for a value that will stand within others. @throws InvalidIon as `encodeIon`, and for containers nested deeper than `depthMax` */
export function encodeIonWithin(depthMax: number, value: IonValue): Uint8Array {
  return encoded([value], depthMax);
}

/**
 * A binary Ion 1.0 document of any number of top-level values under one symbol table. Containers read by `readIonStream` are written from
 * their bytes, which comes to the same as decoding and encoding them, but is faster.
 * @throws InvalidIon for text that UTF-8 cannot carry, for a top-level value that readers would take for a symbol table, and for nesting too deep to be
 * read again.
 */
export function encodeIonStream(values: Iterable<IonValue>): Uint8Array {
  return encoded(values, MAXIMUM_DEPTH);
}

function encoded(values: Iterable<IonValue>, depthMax: number): Uint8Array {
  const writer = new BinaryWriter(depthMax);
  for (const value of values) {
    if (isLocalSymbolTable(value)) {
      throw new InvalidIon('A top-level struct annotated $ion_symbol_table would be read as a symbol table, not as a value');
    }
    writer.append(value);
  }
  return writer.finish();
}

/** Longest text that is written character by character: a call into the runtime costs more. */
const SHORT_TEXT_MAX = 64;
const SHORT_BLOB_MAX = 64;

/** Writing never waits for anything, so that a sink can be used again; one that a huge document made larger than this is not kept. */
const KEPT_BYTES_MAX = 4 * 2 ** 20;
let spareSink: ByteSink | undefined;

/** Writes values into one document. */
export class BinaryWriter {
  protected readonly sink = spareSink ?? new ByteSink();
  protected readonly ids = new SymbolIds();
  /** How many bytes the descriptor of the container that was written last took. */
  protected room = 1;
  /** Of the container that is being written. */
  protected depth = 0;

  constructor(private readonly depthMax: number) {
    spareSink = undefined;
    this.sink.length = 0;
  }

  /** @param room how many bytes the descriptor of a container will probably take */
  append(value: IonValue, room = 2): void {
    const { annotations } = value;
    if (annotations === undefined || annotations.length === 0) {
      this.appendBare(value, room);
      return;
    }
    const { sink } = this;
    const start = sink.length;
    sink.byte(0);
    for (const annotation of annotations) sink.varUInt(this.ids.idOf(annotation));
    sink.insertVarUInt(start + 1, sink.length - start - 1);
    this.appendBare(value, room);
    fillDescriptor(sink, start, 1, ANNOTATED);
  }

  finish(): Uint8Array {
    const { sink } = this;
    const bodyLength = sink.length;
    sink.append(VERSION_MARKER);
    this.ids.appendDeclaration(sink);
    const headLength = sink.length - bodyLength;
    const document = new Uint8Array(sink.length);
    document.set(sink.bytes.subarray(bodyLength, sink.length));
    document.set(sink.bytes.subarray(0, bodyLength), headLength);
    if (sink.bytes.length <= KEPT_BYTES_MAX) spareSink = sink;
    return document;
  }

  private appendBare(value: IonValue, room: number): void {
    const { sink } = this;
    switch (value.kind) {
      case 'null':
        sink.byte((TYPE_CODE[value.nullOf] << 4) | NULL_LENGTH);
        break;
      case 'bool':
        sink.byte((TYPE_CODE.bool << 4) | (value.value ? 1 : 0));
        break;
      case 'string':
        this.appendString(value.value);
        break;
      case 'clob':
      case 'blob':
        appendDescriptor(sink, TYPE_CODE[value.kind], value.value.length);
        if (value.value.length <= SHORT_BLOB_MAX) sink.piece(value.value);
        else sink.append(value.value);
        break;
      case 'symbol': {
        const start = sink.length;
        sink.byte(0); // Room for the descriptor, whose length is not known yet.
        sink.uInt(this.ids.idOf(value.value));
        fillDescriptor(sink, start, 1, TYPE_CODE.symbol);
        break;
      }
      case 'list':
      case 'sexp':
      case 'struct':
        if (value instanceof EncodedContainer) value.encode(sink, this.ids, this.depth, this.depthMax);
        else this.appendContainer(value, room);
        break;
      default: {
        const start = sink.length;
        sink.byte(0);
        appendScalarBody(sink, value);
        fillDescriptor(sink, start, 1, value.kind === 'int' && value.value < 0n ? NEGATIVE_INT : TYPE_CODE[value.kind]);
      }
    }
  }

  private appendContainer(value: IonList | IonSexp | IonStruct, room: number): void {
    const { sink, ids } = this;
    if (this.depth >= this.depthMax) throw new InvalidIon(`Containers are nested deeper than ${this.depthMax}`);
    this.depth++;
    const start = sink.length;
    sink.reserve(room);
    sink.length += room;
    if (value.kind === 'struct') {
      for (const [name, field] of value.fields) {
        const symbol = ids.symbolOf(name);
        sink.varUInt(ids.idOfKnown(symbol));
        this.append(field, symbol.valueRoom);
        symbol.valueRoom = this.room;
      }
    } else {
      for (const item of value.items) this.append(item, this.room);
    }
    this.depth--;
    this.room = descriptorLength(sink.length - start - room);
    fillDescriptor(sink, start, room, TYPE_CODE[value.kind]);
  }

  protected appendString(text: string): void {
    const { sink } = this;
    const { length } = text;
    const start = sink.length;
    if (length <= SHORT_TEXT_MAX) {
      sink.reserve(length + 2);
      const { bytes } = sink;
      let at = start;
      if (length < LONG_LENGTH) {
        bytes[at++] = (TYPE_CODE.string << 4) | length;
      } else {
        bytes[at++] = (TYPE_CODE.string << 4) | LONG_LENGTH;
        bytes[at++] = length | 0x80;
      }
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code > 0x7f) break;
        bytes[at++] = code;
      }
      if (index === length) {
        sink.length = at;
        return;
      }
    }
    const room = descriptorLength(length);
    sink.reserve(room);
    sink.length = start + room;
    sink.utf8(text);
    fillDescriptor(sink, start, room, TYPE_CODE.string);
  }
}
