/** A small assembler for WebAssembly: functions put together from expressions, for the few loops that are too hot for anything else. */

/** Instructions, nested as they were put together; flattened once at the end. */
export type Code = number | Callee | readonly Code[];

/** Stands for the position of a function, which is known once all of them are. */
interface Callee { readonly callee: string }

/** The part of the runtime's WebAssembly that is used here; its types otherwise come only with those of a browser. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports?: object) => { readonly exports: object };
};

/** Size of a page of WebAssembly memory, in bytes. */
export const MEMORY_PAGE = 65_536;

const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
const NO_RESULT = 0x40;

const unsigned = (value: number): Code => value < 0x80 ? value : [(value & 0x7f) | 0x80, unsigned(value >>> 7)];
const signed = (value: number): Code => value >= -64 && value < 64 ? value & 0x7f : [(value & 0x7f) | 0x80, signed(value >> 7)];
const signed64 = (value: bigint): Code => {
  return value >= -64n && value < 64n ? Number(value & 0x7fn) : [Number(value & 0x7fn) | 0x80, signed64(value >> 7n)];
};
const combine = (...opcode: readonly Code[]) => (first: Code, ...others: readonly Code[]): Code => {
  return others.reduce<Code>((left, right) => [left, right, opcode], first);
};
const vector = (opcode: number): Code => [0xfd, unsigned(opcode)];

export const constant = (value: number): Code => [0x41, signed(value | 0)];
export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];
export const tee = (local: number, value: Code): Code => [value, 0x22, unsigned(local)];
export const getGlobal = (global: number): Code => [0x23, unsigned(global)];
export const setGlobal = (global: number, value: Code): Code => [value, 0x24, unsigned(global)];

export const add = combine(0x6a);
export const subtract = combine(0x6b);
export const multiply = combine(0x6c);
export const and = combine(0x71);
export const or = combine(0x72);
export const xor = combine(0x73);
export const shiftLeft = combine(0x74);
/** Without regard to the sign. */
export const shiftRight = combine(0x76);
export const rotateLeft = (value: Code, bits: number): Code => [value, constant(bits), 0x77];
export const rotateRight = (value: Code, bits: number): Code => [value, constant(bits), 0x78];
export const isZero = (value: Code): Code => [value, 0x45];
/** How many bits below the lowest one that is set. */
export const trailingZeros = (value: Code): Code => [value, 0x68];
export const equals = combine(0x46);
export const differs = combine(0x47);
/** Comparisons of unsigned numbers. */
export const below = combine(0x49);
export const above = combine(0x4b);
export const atMost = combine(0x4d);
export const atLeast = combine(0x4f);

export const load = (address: Code, offset = 0): Code => [address, 0x28, 0x00, unsigned(offset)];
export const store = (address: Code, offset: number, value: Code): Code => [address, value, 0x36, 0x00, unsigned(offset)];
export const loadByte = (address: Code, offset = 0): Code => [address, 0x2d, 0x00, unsigned(offset)];
export const storeByte = (address: Code, offset: number, value: Code): Code => [address, value, 0x3a, 0x00, unsigned(offset)];
export const storePair = (address: Code, offset: number, value: Code): Code => [address, value, 0x3b, 0x00, unsigned(offset)];
export const storeZeros64 = (address: Code, offset: number): Code => store64(address, offset, constant64(0n));

export const constant64 = (value: bigint): Code => [0x42, signed64(BigInt.asIntN(64, value))];
export const load64 = (address: Code, offset = 0): Code => [address, 0x29, 0x00, unsigned(offset)];
export const store64 = (address: Code, offset: number, value: Code): Code => [address, value, 0x37, 0x00, unsigned(offset)];
export const add64 = combine(0x7c);
export const multiply64 = combine(0x7e);
export const or64 = combine(0x84);
export const xor64 = combine(0x85);
export const shiftLeft64 = (value: Code, bits: number): Code => [value, constant64(BigInt(bits)), 0x86];
export const shiftRight64 = (value: Code, bits: number): Code => [value, constant64(BigInt(bits)), 0x88];
export const isZero64 = (value: Code): Code => [value, 0x50];
export const above64 = combine(0x56);
/** The low half. */
export const narrow = (value: Code): Code => [value, 0xa7];
export const widen = (value: Code): Code => [value, 0xad];

export const load128 = (address: Code, offset = 0): Code => [address, vector(0x00), 0x00, unsigned(offset)];
export const store128 = (address: Code, offset: number, value: Code): Code => [address, value, vector(0x0b), 0x00, unsigned(offset)];
export const zeros128: Code = [vector(0x0c), Array.from({ length: 16 }, () => 0)];
export const lowHalf = (value: Code): Code => [value, vector(0x1d), 0];
/** A word in all four lanes. */
export const loadSplat = (address: Code, offset = 0): Code => [address, vector(0x09), 0x00, unsigned(offset)];
export const splatByte = (byte: number): Code => [constant(byte), vector(0x0f)];
export const shuffle = (one: Code, other: Code, lanes: readonly number[]): Code => [one, other, vector(0x0d), lanes];
export const eachByteEquals = combine(vector(0x23));
export const and128 = combine(vector(0x4e));
export const or128 = combine(vector(0x50));
export const xor128 = combine(vector(0x51));
export const anyTrue = (value: Code): Code => [value, vector(0x53)];
/** The highest bit of every byte. */
export const bitmask = (value: Code): Code => [value, vector(0x64)];
export const addWords = combine(vector(0xae));
export const shiftWordsLeft = (value: Code, bits: number): Code => [value, constant(bits), vector(0xab)];
export const shiftWordsRight = (value: Code, bits: number): Code => [value, constant(bits), vector(0xad)];

