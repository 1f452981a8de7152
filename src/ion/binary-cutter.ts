import { extentAt, varUIntAt } from './binary-layout';
import { decodeIon } from './binary-reader';
import type { DocumentCutter, DocumentPart, SymbolEffect } from './document-cutter';
import { ANNOTATED } from './type-code';
import { fieldOf } from './value';

/** The bytes that every binary Ion 1.0 document starts with. */
export const BINARY_VERSION_MARKER: Uint8Array = Uint8Array.of(0xe0, 0x01, 0x00, 0xea);

const SYMBOL_TABLE_ID = 3;

/** Cuts binary Ion by its length prefixes. */
export class BinaryCutter implements DocumentCutter {
  next(window: Buffer, start: number): DocumentPart | undefined {
    if (start === window.length) return undefined;
    if (window[start] === BINARY_VERSION_MARKER[0]) {
      const end = start + BINARY_VERSION_MARKER.length;
      return end > window.length ? undefined : { end, symbols: 'restarts' };
    }
    const extent = extentAt(window, start);
    if (extent === undefined || extent.end > window.length) return undefined;
    const { end } = extent;
    return { end, symbols: extent.typeCode === ANNOTATED ? symbolEffect(window.subarray(0, end), extent.content) : 'none' };
  }

  dropped(): void {}
}

function symbolEffect(bytes: Buffer, content: number): SymbolEffect {
  const annotations = varUIntAt(bytes, content);
  if (annotations === undefined || varUIntAt(bytes, annotations.end)?.value !== SYMBOL_TABLE_ID) return 'none';
  const declaration = bytes.subarray(annotations.end + annotations.value);
  try {
    const value = decodeIon(Buffer.concat([BINARY_VERSION_MARKER, declaration]));
    const imports = value.kind === 'struct' ? fieldOf(value, 'imports') : undefined;
    return imports?.kind === 'symbol' && imports.value === '$ion_symbol_table' ? 'appends' : 'replaces';
  } catch {
    // Open content may use symbols of the table before; to keep that one is always right.
    return 'appends';
  }
}
