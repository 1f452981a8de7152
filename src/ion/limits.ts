/** Deepest nesting of containers that the readers accept; deeper input is refused before it can exhaust the stack. */
export const MAXIMUM_DEPTH = 256;

/** Most digits after the point of a timestamp's second. A few bytes of binary Ion could otherwise claim billions of zeros. */
export const MAXIMUM_FRACTION_DIGITS = 1000;

/** Largest magnitude of a decimal's exponent. */
export const MAXIMUM_EXPONENT = 2 ** 31 - 1;
