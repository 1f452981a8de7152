const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HALF_LENGTH = 11;
const UNIQUE_ID = /^[\dA-Za-z]{22}$/;

/** 128 random bits as a QLDB unique id: each half of 64 bits as 11 base-62 digits, 22 characters in all. */
export function uniqueId(randomBytes16: Uint8Array): string {
  if (randomBytes16.length !== 16) throw new RangeError(`A unique id is made of 16 random bytes, not ${randomBytes16.length}`);
  const bytes = Buffer.from(randomBytes16);
  return half(bytes.readBigUInt64BE(0)) + half(bytes.readBigUInt64BE(8));
}

/** Whether a text is a unique id: 22 base-62 digits, neither half above 64 bits. */
export function isUniqueId(text: string): boolean {
  // The digits are in ASCII order, so halves of equal length compare as texts do as numbers.
  return UNIQUE_ID.test(text) && text.slice(0, HALF_LENGTH) <= LARGEST_HALF && text.slice(HALF_LENGTH) <= LARGEST_HALF;
}

const LARGEST_HALF = half(2n ** 64n - 1n);

function half(value: bigint): string {
  let digits = '';
  for (let rest = value; digits.length < HALF_LENGTH; rest /= 62n) digits = DIGITS[Number(rest % 62n)] + digits;
  return digits;
}
