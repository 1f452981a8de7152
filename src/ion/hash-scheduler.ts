import {
  CACHE_AT, CACHE_BITS, CACHE_ENTRY_BYTES, DIGESTS_AT, INITIAL_STATE_AT, INSERT_BYTES, INSERTS_AT, LANE_BYTES, LANE_MESSAGES_AT, LANES_AT,
  MESSAGE_BYTES_MAX, MESSAGES_AT, MESSAGES_END, OPEN_FIELDS_AT, FIELDS_AT, QUEUE_AT, QUEUE_ENTRIES_AT, QUEUE_SLOTS_AT, ROUND_CONSTANTS_AT,
  SLOTS_AT, SORT_KEYS_AT, STATE_AT, TASK_BYTES, TASKS_AT, TASKS_END,
} from './hash-memory';
import { copyDigestEscaped } from './sha256-module';
import { beginFour, BLOCK_LENGTH, compressFour, emitFour, swapped } from './sha256-rounds';
import {
  above, above64, add, add64, and, anyTrue, below, call, choose, Code, constant, constant64, defineFunction, differs, equals, forever,
  FunctionSource, get, getGlobal, giveBack, isZero, isZero64, load, load128, load64, loadByte, lowHalf, multiply, multiply64, narrow,
  or, or128, or64, set, setGlobal, shiftLeft, shiftLeft64, shiftRight, shiftRight64, shuffle, store, store128, store64, storeByte, storePair,
  subtract, tee, when, whilst, widen, xor128, xor64, zeros128,
} from './wasm-assembler';

/**
 * Ion Hash takes a digest for each field of each struct, and what is digested for a struct holds the digests of its fields. Digests four at a time,
 * in the lanes of vectors, need four messages that do not wait for each other. So a whole batch of values is read first. Messages of one
 * block are digested as soon as four have come together, unless the cache knows them. All others are kept as tasks, with inserts where the
 * digests of a struct belong, and run by height: those without inserts first, then those that hold structs of such, and so on.
 */

/** Position of each global. */
export const GLOBAL = {
  /** The next byte of the input. */
  cursor: 0,
  /** Of the value that was serialized last: how many levels of structs it holds. */
  height: 1,
  /** Not 0 if bytes beyond ASCII were copied. */
  beyondAscii: 2,
  queued: 3,
  slotsEnd: 4,
  insertsEnd: 5,
  openFieldsEnd: 6,
  fieldsEnd: 7,
  messagesEnd: 8,
  tasksEnd: 9,
  heightMax: 10,
  symbolCount: 11,
} as const;

/** Longest message of a single block: a byte marks its end, eight tell its length. */
const SINGLE_BLOCK_MAX = BLOCK_LENGTH - 9;

/** Odd numbers without a pattern, for spreading messages over the cache. */
const SPREAD = [
  0x9e3779b97f4a7c15n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0xd6e8feb86659fd93n,
  0xa0761d6478bd642fn, 0xe7037ed1a0b428dbn, 0x8ebc6af09c88c6e3n, 0x589965cc75374cc3n,
];

const TASK = { inserts: 0, length: 4, insertCount: 8, slot: 12, height: 16 };
const LANE = { block: 0, blocksLeft: 4, slot: 8 };
const INSERT = { position: 0, fields: 4, count: 8 };

export function schedulerFunctions(): Readonly<Record<string, FunctionSource>> {
  return {
    compressFour: compressFour(STATE_AT, ROUND_CONSTANTS_AT),
    copyDigestEscaped: copyDigestEscaped(),
    copy: copyFunction(),
    copyDigest: copyDigestFunction(),
    begin: beginFour(STATE_AT, INITIAL_STATE_AT),
    emitDigests: emitFour(STATE_AT),
    runQueue: runQueueFunction(),
    finishMessage: finishMessageFunction(),
    digestBelow: digestBelowFunction(),
    sortedDigests: sortedDigestsFunction(),
    startLane: startLaneFunction(),
    runTasks: runTasksFunction(),
    run: runFunction(),
    reset: resetFunction(),
  };
}

