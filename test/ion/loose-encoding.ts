import { encodeIon, IonValue } from '../../src/ion';

const SYSTEM_SYMBOLS = 9;

/**
 * Binary Ion of a value as no careful writer would make it: padding between values, over-long lengths, leading zeros, short floats.
 * Each call of `choose` answers a number from 0 to 7 that decides one such matter.
 */
export function loosely(value: IonValue, choose: () => number): Uint8Array {
  const symbols: string[] = [];
  const body = encoded(value);
  const table = encodeIon({ kind: 'list', items: symbols.map((text) => ({ kind: 'string', value: text })) }).subarray(4);
  const declaration = [0x81, 0x83, ...container(0xd, [0x87, ...table])];
  return Uint8Array.from([0xe0, 1, 0, 0xea, ...padding(), ...container(0xe, declaration), ...padding(), ...body, ...padding()]);

  function encoded(one: IonValue): number[] {
    if (one.annotations === undefined || one.annotations.length === 0) return bare(one);
    const names = one.annotations.flatMap((annotation) => varUInt(symbolId(annotation)));
    return container(0xe, [...varUInt(names.length), ...names, ...bare({ ...one, annotations: [] })]);
  }

  function bare(one: IonValue): number[] {
    switch (one.kind) {
      case 'list':
      case 'sexp': return container(one.kind === 'list' ? 0xb : 0xc, [...one.items.flatMap((item) => [...padding(), ...encoded(item)]), ...padding()]);
      case 'struct': return container(0xd, one.fields.flatMap(([name, field]) => {
        return [...(choose() === 0 ? [0x80, 0x01, 0xff] : []), ...varUInt(symbolId(name)), ...encoded(field)];
      }));
      case 'symbol': return container(7, [...zeros(), ...uInt(BigInt(symbolId(one.value)))]);
      case 'int': return container(one.value < 0n ? 3 : 2, [...zeros(), ...uInt(one.value < 0n ? -one.value : one.value)]);
      case 'float': return float(one.value);
      case 'decimal': {
        const negative = one.coefficient < 0n || one.negativeZero === true;
        const magnitude = uInt(one.coefficient < 0n ? -one.coefficient : one.coefficient);
        const exponent = Math.abs(one.exponent);
        const exponentBytes = [0x00, ...(choose() < 4 ? [0x00] : []), exponent >> 7, (exponent & 0x7f) | 0x80];
        if (one.exponent < 0) exponentBytes[0] = 0x40;
        return container(5, [...exponentBytes, negative ? 0x80 : 0, ...zeros(), ...magnitude]);
      }
      default: return [...encodeIon(one).subarray(4)];
    }
  }

  function float(number: number): number[] {
    const bytes = Buffer.alloc(8);
    if (Object.is(Math.fround(number), number) && choose() < 4) {
      bytes.writeFloatBE(number);
      return [0x44, ...bytes.subarray(0, 4)];
    }
    bytes.writeDoubleBE(number);
    return [0x48, ...bytes];
  }

  function container(typeCode: number, content: readonly number[]): number[] {
    const short = content.length < 14 && !(typeCode === 0xd && content.length === 1);
    return short && choose() < 4 ? [(typeCode << 4) | content.length, ...content] : [(typeCode << 4) | 14, ...varUInt(content.length), ...content];
  }

  function varUInt(number: number): number[] {
    const groups = [(number & 0x7f) | 0x80];
    for (let rest = number >> 7; rest > 0; rest >>= 7) groups.unshift(rest & 0x7f);
    return choose() === 0 ? [0, ...groups] : groups;
  }

  function padding(): number[] {
    return [[0x00], [0x02, 0xff, 0x0b], [0x0e, 0x81, 0x00]][choose()] ?? [];
  }

  function zeros(): number[] {
    return choose() < 3 ? [0] : [];
  }

  function symbolId(text: string): number {
    if (!symbols.includes(text)) symbols.push(text);
    return symbols.indexOf(text) + SYSTEM_SYMBOLS + 1;
  }
}

function uInt(value: bigint): number[] {
  if (value === 0n) return [];
  const hex = value.toString(16);
  return [...Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')];
}
