import * as zlib from 'node:zlib';

/** The CRC-32 of zip files and many others. */
export const checksum: (bytes: Uint8Array) => number = zlib.crc32 ?? tableChecksum;

const REVERSED_POLYNOMIAL = 0xedb88320;

/** For the few versions of Node that we run on and that do not have it. */
export function tableChecksum(bytes: Uint8Array): number {
  table ??= Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ REVERSED_POLYNOMIAL : remainder >>> 1;
    }
    return remainder;
  });
  let sum = -1;
  for (const byte of bytes) {
    sum = (sum >>> 8) ^ table[(sum ^ byte) & 0xff];
  }
  return ~sum >>> 0;
}

let table: Int32Array | undefined;
