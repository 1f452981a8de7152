/** The sort key with one character for each byte of its UTF-8: such texts sort as the bytes do. */
export function sortText(sort: string): string {
  return isAscii(sort) ? sort : Buffer.from(sort).toString('latin1');
}

/** The sort key that {@link sortText} was given. */
export function sortOf(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'latin1').toString();
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
