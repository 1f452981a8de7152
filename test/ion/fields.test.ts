import * as fc from 'fast-check';
import { arbitraryTold, fieldsOf } from './told-value';
import { decodeIon, encodeFields, encodeIon, hashFields, hashIon, ionInt, ionStruct, structOfFields, type Fields, type IonStruct } from '../../src/ion';

describe('a struct that is told field by field', () => {
  test('is the same value, hash and document as one that is made first', () => {
    fc.assert(fc.property(arbitraryTold, (told) => {
      const fields = fieldsOf(told);
      expect(structOfFields(fields)).toEqual(told.value);
      expect(hashFields(fields)).toEqual(hashIon(told.value));
      expect(encodeFields(fields)).toEqual(encodeIon(told.value as IonStruct));
      expect(decodeIon(encodeFields(fields))).toEqual(decodeIon(encodeIon(told.value)));
    }), { numRuns: 200 });
  });

  test('leaves nothing behind for the next one when a value in the middle cannot be hashed', () => {
    const broken: Fields = (sink) => {
      sink.beginStruct();
      sink.string('\ud800', 'half');
      sink.endStruct();
    };
    const sound: Fields = (sink) => {
      sink.beginStruct();
      sink.int(1, 'n');
      sink.endStruct();
    };
    for (const take of [hashFields, encodeFields]) {
      expect(() => take(broken)).toThrow('half a surrogate pair');
      expect(take(sound)).toEqual(take === hashFields ? hashIon(ionStruct({ n: ionInt(1) })) : encodeIon(ionStruct({ n: ionInt(1) })));
    }
  });
});
