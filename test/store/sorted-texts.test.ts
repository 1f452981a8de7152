import * as fc from 'fast-check';
import { SortedTexts } from '../../src/store/sorted-texts';

/** Few characters, so that texts share beginnings and bounds meet texts. */
const text = fc.stringMatching(/^[a-c\u00ff]{0,4}$/);

test('texts added in any order are read in order, within bounds, in both directions, up to a limit', () => {
  fc.assert(fc.property(
    fc.uniqueArray(text, { maxLength: 60 }), fc.nat(60), text, text, fc.boolean(), fc.nat(30),
    (texts, known, lower, upper, reverse, limit) => {
      const sorted = new SortedTexts(texts.slice(0, known));
      texts.slice(known).forEach(each => sorted.add(each));
      expect(sorted.between(lower, upper, reverse, limit)).toEqual(expected(texts, lower, upper, reverse, limit));
    },
  ));
});

test.each([
  ['ascending', (index: number) => index],
  ['descending', (index: number) => -index],
  ['scattered', (index: number) => (index * 7_919) % 10_007],
])('thousands of texts that come %s are all found', (_, place) => {
  const texts = Array.from({ length: 5_000 }, (__, index) => String(100_000 + place(index)));
  const sorted = new SortedTexts([]);
  texts.forEach(each => sorted.add(each));
  for (const reverse of [false, true]) {
    expect(sorted.between('', '\u00ff', reverse, Infinity)).toEqual(expected(texts, '', '\u00ff', reverse, Infinity));
    expect(sorted.between('102000', '103000', reverse, 700)).toEqual(expected(texts, '102000', '103000', reverse, 700));
  }
});

function expected(texts: readonly string[], lower: string, upper: string, reverse: boolean, limit: number): string[] {
  const within = texts.filter(each => each >= lower && each < upper).sort();
  return (reverse ? within.reverse() : within).slice(0, limit);
}
