import {
  FIELDS_MAX, INDEXED_SYMBOLS_MAX, INSERT_BYTES, INSERTS_AT, INSERTS_END, OPEN_FIELDS_AT, OUTPUT_AT, OUTPUT_FULL_AT, SLOT_BYTES, SLOTS_END,
  SYMBOL_INDEX_AT,
} from './hash-memory';
import { GLOBAL } from './hash-scheduler';
import { BEGIN, END } from './hash-serialization';
import { MAXIMUM_DEPTH } from './limits';
import { escapeMarked, markersIn } from './sha256-module';
import { ANNOTATED, LONG_LENGTH, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';
import {
  above, add, and, atLeast, atMost, below, bitmask, call, choose, Code, constant, defineFunction, differs, equals, FunctionSource, get,
  getGlobal, giveBack, isZero, load, load128, loadByte, multiply, or, repeated, set, setGlobal, shiftLeft, shiftRight, store, store128,
  storeByte, storePair, subtract, when, whilst,
} from './wasm-assembler';

/**
 * Serializes containers in binary Ion for Ion Hash as `BinaryHasher` does, but in WebAssembly. Whatever is not well-formed, or is not worth
 * being known here, ends the walk: `BinaryHasher` then does it all, and says what is wrong. Scalars that are not in canonical form, and
 * annotated values, are asked of it one by one.
 */

/** Functions that are brought in from outside. */
export const WALK_IMPORTS = {
  /** Ends the walk. */
  bail: { parameterCount: 0, hasResult: false },
  /** Serializes the value whose descriptor stands at an address, at some depth, to another address; answers where it ends. */
  serialize: { parameterCount: 3, hasResult: true },
  /** Serializes a symbol by its id; answers where it ends. */
  serializeSymbol: { parameterCount: 2, hasResult: true },
  isUtf8: { parameterCount: 2, hasResult: true },
} as const;

export function walkFunctions(): Readonly<Record<string, FunctionSource>> {
  return {
    copyEscaped: copyEscapedFunction(),
    varUInt: varUIntFunction(),
    isCanonicalDecimal: isCanonicalDecimalFunction(),
    isCanonicalFloat: isCanonicalFloatFunction(),
    isCanonicalTimestamp: isCanonicalTimestampFunction(),
    symbol: symbolFunction(),
    value: valueFunction(),
    bare: bareFunction(),
    sequence: sequenceFunction(),
    struct: structFunction(),
    walk: walkFunction(),
  };
}

/** A bit for each month of 31 days, from January at bit 1 on. */
const LONG_MONTHS = 0b1_0101_1010_1010;

const cursor = getGlobal(GLOBAL.cursor);

/** Copies with an escape byte before every marker byte, and notes bytes beyond ASCII. Answers where the copy ends. */
function copyEscapedFunction(): FunctionSource {
  return defineFunction({
    parameters: ['from', 'end', 'to'],
    result: true,
    words: ['high', 'within', 'marked', 'place'],
    vectors: ['bytes'],
  }, ({ from, end, to, high, within, marked, place, bytes }) => {
    const copied = (marks: Code): Code => [
      set(bytes, load128(get(from))),
      store128(get(to), 0, get(bytes)),
      set(marked, marks),
      escapeMarked(from, to, marked, place, 1),
    ];
    return [
      set(high, constant(0)),
      whilst(atMost(add(get(from), constant(16)), get(end)), [
        copied(bitmask(markersIn(get(bytes)))),
        set(high, or(get(high), bitmask(get(bytes)))),
        set(from, add(get(from), constant(16))),
        set(to, add(get(to), constant(16))),
      ]),
      when(below(get(from), get(end)), [
        set(within, subtract(shiftLeft(constant(1), subtract(get(end), get(from))), constant(1))),
        copied(and(bitmask(markersIn(get(bytes))), get(within))),
        set(high, or(get(high), and(bitmask(get(bytes)), get(within)))),
        set(to, add(get(to), subtract(get(end), get(from)))),
      ]),
      setGlobal(GLOBAL.beyondAscii, get(high)),
      get(to),
    ];
  });
}

/** Reads a number of at most four bytes at the cursor. */
function varUIntFunction(): FunctionSource {
  return defineFunction({ parameters: ['limit'], result: true, words: ['number', 'byte'] }, ({ limit, number, byte }) => [
    repeated([
      when(or(atLeast(cursor, get(limit)), above(get(number), constant(0x1fffff))), call('bail')),
      set(byte, loadByte(cursor)),
      setGlobal(GLOBAL.cursor, add(cursor, constant(1))),
      set(number, or(shiftLeft(get(number), constant(7)), and(get(byte), constant(0x7f)))),
    ], below(get(byte), constant(0x80))),
    get(number),
  ]);
}

/** As `isCanonicalDecimal` of canonical-body.ts. */
function isCanonicalDecimalFunction(): FunctionSource {
  return defineFunction({ parameters: ['start', 'end'], result: true, words: ['exponent', 'first'] }, ({ start, end, exponent, first }) => [
    when(equals(get(start), get(end)), giveBack(constant(1))),
    set(exponent, loadByte(get(start))),
    when(or(below(get(exponent), constant(0x80)), equals(get(exponent), constant(0xc0))), giveBack(constant(0))),
    when(equals(add(get(start), constant(1)), get(end)), giveBack(differs(get(exponent), constant(0x80)))),
    set(first, loadByte(get(start), 1)),
    when(and(get(first), constant(0x7f)), giveBack(constant(1))),
    when(equals(add(get(start), constant(2)), get(end)), giveBack(equals(get(first), constant(0x80)))),
    atLeast(loadByte(get(start), 2), constant(0x80)),
  ]);
}

/** For a float of eight bytes that is surely not zero, infinite or no number, and for the zero of none. */
function isCanonicalFloatFunction(): FunctionSource {
  return defineFunction({ parameters: ['start', 'end'], result: true, words: ['top'] }, ({ start, end, top }) => [
    when(equals(get(start), get(end)), giveBack(constant(1))),
    when(differs(subtract(get(end), get(start)), constant(8)), giveBack(constant(0))),
    // Sign and exponent of eleven bits.
    set(top, and(or(shiftLeft(loadByte(get(start)), constant(8)), loadByte(get(start), 1)), constant(0x7ff0))),
    and(differs(get(top), constant(0)), differs(get(top), constant(0x7ff0))),
  ]);
}

/** As `isCanonicalTimestamp` of canonical-body.ts. */
function isCanonicalTimestampFunction(): FunctionSource {
  return defineFunction({ parameters: ['start', 'end'], result: true, words: ['length', 'number'] }, ({ start, end, length, number }) => {
    const within = (offset: number, least: number, most: number): Code => {
      return atMost(subtract(loadByte(get(start), offset), constant(least)), constant(most - least));
    };
    return [
      set(length, subtract(get(end), get(start))),
      when(above(subtract(get(length), constant(8)), constant(3)), giveBack(constant(0))),
      set(number, or(shiftLeft(loadByte(get(start), 1), constant(7)), and(loadByte(get(start), 2), constant(0x7f)))),
      when(isZero(and(
        within(0, 0x80, 0x80), within(1, 1, 0x7f), within(2, 0x80, 0xff), atMost(get(number), constant(9999)),
        within(3, 0x81, 0x8c), within(4, 0x81, 0x9f), within(5, 0x80, 0x80 + 23), within(6, 0x80, 0x80 + 59), within(7, 0x80, 0x80 + 59),
      )), giveBack(constant(0))),
      set(number, subtract(loadByte(get(start), 3), constant(0x80))),
      set(number, choose(
        and(shiftRight(constant(LONG_MONTHS), get(number)), constant(1)),
        constant(31),
        choose(equals(get(number), constant(2)), constant(28), constant(30)),
      )),
      when(above(loadByte(get(start), 4), or(get(number), constant(0x80))), giveBack(constant(0))),
      when(equals(get(length), constant(8)), giveBack(constant(1))),
      // The exponent -3, for milliseconds.
      when(differs(loadByte(get(start), 8), constant(0xc3)), giveBack(constant(0))),
      when(equals(get(length), constant(9)), giveBack(constant(1))),
      when(equals(get(length), constant(10)), giveBack(within(9, 1, 0x7f))),
      set(number, or(shiftLeft(loadByte(get(start), 9), constant(8)), loadByte(get(start), 10))),
      atMost(subtract(get(number), constant(0x80)), constant(999 - 0x80)),
    ];
  });
}

function symbolFunction(): FunctionSource {
  return defineFunction({ parameters: ['id', 'to'], result: true, words: ['record'] }, ({ id, to, record }) => [
    when(or(atLeast(get(id), getGlobal(GLOBAL.symbolCount)), above(get(to), constant(OUTPUT_FULL_AT))), call('bail')),
    when(below(get(id), constant(INDEXED_SYMBOLS_MAX)), [
      set(record, add(constant(SYMBOL_INDEX_AT), multiply(get(id), constant(8)))),
      when(load(get(record)), giveBack(call('copy', load(get(record)), load(get(record), 4), get(to)))),
    ]),
    call('serializeSymbol', get(id), get(to)),
  ]);
}

/** Serializes the value at the cursor, and moves the cursor behind it. */
function valueFunction(): FunctionSource {
  return defineFunction({
    parameters: ['limit', 'to', 'depth'],
    result: true,
    words: ['start', 'descriptor', 'type', 'low', 'end'],
  }, ({ limit, to, depth, start, descriptor, type, low, end }) => [
    set(start, cursor),
    when(atLeast(get(start), get(limit)), call('bail')),
    set(descriptor, loadByte(get(start))),
    set(type, shiftRight(get(descriptor), constant(4))),
    set(low, and(get(descriptor), constant(0x0f))),
    setGlobal(GLOBAL.cursor, add(get(start), constant(1))),
    when(or(equals(get(low), constant(NULL_LENGTH)), equals(get(type), constant(TYPE_CODE.bool))), [
      when(or(atLeast(get(type), constant(ANNOTATED)), and(differs(get(low), constant(NULL_LENGTH)), above(get(low), constant(1)))), call('bail')),
      // A null int has one form, though its descriptor may be that of a negative one.
      when(equals(get(type), constant(NEGATIVE_INT)), set(descriptor, constant((TYPE_CODE.int << 4) | NULL_LENGTH))),
      storePair(get(to), 0, or(constant(BEGIN), shiftLeft(get(descriptor), constant(8)))),
      storeByte(get(to), 2, constant(END)),
      setGlobal(GLOBAL.height, constant(0)),
      giveBack(add(get(to), constant(3))),
    ]),
    when(or(isZero(get(type)), above(get(type), constant(ANNOTATED))), call('bail')),
    when(or(equals(get(low), constant(LONG_LENGTH)), equals(get(descriptor), constant((TYPE_CODE.struct << 4) | 1))), [
      set(end, call('varUInt', get(limit))),
      when(and(isZero(get(end)), equals(get(low), constant(1))), call('bail')),
      set(low, get(end)),
    ]),
    set(end, add(cursor, get(low))),
    when(above(get(end), get(limit)), call('bail')),
    when(equals(get(type), constant(ANNOTATED)), [
      setGlobal(GLOBAL.cursor, get(end)),
      setGlobal(GLOBAL.height, constant(0)),
      giveBack(call('serialize', get(start), get(depth), get(to))),
    ]),
    call('bare', get(type), get(start), get(end), get(to), get(depth)),
  ]);
}

/** Serializes a value without annotations of which the cursor stands at the body. */
function bareFunction(): FunctionSource {
  return defineFunction({
    parameters: ['type', 'start', 'end', 'to', 'depth'],
    result: true,
    words: ['at', 'number', 'canonical'],
  }, ({ type, start, end, to, depth, at, number, canonical }) => {
    const isType = (code: number): Code => equals(get(type), constant(code));
    const container: Code = [
      when(atLeast(get(depth), constant(MAXIMUM_DEPTH)), call('bail')),
      setGlobal(GLOBAL.cursor, get(at)),
      when(isType(TYPE_CODE.struct),
        set(to, call('struct', get(end), get(to), get(depth))),
        set(to, call('sequence', get(end), get(to), get(depth)))),
    ];
    const symbol: Code = [
      when(above(subtract(get(end), get(at)), constant(3)), call('bail')),
      whilst(below(get(at), get(end)), [
        set(number, or(shiftLeft(get(number), constant(8)), loadByte(get(at)))),
        set(at, add(get(at), constant(1))),
      ]),
      giveBack(call('symbol', get(number), subtract(get(to), constant(2)))),
    ];
    const scalar: Code = [
      set(canonical, constant(1)),
      when(below(get(type), constant(TYPE_CODE.symbol)), set(canonical, choose(
        below(get(type), constant(TYPE_CODE.float)),
        choose(equals(get(at), get(end)), isType(TYPE_CODE.int), loadByte(get(at))),
        choose(isType(TYPE_CODE.timestamp),
          call('isCanonicalTimestamp', get(at), get(end)),
          choose(isType(TYPE_CODE.decimal), call('isCanonicalDecimal', get(at), get(end)), call('isCanonicalFloat', get(at), get(end)))),
      ))),
      when(isZero(get(canonical)), giveBack(call('serialize', get(start), get(depth), subtract(get(to), constant(2))))),
      set(to, call('copyEscaped', get(at), get(end), get(to))),
      when(and(isType(TYPE_CODE.string), differs(getGlobal(GLOBAL.beyondAscii), constant(0))), [
        when(isZero(call('isUtf8', get(at), get(end))), call('bail')),
      ]),
    ];
    return [
      set(at, cursor),
      setGlobal(GLOBAL.cursor, get(end)),
      setGlobal(GLOBAL.height, constant(0)),
      storePair(get(to), 0, or(constant(BEGIN), shiftLeft(get(type), constant(12)))),
      set(to, add(get(to), constant(2))),
      when(atLeast(get(type), constant(TYPE_CODE.list)), container, [
        when(isType(TYPE_CODE.symbol), symbol),
        scalar,
      ]),
      storeByte(get(to), 0, constant(END)),
      add(get(to), constant(1)),
    ];
  });
}

function sequenceFunction(): FunctionSource {
  return defineFunction({ parameters: ['end', 'to', 'depth'], result: true, words: ['height'] }, ({ end, to, depth, height }) => [
    whilst(below(cursor, get(end)), [
      set(to, call('value', get(end), get(to), add(get(depth), constant(1)))),
      set(height, higher(get(height), getGlobal(GLOBAL.height))),
    ]),
    setGlobal(GLOBAL.height, get(height)),
    get(to),
  ]);
}

/** Lets the field's digests be made, and notes where in the serialization they belong. */
function structFunction(): FunctionSource {
  return defineFunction({
    parameters: ['end', 'to', 'depth'],
    result: true,
    words: ['height', 'count', 'fields', 'inserts', 'slot', 'field', 'fieldHeight'],
  }, ({ end, to, depth, height, count, fields, inserts, slot, field, fieldHeight }) => {
    const openFieldsEnd = getGlobal(GLOBAL.openFieldsEnd);
    return [
      set(fields, openFieldsEnd),
      set(inserts, getGlobal(GLOBAL.insertsEnd)),
      whilst(below(cursor, get(end)), [
        set(field, call('symbol', call('varUInt', get(end)), get(to))),
        set(field, call('value', get(end), get(field), add(get(depth), constant(1)))),
        set(fieldHeight, getGlobal(GLOBAL.height)),
        set(slot, getGlobal(GLOBAL.slotsEnd)),
        when(or(equals(get(slot), constant(SLOTS_END)), equals(get(count), constant(FIELDS_MAX))), call('bail')),
        setGlobal(GLOBAL.slotsEnd, add(get(slot), constant(SLOT_BYTES))),
        store(openFieldsEnd, 0, get(slot)),
        setGlobal(GLOBAL.openFieldsEnd, add(openFieldsEnd, constant(4))),
        set(count, add(get(count), constant(1))),
        call('finishMessage', get(to), subtract(get(field), get(to)), get(slot), get(fieldHeight), get(inserts)),
        set(height, higher(get(height), get(fieldHeight))),
      ]),
      setGlobal(GLOBAL.height, constant(0)),
      when(isZero(get(count)), giveBack(get(to))),
      when(equals(get(inserts), constant(INSERTS_END)), call('bail')),
      store(get(inserts), 0, get(to)),
      store(get(inserts), 4, getGlobal(GLOBAL.fieldsEnd)),
      store(get(inserts), 8, get(count)),
      setGlobal(GLOBAL.insertsEnd, add(get(inserts), constant(INSERT_BYTES))),
      setGlobal(GLOBAL.fieldsEnd, call('copy', get(fields), multiply(get(count), constant(4)), getGlobal(GLOBAL.fieldsEnd))),
      setGlobal(GLOBAL.openFieldsEnd, get(fields)),
      setGlobal(GLOBAL.height, add(get(height), constant(1))),
      get(to),
    ];
  });
}

/** Reads a container of the given type. Answers the slot that its digest will be in. */
function walkFunction(): FunctionSource {
  return defineFunction({ parameters: ['type', 'start', 'end', 'depth'], result: true, words: ['slot', 'to'] }, ({ type, start, end, depth, slot, to }) => [
    // An earlier walk may have ended in the middle.
    setGlobal(GLOBAL.insertsEnd, constant(INSERTS_AT)),
    setGlobal(GLOBAL.openFieldsEnd, constant(OPEN_FIELDS_AT)),
    set(slot, getGlobal(GLOBAL.slotsEnd)),
    when(equals(get(slot), constant(SLOTS_END)), call('bail')),
    setGlobal(GLOBAL.slotsEnd, add(get(slot), constant(SLOT_BYTES))),
    setGlobal(GLOBAL.cursor, get(start)),
    set(to, call('bare', get(type), get(start), get(end), constant(OUTPUT_AT), get(depth))),
    call('finishMessage', constant(OUTPUT_AT), subtract(get(to), constant(OUTPUT_AT)), get(slot), getGlobal(GLOBAL.height), constant(INSERTS_AT)),
    get(slot),
  ]);
}

const higher = (one: Code, other: Code): Code => choose(above(one, other), one, other);
