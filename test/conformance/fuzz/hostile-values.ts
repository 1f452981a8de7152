import type { Dice } from './dice';
import { encodeIon, parseIon } from '../../../src/ion';

/** Texts that have broken somebody's program. */
const TEXTS = ['', ' ', '\0', 'a\0b', '\ud800', '\u202e', 'ß', '😀', '..', '../../etc/passwd', '%', '%00', '%2F', '%zz', '{}', '[]', 'null', 'undefined', '__proto__', 'constructor', 'toString',
  'NaN', '-0', '1e999', "'; DROP TABLE Entry; --", '<script>', '${jndi:ldap://x}', '\r\nX: y', 'A'.repeat(33), 'A'.repeat(2_000), '-', '--', '0', 'ledgers', 'SELECT'];

export const hostileText = (dice: Dice): string => dice.chance(0.8) ? dice.pick(TEXTS) : dice.bytes(dice.below(40)).toString(dice.pick(['latin1', 'utf8', 'base64']));

/** Any JSON value, of the kinds that no member has. */
export function hostileJson(dice: Dice, depth = 0): unknown {
  const kind = dice.below(depth > 3 ? 6 : 9);
  switch (kind) {
    case 0: return null;
    case 1: return dice.chance(0.5);
    case 2: return dice.pick([0, -1, 1, 1.5, 1e21, 1e300, -1e300, 2 ** 53, -(2 ** 31), 253_402_300_800, 8.64e12, 8.64e12 + 1]);
    case 3: case 4: case 5: return hostileText(dice);
    case 6: return Array.from({ length: dice.below(4) }, () => hostileJson(dice, depth + 1));
    case 7: return Object.fromEntries(Array.from({ length: dice.below(4) }, () => [hostileText(dice), hostileJson(dice, depth + 1)]));
    default: return Array.from({ length: dice.pick([51, 201, 300]) }, (_, index) => `k${index}`);
  }
}

const ION_TEXTS = ['{strandId:"AAAAAAAAAAAAAAAAAAAAAA",sequenceNo:0}', '{strandId:"AAAAAAAAAAAAAAAAAAAAAA",sequenceNo:99999999999999999999}', '{strandId:null.string,sequenceNo:null.int}',
  '{a:1,a:2,b:[1,{c:2}],"":{}}', '$ion_1_0', '$ion_symbol_table::{symbols:["a"]}', '$0', '$10', '2020-02-30T', '0001T', '1e99999999999', '1d-99999999999', '{{', '{{"', '{{AQID}}', "'''a''' '''b'''",
  'a::b::c', 'null.struct', '(((((', '\u{fffe}', '1 2 3', '/* comment', '// line', '-0', '+inf', '0x', '0b', '1_000', '"\\uD800"', '"\\U0010FFFF"', '[', '{a:}', 'true', '9'.repeat(400)];

export function ionText(dice: Dice): string {
  switch (dice.below(6)) {
    case 0: return mutated(dice, dice.pick(ION_TEXTS));
    case 1: return dice.pick(['[', '(', '{']).repeat(1 + dice.below(3_000));
    case 2: return hostileText(dice);
    default: return dice.pick(ION_TEXTS);
  }
}

/** Type codes that a length follows, and lengths that nobody means. */
const LONG_TYPES = ['be', 'ee', 'de', '9e', '2e'];
const LENGTHS = ['7f7f7f7f7f7f7fff', '8e', 'ff', '00000000000080'];

export function ionBinary(dice: Dice): Buffer {
  const marker = Buffer.from('e00100ea', 'hex');
  switch (dice.below(6)) {
    case 0: return dice.bytes(dice.below(64));
    case 1: return Buffer.concat([marker, dice.bytes(dice.below(64))]);
    // Nested lists or annotations that claim more bytes than there are.
    case 2: return Buffer.concat([marker, Buffer.from(dice.pick(LONG_TYPES) + dice.pick(LENGTHS), 'hex'), dice.bytes(dice.below(8))]);
    case 3: return Buffer.concat([marker, Buffer.alloc(1 + dice.below(2_000), dice.pick([0xb1, 0xbe, 0xe3, 0x0f, 0xd1]))]);
    default: {
      const encoded = Buffer.from(encodeIon(parseIon(dice.pick(['{a: 1, b: [1, 2, {c: "x"}], d: 2020-01-01T}', '"text"', '1.50', 'a::{{AQID}}', '[null.symbol, 1e0, (s x)]']))));
      for (let count = dice.below(3); count > 0; count--) encoded[dice.below(encoded.length)] = dice.below(256);
      return dice.chance(0.2) ? encoded.subarray(0, dice.below(encoded.length)) : encoded;
    }
  }
}

/** The text with a character lost, doubled or replaced. */
export function mutated(dice: Dice, text: string): string {
  const at = dice.below(text.length + 1);
  switch (dice.below(4)) {
    case 0: return text.slice(0, at) + text.slice(at + 1 + dice.below(4));
    case 1: return text.slice(0, at) + text.slice(at - dice.below(Math.min(at, 8) + 1));
    case 2: return text.slice(0, at) + hostileText(dice) + text.slice(at);
    default: return text.slice(0, at) + String.fromCharCode(dice.below(0x2000)) + text.slice(at + 1);
  }
}
