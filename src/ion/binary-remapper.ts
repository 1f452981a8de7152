import { isUtf8 } from 'node:buffer';
import { BinaryCursor, PADDING } from './binary-cursor';
import { type ByteSink, varUIntLength } from './byte-sink';
import { isCanonicalDecimal, isCanonicalFloat, isCanonicalTimestamp } from './canonical-body';
import { descriptorLength, fillDescriptor } from './descriptor';
import type { EncodedContainer } from './encoded-container';
import { appendScalarBody, type BodiedScalar } from './scalar-body';
import type { SymbolIds } from './symbol-ids';
import { ANNOTATED, LONG_LENGTH, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';

/**
 * Writes containers in binary Ion under another symbol table without making values of them. Bytes are copied as they are, in runs as long as
 * possible; between the runs stand symbol ids that have changed, lengths that changed with them, and what was not in canonical form. So what comes out
 * is what encoding the values would give. Refuses what decoding refuses.
 */
export class BinaryRemapper extends BinaryCursor {
  private sink!: ByteSink;
  private ids!: SymbolIds;
  /** Everything before has been written. */
  private written = 0;

  constructor(source: Uint8Array, paddingRefused: boolean) {
    super(source);
    this.paddingRefused = paddingRefused;
  }

  /** Appends a container without its annotations, at a depth of what is written. */
  append({ start, end, symbols, symbolCount }: EncodedContainer, sink: ByteSink, ids: SymbolIds, depth: number, depthMax: number): void {
    this.depthMax = depthMax;
    this.symbols = symbols;
    this.symbolCount = symbolCount;
    this.sink = sink;
    this.ids = ids;
    this.at = start;
    this.written = start;
    this.value(end, depth);
    this.writeUpTo(end);
  }

  /** @returns the type code of the value, which may be `PADDING` */
  private value(limit: number, depth: number): number {
    const start = this.at;
    const typeCode = this.head(limit);
    if (typeCode === PADDING) {
      this.leaveOut(start);
    } else if (typeCode === ANNOTATED) {
      this.annotated(start, this.end, depth);
    } else if (this.low === NULL_LENGTH || typeCode === TYPE_CODE.bool) {
      // A null int has one form, though its descriptor may be that of a negative one.
      if (typeCode === NEGATIVE_INT) this.replaceBy(start, (TYPE_CODE.int << 4) | NULL_LENGTH);
    } else if (typeCode >= TYPE_CODE.list) {
      this.container(typeCode, start, this.end, depth);
    } else {
      this.scalar(typeCode, start, this.end);
    }
    return typeCode;
  }

  private scalar(typeCode: number, start: number, end: number): void {
    if (typeCode === TYPE_CODE.symbol) {
      this.symbol(start, end);
      return;
    }
    const canonical = this.isCanonicalBody(typeCode, end);
    if (canonical && this.isCanonicalHead(start, end)) {
      this.at = end;
      return;
    }
    const { sink, at } = this;
    this.writeUpTo(start);
    const from = sink.length;
    sink.byte(0);
    if (canonical) sink.append(this.bytes.subarray(at, end));
    else appendScalarBody(sink, this.decoded(typeCode, start, end));
    fillDescriptor(sink, from, 1, typeCode);
    this.at = this.written = end;
  }

  /** Whether the bytes from the place at hand on are just what a writer would make. */
  private isCanonicalBody(typeCode: number, end: number): boolean {
    const { bytes, at } = this;
    switch (typeCode) {
      case TYPE_CODE.int: return at === end || bytes[at] !== 0;
      case NEGATIVE_INT: return at < end && bytes[at] !== 0;
      case TYPE_CODE.float: return isCanonicalFloat(bytes, at, end);
      case TYPE_CODE.decimal: return isCanonicalDecimal(bytes, at, end);
      case TYPE_CODE.timestamp: return isCanonicalTimestamp(bytes, at, end);
      case TYPE_CODE.string: {
        let all = 0;
        for (let index = at; index < end; index++) all |= bytes[index]!;
        if (all > 0x7f && !isUtf8(bytes.subarray(at, end))) this.fail('A string is not valid UTF-8', at);
        return true;
      }
      default: return true;
    }
  }

  private decoded(typeCode: number, start: number, end: number): BodiedScalar {
    switch (typeCode) {
      case TYPE_CODE.float: return { kind: 'float', value: this.float(start, end) };
      case TYPE_CODE.decimal: return this.decimal(end);
      case TYPE_CODE.timestamp: return this.timestamp(start, end);
      default: return { kind: 'int', value: this.int(typeCode, start, end) };
    }
  }

  /** Whether descriptor and length take no more bytes than they must, and say nothing else; the place at hand is behind them. */
  private isCanonicalHead(start: number, end: number): boolean {
    const headLength = this.at - start;
    if (headLength === 1) return true;
    const length = end - this.at;
    return this.low === LONG_LENGTH && headLength === descriptorLength(length);
  }

  private symbol(start: number, end: number): void {
    const { sink, at } = this;
    const id = this.symbolIdOf(end);
    const ownId = this.ids.idOfSymbol(id, this.symbolText(id, start));
    this.at = end;
    // Without leading zeros, and with a length of one byte.
    if (ownId === id && at - start === 1 && this.bytes[at] !== 0) return;
    this.writeUpTo(start);
    const from = sink.length;
    sink.byte(0);
    sink.uInt(ownId);
    fillDescriptor(sink, from, 1, TYPE_CODE.symbol);
    this.written = end;
  }

  private container(typeCode: number, start: number, end: number, depth: number): void {
    this.checkDepth(depth, start);
    const { sink, at } = this;
    const isCanonicalHead = this.isCanonicalHead(start, end);
    const headLength = at - start;
    // Where the descriptor stands, or will stand once all up to here is written.
    const from = sink.length + start - this.written;
    if (typeCode === TYPE_CODE.struct) this.fields(end, depth);
    else while (this.at < end) this.value(end, depth + 1);
    const length = sink.length + end - this.written - from - headLength;
    if (isCanonicalHead && length === end - at) return;
    this.writeUpTo(end);
    fillDescriptor(sink, from, headLength, typeCode);
  }

  private fields(end: number, depth: number): void {
    while (this.at < end) {
      const nameAt = this.at;
      const id = this.varUInt(end);
      if (this.at < end && this.bytes[this.at]! < NULL_LENGTH) {
        this.head(end);
        this.leaveOut(nameAt);
        continue;
      }
      const ownId = this.ids.idOfSymbol(id, this.symbolText(id, nameAt));
      if (ownId !== id || this.at - nameAt !== varUIntLength(id)) {
        this.writeUpTo(nameAt);
        this.sink.varUInt(ownId);
        this.written = this.at;
      }
      this.value(end, depth + 1);
    }
  }

  private annotated(start: number, end: number, depth: number): void {
    const { sink } = this;
    this.writeUpTo(start);
    const from = sink.length;
    sink.byte(0);
    const annotationsEnd = this.enterAnnotations(start, end);
    while (this.at < annotationsEnd) {
      const id = this.varUInt(annotationsEnd);
      sink.varUInt(this.ids.idOfSymbol(id, this.symbolText(id, start)));
    }
    sink.insertVarUInt(from + 1, sink.length - from - 1);
    this.checkAnnotated();
    this.written = this.at;
    this.leaveAnnotations(start, end, this.value(end, depth));
    this.writeUpTo(end);
    fillDescriptor(sink, from, 1, ANNOTATED);
  }

  private replaceBy(start: number, byte: number): void {
    this.writeUpTo(start);
    this.sink.byte(byte);
    this.written = this.at;
  }

  /** Nothing between there and the place at hand is written. */
  private leaveOut(start: number): void {
    this.writeUpTo(start);
    this.written = this.at;
  }

  private writeUpTo(end: number): void {
    const { written } = this;
    if (end > written) this.sink.appendPart(this.bytes, written, end);
    this.written = end;
  }
}
