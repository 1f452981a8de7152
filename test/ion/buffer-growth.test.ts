import * as fc from 'fast-check';
import { arbitraryIon } from './arbitrary-ion';
import { arbitraryTold, fieldsOf } from './told-value';
import {
  encodeFields, encodeIon, encodeIonStream, encodeJsonLines, hashFields, hashIon, hashIonAll, printIon, readIon, type IonStruct,
} from '../../src/ion';
import { ByteSink } from '../../src/ion/byte-sink';
import { DigestSink } from '../../src/ion/digest-sink';
import { SHA256_SCRATCH, type Sha256Exports } from '../../src/ion/sha256-module';

/** What the tests reach into. */
interface Internals {
  bytes: Buffer;
  length: number;
  readonly sha256: Sha256Exports;
}

/** From now on whoever asks for room gets it in a new buffer; what is written to the one before is lost. */
function moveWheneverRoomIsAsked(): void {
  const { reserve } = ByteSink.prototype;
  jest.spyOn(ByteSink.prototype, 'reserve').mockImplementation(function (this: ByteSink, count: number) {
    const sink = this as unknown as Internals;
    if (this instanceof DigestSink) {
      reserve.call(this, count);
      const { memory } = sink.sha256;
      memory.grow(0);
      sink.bytes = Buffer.from(memory.buffer, 0, memory.buffer.byteLength - SHA256_SCRATCH);
    } else {
      const { bytes } = sink;
      sink.bytes = Buffer.alloc(Math.max(sink.length + count, bytes.length));
      bytes.copy(sink.bytes);
      bytes.fill(0);
    }
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What the work answers while buffers have room, and while they move. */
function twice(work: () => readonly (Uint8Array | string)[]): [roomy: string[], moving: string[]] {
  const readable = (): string[] => work().map(answer => typeof answer === 'string' ? answer : hex(answer));
  const roomy = readable();
  moveWheneverRoomIsAsked();
  try {
    return [roomy, readable()];
  } finally {
    jest.restoreAllMocks();
  }
}

describe('a buffer may move whenever it is asked for room', () => {
  test('values are encoded, copied, printed and hashed to the same bytes', () => {
    fc.assert(fc.property(arbitraryIon(), (made) => {
      const read = readIon(encodeIon(made));
      const [roomy, moving] = twice(() => [made, read].flatMap(value => [
        encodeIonStream([value, read]), printIon(value), encodeJsonLines([value]), hashIon(value), ...hashIonAll([value, value]),
      ]));
      expect(moving).toEqual(roomy);
    }), { numRuns: 300 });
  });

  test('structs told field by field are encoded and hashed to the same bytes', () => {
    fc.assert(fc.property(arbitraryTold, (told) => {
      const fields = fieldsOf(told);
      const leading = readIon(encodeIon(told.value)) as IonStruct;
      const [roomy, moving] = twice(() => [encodeFields(fields), hashFields(fields), encodeFields(sink => sink.value(leading), leading)]);
      expect(moving).toEqual(roomy);
    }), { numRuns: 200 });
  });
});
