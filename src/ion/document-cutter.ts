/** What a part of a document does to the symbol table for the parts after it. */
export type SymbolEffect = 'none' | 'restarts' | 'replaces' | 'appends';

/** A run of bytes between top-level values: a value with what belongs to it, a version marker or a symbol table. */
export interface DocumentPart {
  /** Behind its last byte, within the window. */
  readonly end: number;
  readonly symbols: SymbolEffect;
}

/** Finds where the parts of a document end, without reading them, as its bytes arrive. */
export interface DocumentCutter {
  /**
   * The next part that the window holds completely, or `undefined` until more bytes have arrived.
   * @param start where in the window the part starts: at 0 or at the end of the part before.
   * @throws InvalidIon for what can be told to be malformed without reading it
   */
  next(window: Buffer, start: number): DocumentPart | undefined;
  /** The parts up to there have left the window. */
  dropped(byteCount: number): void;
}
