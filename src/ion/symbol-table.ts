import { fieldOf, IonStruct, IonValue } from './value';

/** The symbols every Ion 1.0 reader knows; symbol ids start at 1. */
export const SYSTEM_SYMBOLS: readonly string[] = [
  '$ion', '$ion_1_0', '$ion_symbol_table', 'name', 'version', 'imports', 'symbols', 'max_id', '$ion_shared_symbol_table',
];

/** Symbol texts by id. Index 0 and symbols declared without a text are `undefined`. */
export type SymbolTable = (string | undefined)[];

/** A new table with which every document starts. */
export const systemTable = (): SymbolTable => [undefined, ...SYSTEM_SYMBOLS];

/** Whether a top-level value declares symbols rather than being data. */
export function isLocalSymbolTable(value: IonValue): value is IonStruct {
  return value.kind === 'struct' && value.annotations?.[0] === '$ion_symbol_table';
}

/**
 * The table that holds after a local symbol table was read: the current one, grown, if the declaration says so.
 * (Copying instead would let a document of many small declarations cost the square of its size.)
 * @throws Error, without a position, for imports of shared tables, which are not supported, and for repeated fields.
 */
export function declaredSymbols(declaration: IonStruct, current: SymbolTable): SymbolTable {
  for (const name of ['imports', 'symbols']) {
    if (declaration.fields.filter(([field]) => field === name).length > 1) throw new Error(`The symbol table has more than one field ${name}`);
  }
  const imports = fieldOf(declaration, 'imports');
  const appends = imports?.kind === 'symbol' && imports.value === '$ion_symbol_table';
  if (imports?.kind === 'list') imports.items.forEach(refuseSharedTable);
  const symbols = fieldOf(declaration, 'symbols');
  const table = appends ? current : systemTable();
  if (symbols?.kind === 'list') {
    for (const symbol of symbols.items) table.push(symbol.kind === 'string' ? symbol.value : undefined);
  }
  return table;
}

function refuseSharedTable(shared: IonValue): void {
  const name = shared.kind === 'struct' ? fieldOf(shared, 'name') : undefined;
  // Imports without a usable name are ignored, and the system table is there anyway: both by the specification.
  if (name?.kind === 'string' && name.value !== '' && name.value !== '$ion') {
    throw new Error(`The shared symbol table ${JSON.stringify(name.value)} is not known; send its symbols in a local symbol table`);
  }
}