/** Copies by whole vectors, so that some bytes behind the copy change too. Answers where the copy ends. */
function copyFunction(): FunctionSource {
  return defineFunction({ parameters: ['from', 'length', 'to'], result: true, words: ['end'] }, ({ from, length, to, end }) => [
    set(end, add(get(to), get(length))),
    whilst(below(get(to), get(end)), [
      store128(get(to), 0, load128(get(from))),
      set(from, add(get(from), constant(16))),
      set(to, add(get(to), constant(16))),
    ]),
    get(end),
  ]);
}

function copyDigestFunction(): FunctionSource {
  return defineFunction({ parameters: ['from', 'to'] }, ({ from, to }) => [
    store128(get(to), 0, load128(get(from))),
    store128(get(to), 16, load128(get(from), 16)),
  ]);
}

/** Digests the messages of one block that wait, and keeps them in the cache. */
function runQueueFunction(): FunctionSource {
  return defineFunction({ parameters: [], words: ['index', 'entry', 'message', 'digest'] }, ({ index, entry, message, digest }) => [
    when(isZero(getGlobal(GLOBAL.queued)), giveBack()),
    call('begin'),
    call('compressFour', ...[0, 1, 2, 3].map((lane) => constant(QUEUE_AT + lane * BLOCK_LENGTH))),
    call('emitDigests', constant(DIGESTS_AT)),
    set(index, constant(0)),
    whilst(below(get(index), getGlobal(GLOBAL.queued)), [
      set(digest, add(constant(DIGESTS_AT), multiply(get(index), constant(32)))),
      set(message, add(constant(QUEUE_AT), multiply(get(index), constant(BLOCK_LENGTH)))),
      set(entry, load(multiply(get(index), constant(4)), QUEUE_ENTRIES_AT)),
      call('copyDigest', get(digest), load(multiply(get(index), constant(4)), QUEUE_SLOTS_AT)),
      [0, 16, 32, 48].map((offset) => store128(get(entry), offset, load128(get(message), offset))),
      call('copyDigest', get(digest), add(get(entry), constant(BLOCK_LENGTH))),
      set(index, add(get(index), constant(1))),
    ]),
    setGlobal(GLOBAL.queued, constant(0)),
  ]);
}

/** Sees to it that the digest of a message that is complete but for its inserts gets into a slot, at the latest when the batch is run. */
function finishMessageFunction(): FunctionSource {
  return defineFunction({
    parameters: ['start', 'length', 'slot', 'height', 'inserts'],
    words: ['entry', 'end', 'digestCount', 'queued'],
    doubleWords: ['spread'],
  }, (local) => {
    const { start, length, slot, inserts, entry, end, queued, spread } = local;
    const difference = (offset: number): Code => xor128(load128(get(start), offset), load128(get(entry), offset));
    const singleBlock: Code = [
      set(end, add(get(start), get(length))),
      [0, 16, 32, 48].map((offset) => store128(get(end), offset, zeros128)),
      storeByte(get(end), 0, constant(0x80)),
      storePair(get(start), BLOCK_LENGTH - 2, or(shiftRight(get(length), constant(5)), shiftLeft(get(length), constant(11)))),
      set(spread, add64(...SPREAD.map((factor, index) => multiply64(load64(get(start), index * 8), constant64(factor))) as [Code])),
      set(entry, add(constant(CACHE_AT), multiply(narrow(shiftRight64(get(spread), 64 - CACHE_BITS)), constant(CACHE_ENTRY_BYTES)))),
      when(isZero(anyTrue(or128(difference(0), difference(16), difference(32), difference(48)))), [
        call('copyDigest', add(get(entry), constant(BLOCK_LENGTH)), get(slot)),
        giveBack(),
      ]),
      set(queued, getGlobal(GLOBAL.queued)),
      set(end, add(constant(QUEUE_AT), multiply(get(queued), constant(BLOCK_LENGTH)))),
      [0, 16, 32, 48].map((offset) => store128(get(end), offset, load128(get(start), offset))),
      store(multiply(get(queued), constant(4)), QUEUE_SLOTS_AT, get(slot)),
      store(multiply(get(queued), constant(4)), QUEUE_ENTRIES_AT, get(entry)),
      setGlobal(GLOBAL.queued, add(get(queued), constant(1))),
      when(equals(getGlobal(GLOBAL.queued), constant(4)), call('runQueue')),
      giveBack(),
    ];
    return [
      when(and(equals(getGlobal(GLOBAL.insertsEnd), get(inserts)), below(get(length), constant(SINGLE_BLOCK_MAX + 1))), singleBlock),
      keptTask(local),
    ];
  });
}

