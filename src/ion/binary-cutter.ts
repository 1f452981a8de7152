import { type Extent, extentAt, varUIntAt } from './binary-layout';
import type { DocumentCutter, DocumentPart, SymbolEffect } from './document-cutter';
import { ANNOTATED, TYPE_CODE } from './type-code';

/** The bytes that every binary Ion 1.0 document starts with. */
export const BINARY_VERSION_MARKER: Uint8Array = Uint8Array.of(0xe0, 0x01, 0x00, 0xea);

/** Of the names $ion_symbol_table and imports, in any table. */
const SYMBOL_TABLE_ID = 3;
const IMPORTS_ID = 6;

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
  const declaration = extentAt(bytes, annotations.end + annotations.value);
  if (declaration?.typeCode !== TYPE_CODE.struct) return 'replaces';
  for (let at = declaration.content; at < declaration.end;) {
    const name = varUIntAt(bytes, at);
    const field = name && extentAt(bytes, name.end);
    // Where the table is malformed, or says it in an uncommon way: to keep the one before is always right.
    if (name === undefined || field === undefined || field.end > declaration.end) return 'appends';
    if (name.value === IMPORTS_ID && field.typeCode !== TYPE_CODE.null) return effectOfImports(bytes, field);
    at = field.end;
  }
  return 'replaces';
}

function effectOfImports(bytes: Buffer, { typeCode, content, end }: Extent): SymbolEffect {
  if (typeCode === ANNOTATED) return 'appends';
  return typeCode === TYPE_CODE.symbol && bytes[end - 1] === SYMBOL_TABLE_ID && end > content ? 'appends' : 'replaces';
}
