import type { ByteSink } from './byte-sink';
import type { DigestSink } from './digest-sink';
import type { SymbolIds } from './symbol-ids';
import type { SymbolTable } from './symbol-table';
import type { PrintFormat, TextSink } from './text-sink';
import { fieldOf, type IonField, type IonList, type IonSexp, type IonStruct, type IonValue } from './value';

/** Reads containers that lie in binary Ion, once they are asked for their content. */
export interface ContainerReader {
  readonly document: Buffer;
  fieldsOf(container: EncodedContainer): readonly IonField[];
  itemsOf(container: EncodedContainer): readonly IonValue[];
  /** The serialization for Ion Hash of the container without its annotations. */
  appendHashSerialization(container: EncodedContainer, sink: DigestSink): void;
  print(container: EncodedContainer, sink: TextSink, format: PrintFormat): void;
  /** Its binary form without its annotations, under the given symbols, at a depth of what is written. */
  encode(container: EncodedContainer, sink: ByteSink, ids: SymbolIds, depth: number, depthMax: number): void;
  /** The first field of that name; all others are left undecoded. */
  fieldOf(container: EncodedContainer, name: string): IonValue | undefined;
  /** The serialization for Ion Hash of one value within it, of which the descriptor stands at an offset of the document. */
  appendValueAt(at: number, depth: number, container: EncodedContainer, sink: DigestSink): void;
}

/** A container of which only the place in its document is known. */
export class EncodedContainer {
  annotations?: readonly string[];

  /** `start` is where the descriptor stands, `bodyStart` where its content begins; the last two say what symbols it was written with. */
  constructor(
    protected readonly reader: ContainerReader,
    readonly typeCode: number,
    readonly start: number,
    readonly bodyStart: number,
    readonly end: number,
    readonly depth: number,
    readonly symbols: SymbolTable,
    readonly symbolCount: number,
  ) {}

  /** To be called only by who made the container. */
  annotatedWith(annotations: readonly string[]): this {
    this.annotations = annotations;
    return this;
  }

  /** The bytes in which it lies. */
  get document(): Buffer {
    return this.reader.document;
  }

  appendHashSerialization(sink: DigestSink): void {
    this.reader.appendHashSerialization(this, sink);
  }

  /** Prints it without its annotations. */
  print(sink: TextSink, format: PrintFormat): void {
    this.reader.print(this, sink, format);
  }

  /** Encodes it without its annotations, at a depth of what is written. */
  encode(sink: ByteSink, ids: SymbolIds, depth: number, depthMax: number): void {
    this.reader.encode(this, sink, ids, depth, depthMax);
  }

  appendValueAt(at: number, depth: number, sink: DigestSink): void {
    this.reader.appendValueAt(at, depth, this, sink);
  }
}

export class EncodedStruct extends EncodedContainer implements IonStruct {
  readonly kind = 'struct';
  private decoded?: readonly IonField[];

  get fields(): readonly IonField[] {
    return this.decoded ??= this.reader.fieldsOf(this);
  }

  field(name: string): IonValue | undefined {
    return this.decoded === undefined ? this.reader.fieldOf(this, name) : fieldOf(this, name);
  }
}

/** As `fieldOf`, but of a struct read by `readIonStream` no other field is decoded, nor found to be malformed. */
export function peekField(struct: IonStruct, name: string): IonValue | undefined {
  return struct instanceof EncodedStruct ? struct.field(name) : fieldOf(struct, name);
}

export class EncodedList extends EncodedContainer implements IonList {
  readonly kind = 'list';
  private decoded?: readonly IonValue[];

  get items(): readonly IonValue[] {
    return this.decoded ??= this.reader.itemsOf(this);
  }
}

export class EncodedSexp extends EncodedContainer implements IonSexp {
  readonly kind = 'sexp';
  private decoded?: readonly IonValue[];

  get items(): readonly IonValue[] {
    return this.decoded ??= this.reader.itemsOf(this);
  }
}