function keptTask({ start, length, slot, height, inserts, entry, end, digestCount }: Readonly<Record<string, number>>): Code {
  const task = end!;
  const next = entry!;
  return [
    set(task, getGlobal(GLOBAL.tasksEnd)),
    set(next, getGlobal(GLOBAL.messagesEnd)),
    set(digestCount!, constant(0)),
    when(above(add(get(next), subtract(getGlobal(GLOBAL.insertsEnd), get(inserts!)), get(length!)), constant(MESSAGES_END)), call('bail')),
    when(equals(get(task), constant(TASKS_END)), call('bail')),
    store(get(task), TASK.inserts, get(next)),
    store(get(task), TASK.insertCount, constant(0)),
    store(get(task), TASK.length, get(length!)),
    store(get(task), TASK.slot, get(slot!)),
    store(get(task), TASK.height, get(height!)),
    setGlobal(GLOBAL.tasksEnd, add(get(task), constant(TASK_BYTES))),
    whilst(below(add(get(inserts!), multiply(load(get(task), TASK.insertCount), constant(INSERT_BYTES))), getGlobal(GLOBAL.insertsEnd)), [
      // What is kept is the place within the message.
      store(get(next), INSERT.position, subtract(load(insertAt(task, inserts!), INSERT.position), get(start!))),
      store(get(next), INSERT.fields, load(insertAt(task, inserts!), INSERT.fields)),
      store(get(next), INSERT.count, load(insertAt(task, inserts!), INSERT.count)),
      set(digestCount!, add(get(digestCount!), load(get(next), INSERT.count))),
      set(next, add(get(next), constant(INSERT_BYTES))),
      store(get(task), TASK.insertCount, add(load(get(task), TASK.insertCount), constant(1))),
    ]),
    when(above(add(get(length!), multiply(get(digestCount!), constant(64))), constant(MESSAGE_BYTES_MAX - 128)), call('bail')),
    setGlobal(GLOBAL.messagesEnd, call('copy', get(start!), get(length!), get(next))),
    setGlobal(GLOBAL.insertsEnd, get(inserts!)),
    when(above(get(height!), getGlobal(GLOBAL.heightMax)), setGlobal(GLOBAL.heightMax, get(height!))),
  ];
}

const insertAt = (task: number, inserts: number): Code => add(get(inserts), multiply(load(get(task), TASK.insertCount), constant(INSERT_BYTES)));

function digestBelowFunction(): FunctionSource {
  return defineFunction({ parameters: ['one', 'other'], result: true, words: ['end'] }, ({ one, other, end }) => [
    set(end, add(get(one), constant(31))),
    whilst(and(below(get(one), get(end)), equals(loadByte(get(one)), loadByte(get(other)))), [
      set(one, add(get(one), constant(1))),
      set(other, add(get(other), constant(1))),
    ]),
    below(loadByte(get(one)), loadByte(get(other))),
  ]);
}