export const when = (condition: Code, then: Code, otherwise?: Code): Code => {
  return [condition, 0x04, NO_RESULT, then, otherwise === undefined ? [] : [0x05, otherwise], 0x0b];
};
/** One word or the other; only that one is computed. */
export const choose = (condition: Code, one: Code, other: Code): Code => [condition, 0x04, I32, one, 0x05, other, 0x0b];
/** Runs the body as long as the condition holds, which is asked before. */
export const whilst = (condition: Code, body: Code): Code => {
  return [0x02, NO_RESULT, 0x03, NO_RESULT, condition, 0x45, 0x0d, 1, body, 0x0c, 0, 0x0b, 0x0b];
};
/** Runs the body again as long as the condition, which comes after it, holds. */
export const repeated = (body: Code, condition: Code): Code => [0x03, NO_RESULT, body, condition, 0x0d, 0x00, 0x0b];
/** Until the function gives something back. */
export const forever = (body: Code): Code => [0x03, NO_RESULT, body, 0x0c, 0, 0x0b];
export const giveBack = (value: Code = []): Code => [value, 0x0f];
/** Ends what cannot go on. */
export const unreachable: Code = 0x00;

/** What a function is made of. All parameters and results are words; other locals are named by their type. */
export interface FunctionSource {
  readonly parameterCount: number;
  readonly hasResult: boolean;
  readonly locals: readonly [count: number, type: number][];
  readonly body: Code;
}

interface Locals<P extends string, W extends string, D extends string, V extends string> {
  readonly parameters: readonly P[];
  readonly result?: boolean;
  readonly words?: readonly W[];
  readonly doubleWords?: readonly D[];
  readonly vectors?: readonly V[];
}

/** A function whose body is written with its locals by name. */
export function defineFunction<P extends string = never, W extends string = never, D extends string = never, V extends string = never>(
  { parameters, result = false, words = [], doubleWords = [], vectors = [] }: Locals<P, W, D, V>,
  body: (locals: Readonly<Record<P | W | D | V, number>>) => Code,
): FunctionSource {
  const names = [...parameters, ...words, ...doubleWords, ...vectors];
  const locals = Object.fromEntries(names.map((name, index) => [name, index])) as Record<P | W | D | V, number>;
  return {
    parameterCount: parameters.length,
    hasResult: result,
    locals: [[words.length, I32], [doubleWords.length, I64], [vectors.length, V128]],
    body: body(locals),
  };
}

/** A function that is brought in from outside. */
export type ImportSource = Pick<FunctionSource, 'parameterCount' | 'hasResult'>;

/** What a module is made of. All globals are words. */
export interface ModuleSource {
  readonly imports?: Readonly<Record<string, ImportSource>>;
  readonly functions: Readonly<Record<string, FunctionSource>>;
  readonly exported: readonly string[];
  readonly globalCount?: number;
  readonly memoryPages: number;
}

/** Calls a function of the same module, or one that is brought in, by its name. */
export const call = (name: string, ...parameters: readonly Code[]): Code => [parameters, 0x10, { callee: name }];

/** The module's exports: its memory, and the functions named for it. */
export function instantiate<T>(source: ModuleSource, imports: Readonly<Record<string, (...parameters: number[]) => number | void>> = {}): T {
  return new WebAssembly.Instance(new WebAssembly.Module(assemble(source)), { env: imports }).exports as T;
}

function assemble({ imports = {}, functions, exported, globalCount = 0, memoryPages }: ModuleSource): Uint8Array {
  const signatures = [...Object.values(imports), ...Object.values(functions)];
  const importNames = Object.keys(imports);
  const functionNames = Object.keys(functions);
  const positions = new Map([...importNames, ...functionNames].map((name, position) => [name, position]));
  const type = ({ parameterCount, hasResult }: ImportSource): Code => {
    return [0x60, parameterCount, Array.from({ length: parameterCount }, () => I32), hasResult ? [1, I32] : 0];
  };
  const bodyOf = ({ locals, body }: FunctionSource): Code => {
    const declared = locals.filter(([count]) => count > 0);
    return sized([unsigned(declared.length), declared.map(([count, kind]) => [unsigned(count), kind]), body, 0x0b], positions);
  };
  return Uint8Array.from(flat([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    section(1, [unsigned(signatures.length), signatures.map(type)]),
    section(2, [unsigned(importNames.length), importNames.map((name, index) => [text('env'), text(name), 0, unsigned(index)])]),
    section(3, [unsigned(functionNames.length), functionNames.map((_, index) => unsigned(importNames.length + index))]),
    section(5, [1, 0, unsigned(memoryPages)]),
    section(6, [unsigned(globalCount), Array.from({ length: globalCount }, () => [I32, 1, constant(0), 0x0b])]),
    section(7, [unsigned(exported.length + 1), text('memory'), 2, 0, exported.map((name) => [text(name), 0, unsigned(positions.get(name)!)])]),
    section(10, [unsigned(functionNames.length), Object.values(functions).map(bodyOf)]),
  ]));
}

const text = (value: string): Code => [value.length, [...Buffer.from(value)]];
const section = (id: number, content: Code): Code => [id, sized(content)];

function sized(content: Code, positions?: ReadonlyMap<string, number>): Code {
  const bytes = flat(content, positions);
  return [unsigned(bytes.length), bytes];
}

function flat(code: Code, positions?: ReadonlyMap<string, number>, bytes: number[] = []): number[] {
  if (typeof code === 'number') {
    bytes.push(code);
  } else if ('callee' in code) {
    const position = positions?.get(code.callee);
    if (position === undefined) throw new Error(`There is no function ${code.callee} to call`);
    flat(unsigned(position), undefined, bytes);
  } else {
    for (const part of code) flat(part, positions, bytes);
  }
  return bytes;
}
