/** Something that must be read cannot be; the message says what, why, and what to do. */
export class Unreadable extends Error {
  readonly name = 'Unreadable';
}