/** Writes the digests of a struct's fields in ascending order, escaped: in a struct, order counts nothing. Answers where they end. */
function sortedDigestsFunction(): FunctionSource {
  const REVERSED = [7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0];
  return defineFunction({
    parameters: ['fields', 'count', 'to'],
    result: true,
    words: ['index', 'place'],
    doubleWords: ['key', 'before'],
    vectors: ['digest'],
  }, ({ fields, count, to, index, place, key, before, digest }) => {
    const slotOf = (position: Code): Code => load(add(get(fields), multiply(and(position, constant(0xffff)), constant(4))));
    const keyIsBelow = choose(
      isZero64(shiftRight64(xor64(get(key), get(before)), 16)),
      call('digestBelow', slotOf(narrow(get(key))), slotOf(narrow(get(before)))),
      above64(get(before), get(key)),
    );
    return [
      set(index, constant(0)),
      whilst(below(get(index), get(count)), [
        // Six bytes of the digest nearly always decide; the two below them say whose it is.
        set(digest, load128(slotOf(get(index)))),
        set(key, or64(
          shiftLeft64(shiftRight64(lowHalf(shuffle(get(digest), get(digest), REVERSED)), 16), 16),
          widen(get(index)),
        )),
        set(place, add(constant(SORT_KEYS_AT), multiply(get(index), constant(8)))),
        whilst(choose(
          equals(get(place), constant(SORT_KEYS_AT)),
          constant(0),
          [set(before, load64(subtract(get(place), constant(8)))), keyIsBelow],
        ), [
          store64(get(place), 0, get(before)),
          set(place, subtract(get(place), constant(8))),
        ]),
        store64(get(place), 0, get(key)),
        set(index, add(get(index), constant(1))),
      ]),
      set(index, constant(0)),
      whilst(below(get(index), get(count)), [
        set(to, call('copyDigestEscaped', slotOf(load(multiply(get(index), constant(8)), SORT_KEYS_AT)), get(to))),
        set(index, add(get(index), constant(1))),
      ]),
      get(to),
    ];
  });
}

/** Puts the message of a task together, in full and padded, and lets a lane begin with it. */
function startLaneFunction(): FunctionSource {
  return defineFunction({
    parameters: ['lane', 'task'],
    words: ['buffer', 'inserts', 'count', 'message', 'from', 'to', 'position', 'length', 'scratch'],
  }, ({ lane, task, buffer, inserts, count, message, from, to, position, length, scratch }) => {
    const laneRecord = add(constant(LANES_AT), multiply(get(lane), constant(LANE_BYTES)));
    return [
      set(buffer, add(constant(LANE_MESSAGES_AT), multiply(get(lane), constant(MESSAGE_BYTES_MAX)))),
      set(inserts, load(get(task), TASK.inserts)),
      set(count, load(get(task), TASK.insertCount)),
      set(message, add(get(inserts), multiply(get(count), constant(INSERT_BYTES)))),
      set(from, get(message)),
      set(to, get(buffer)),
      whilst(get(count), [
        set(position, add(get(message), load(get(inserts), INSERT.position))),
        set(to, call('copy', get(from), subtract(get(position), get(from)), get(to))),
        set(from, get(position)),
        set(to, call('sortedDigests', load(get(inserts), INSERT.fields), load(get(inserts), INSERT.count), get(to))),
        set(inserts, add(get(inserts), constant(INSERT_BYTES))),
        set(count, subtract(get(count), constant(1))),
      ]),
      set(to, call('copy', get(from), subtract(add(get(message), load(get(task), TASK.length)), get(from)), get(to))),
      set(length, subtract(get(to), get(buffer))),
      [0, 16, 32, 48, 64].map((offset) => store128(get(to), offset, zeros128)),
      storeByte(get(to), 0, constant(0x80)),
      store(laneRecord, LANE.block, get(buffer)),
      store(laneRecord, LANE.blocksLeft, shiftRight(add(get(length), constant(9 + 63)), constant(6))),
      store(laneRecord, LANE.slot, load(get(task), TASK.slot)),
      set(to, add(get(buffer), and(add(get(length), constant(9 + 63)), constant(-BLOCK_LENGTH)))),
      store(subtract(get(to), constant(4)), 0, swapped(shiftLeft(get(length), constant(3)), scratch)),
      Array.from({ length: 8 }, (_, word) => {
        return store(add(constant(STATE_AT), multiply(get(lane), constant(4))), word * 16, load(constant(INITIAL_STATE_AT), word * 4));
      }),
    ];
  });
}

