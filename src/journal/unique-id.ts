const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HALF_LENGTH = 11;
const UNIQUE_ID = /^[\dA-Za-z]{22}$/;

/** 128 random bits as a QLDB unique id: each half of 64 bits as 11 base-62 digits, 22 characters in all. */
export function uniqueId(randomBytes16: Uint8Array): string {
  if (randomBytes16.length !== 16) throw new RangeError(`A unique id is made of 16 random bytes, not ${randomBytes16.length}`);
  return half(uInt32At(randomBytes16, 0), uInt32At(randomBytes16, 4)) + half(uInt32At(randomBytes16, 8), uInt32At(randomBytes16, 12));
}

/** Whether a text is a unique id: 22 base-62 digits, neither half above 64 bits. */
export function isUniqueId(text: string): boolean {
  // The digits are in ASCII order, so halves of equal length compare as texts do as numbers.
  return UNIQUE_ID.test(text) && text.slice(0, HALF_LENGTH) <= LARGEST_HALF && text.slice(HALF_LENGTH) <= LARGEST_HALF;
}

const LARGEST_HALF = half(0xffff_ffff, 0xffff_ffff);

/** 64 bits, given as two numbers of 32, in base 62: long division without big integers. */
function half(high: number, low: number): string {
  let digits = '';
  while (digits.length < HALF_LENGTH) {
    const rest = (high % 62) * 2 ** 32 + low;
    high = Math.floor(high / 62);
    low = Math.floor(rest / 62);
    digits = DIGITS[rest % 62] + digits;
  }
  return digits;
}

const uInt32At = (bytes: Uint8Array, at: number): number =>
  bytes[at]! * 2 ** 24 + (bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!);
