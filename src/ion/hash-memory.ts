/** Where everything lies in the memory of the hash module. Parts that are not touched cost nothing. */

const KILOBYTE = 1024;
let next = 0;
const region = (byteCount: number): number => {
  const start = next;
  next += Math.ceil(byteCount / 64) * 64;
  return start;
};

/** Bytes behind the end of a part that whole vectors may still be written to. */
const SLACK = 128;

export const SLOT_BYTES = 32;
export const PAIR_BYTES = 2 * SLOT_BYTES;
export const TASK_BYTES = 20;
export const INSERT_BYTES = 12;
export const LANE_BYTES = 12;
export const CACHE_ENTRY_BYTES = 96;
export const CACHE_BITS = 10;

/** Largest container that is hashed here; larger ones gain nothing. */
export const INPUT_BYTES_MAX = 128 * KILOBYTE;
/** Room for containers that lie side by side. */
const INPUT_BYTES = 256 * KILOBYTE;
/** Symbols whose serialization is found by their id alone. */
export const INDEXED_SYMBOLS_MAX = 8192;
export const SYMBOL_BYTES_MAX = 4 * KILOBYTE;
/** Most fields of a struct: they are sorted by insertion. */
export const FIELDS_MAX = 256;
const SLOTS_MAX = 32 * KILOBYTE;
const PAIRS_MAX = 8 * KILOBYTE;
const TASKS_MAX = 16 * KILOBYTE;
const OUTPUT_BYTES = 2048 * KILOBYTE;
/** A message that is longer is left to others. */
export const MESSAGE_BYTES_MAX = 512 * KILOBYTE;

export const ROUND_CONSTANTS_AT = region(256);
export const PADDED_ROUND_CONSTANTS_AT = region(256);
export const INITIAL_STATE_AT = region(32);
/** State of four messages, a lane each. */
export const STATE_AT = region(128);
/** Digests of four messages, as they come out of the state. */
export const DIGESTS_AT = region(4 * SLOT_BYTES);
/** Of each lane: the next block's address, how many blocks are left, and where the digest goes. */
export const LANES_AT = region(4 * LANE_BYTES);
/** Four padded messages of one block that wait for each other, where their digests go, and their places in the cache. */
export const QUEUE_AT = region(4 * 64);
export const QUEUE_SLOTS_AT = region(16);
export const QUEUE_ENTRIES_AT = region(16);
export const SORT_KEYS_AT = region(8 * FIELDS_MAX);
/** Padded messages of one block with their digests: fields that repeat, repeat often. */
export const CACHE_AT = region(CACHE_ENTRY_BYTES << CACHE_BITS);
/** Address and length of the serialization of each symbol by its id; 0 where it is not known. */
export const SYMBOL_INDEX_AT = region(8 * INDEXED_SYMBOLS_MAX);
export const SYMBOLS_AT = region(256 * KILOBYTE + SLACK);
export const SYMBOLS_END = next - SLACK;
export const INPUT_AT = region(INPUT_BYTES + SLACK);
export const INPUT_END = next - SLACK;
/** Serializations that are being put together, the inner ones behind the outer ones. */
export const OUTPUT_AT = region(OUTPUT_BYTES + SLACK);
/** Beyond this, not even a whole input that consists of nulls alone would fit any more. */
export const OUTPUT_FULL_AT = next - SLACK - 4 * INPUT_BYTES_MAX;
/** Where in the messages that are being put together the digests of a struct belong. */
export const INSERTS_AT = region(INSERT_BYTES * 8 * KILOBYTE);
export const INSERTS_END = next;
/** Slots of the fields of the structs that are being read. */
export const OPEN_FIELDS_AT = region(4 * FIELDS_MAX * 257);
/** Slots of the fields of the structs that have been read. */
export const FIELDS_AT = region(4 * SLOTS_MAX + SLACK);
/** Messages that wait for digests within them, or are longer than a block: their inserts, then their bytes. */
export const MESSAGES_AT = region(OUTPUT_BYTES + SLACK);
export const MESSAGES_END = next - SLACK;
export const TASKS_AT = region(TASK_BYTES * TASKS_MAX);
export const TASKS_END = next;
export const SLOTS_AT = region(SLOT_BYTES * SLOTS_MAX);
export const SLOTS_END = next;
/** Pairs of digests, each of which is replaced by its own digest, which takes half the room. */
export const PAIRS_AT = region(PAIR_BYTES * PAIRS_MAX);
/** Up to three pairs behind the last one are digested with it. */
export const PAIRS_END = next - 4 * PAIR_BYTES;
/** A message in full for each lane. */
export const LANE_MESSAGES_AT = region(4 * MESSAGE_BYTES_MAX);
export const MEMORY_BYTES = next;