/** Runs all tasks of one height, four at a time; a lane that has finished takes the next one. */
function runTasksFunction(): FunctionSource {
  return defineFunction({
    parameters: ['height'],
    words: ['next', 'lane', 'record', 'active', 'left', 'emitted'],
  }, ({ height, next, lane, record, active, left, emitted }) => {
    const eachLane = (body: Code): Code => [
      set(lane, constant(0)),
      set(record, constant(LANES_AT)),
      whilst(below(get(lane), constant(4)), [
        body,
        set(lane, add(get(lane), constant(1))),
        set(record, add(get(record), constant(LANE_BYTES))),
      ]),
    ];
    return [
      set(next, constant(TASKS_AT)),
      forever([
        set(active, constant(0)),
        eachLane([
          when(isZero(load(get(record), LANE.blocksLeft)), [
            whilst(choose(below(get(next), getGlobal(GLOBAL.tasksEnd)), differs(load(get(next), TASK.height), get(height)), constant(0)), [
              set(next, add(get(next), constant(TASK_BYTES))),
            ]),
            when(below(get(next), getGlobal(GLOBAL.tasksEnd)), [
              call('startLane', get(lane), get(next)),
              set(next, add(get(next), constant(TASK_BYTES))),
            ]),
          ]),
          set(active, or(get(active), load(get(record), LANE.blocksLeft))),
        ]),
        when(isZero(get(active)), giveBack()),
        call('compressFour', ...[0, 1, 2, 3].map((index) => load(constant(LANES_AT), index * LANE_BYTES + LANE.block))),
        set(emitted, constant(0)),
        eachLane(when(tee(left, load(get(record), LANE.blocksLeft)), [
          store(get(record), LANE.block, add(load(get(record), LANE.block), constant(BLOCK_LENGTH))),
          store(get(record), LANE.blocksLeft, subtract(get(left), constant(1))),
          when(equals(get(left), constant(1)), [
            when(isZero(get(emitted)), [call('emitDigests', constant(DIGESTS_AT)), set(emitted, constant(1))]),
            call('copyDigest', add(constant(DIGESTS_AT), multiply(get(lane), constant(32))), load(get(record), LANE.slot)),
          ]),
        ])),
      ]),
    ];
  });
}

/** After this, every slot holds its digest. */
function runFunction(): FunctionSource {
  return defineFunction({ parameters: [], words: ['height'] }, ({ height }) => [
    call('runQueue'),
    set(height, constant(0)),
    whilst(below(get(height), add(getGlobal(GLOBAL.heightMax), constant(1))), [
      call('runTasks', get(height)),
      set(height, add(get(height), constant(1))),
    ]),
  ]);
}

/** Forgets the batch, but not the cache. */
function resetFunction(): FunctionSource {
  return defineFunction({ parameters: [] }, () => [
    setGlobal(GLOBAL.queued, constant(0)),
    setGlobal(GLOBAL.slotsEnd, constant(SLOTS_AT)),
    setGlobal(GLOBAL.insertsEnd, constant(INSERTS_AT)),
    setGlobal(GLOBAL.openFieldsEnd, constant(OPEN_FIELDS_AT)),
    setGlobal(GLOBAL.fieldsEnd, constant(FIELDS_AT)),
    setGlobal(GLOBAL.messagesEnd, constant(MESSAGES_AT)),
    setGlobal(GLOBAL.tasksEnd, constant(TASKS_AT)),
    setGlobal(GLOBAL.heightMax, constant(0)),
  ]);
}
