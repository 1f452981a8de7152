import { varUIntLength, type ByteSink } from './byte-sink';
import { LONG_LENGTH } from './type-code';

/** Bytes of a descriptor with the length of a body behind it. */
export const descriptorLength = (bodyLength: number): number => bodyLength < LONG_LENGTH ? 1 : 1 + varUIntLength(bodyLength);

/** Appends a descriptor with the length of the body that will follow. */
export function appendDescriptor(sink: ByteSink, typeCode: number, bodyLength: number): void {
  if (bodyLength < LONG_LENGTH) {
    sink.byte((typeCode << 4) | bodyLength);
  } else {
    sink.byte((typeCode << 4) | LONG_LENGTH);
    sink.varUInt(bodyLength);
  }
}

/** Writes type and length of the body behind the `room` bytes at `start`, up to the end; the body moves if that was too much or too little room. */
export function fillDescriptor(sink: ByteSink, start: number, room: number, typeCode: number): void {
  const bodyLength = sink.length - start - room;
  const needed = descriptorLength(bodyLength);
  if (needed > room) {
    sink.insertGap(start + room, needed - room);
  } else if (needed < room) {
    sink.bytes.copyWithin(start + needed, start + room, sink.length);
    sink.length -= room - needed;
  }
  const end = sink.length;
  sink.length = start;
  appendDescriptor(sink, typeCode, bodyLength);
  sink.length = end;
}
