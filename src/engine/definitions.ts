import type { Block } from '../journal';
import { isDefinition, parseStatement, runStatement, StatementError, type Database, type Statement } from '../partiql';
import { statementTexts } from './block-documents';
import { applyDefinition, type Catalog, type Definition } from './catalog';
import { definedId } from './random-id';

export type DefinitionMethods = Pick<Database, 'createTable' | 'dropTable' | 'undropTable' | 'createIndex' | 'dropIndex'>;

/** The part of a statement's database that changes the catalog; `apply` receives each definition. */
export function definitionMethods(idOfStatement: () => string, apply: (definition: Definition) => void): DefinitionMethods {
  return {
    createTable: async (name, tags) => {
      const tableId = idOfStatement();
      apply({ kind: 'create-table', tableId, name, tags });
      return tableId;
    },
    dropTable: async ({ tableId }) => apply({ kind: 'drop-table', tableId }),
    undropTable: async ({ tableId }) => apply({ kind: 'undrop-table', tableId }),
    createIndex: async ({ tableId }, field) => apply({ kind: 'create-index', tableId, indexId: idOfStatement(), field }),
    dropIndex: async ({ tableId }, indexId) => apply({ kind: 'drop-index', tableId, indexId }),
  };
}

// Parsing every statement of every block would cost more than applying it; a definition always has one of these words.
const MAY_DEFINE = /\b(create|drop|undrop)\b/i;

/** The definitions that the statements of a block made, in order, against the catalog before it. */
export async function definitionsOf(block: Block, catalog: Catalog): Promise<Definition[]> {
  const definitions: Definition[] = [];
  let current = catalog;
  for (const [index, text] of statementTexts(block).entries()) {
    const statement = definitionStatement(text);
    if (!statement) continue;
    const methods = definitionMethods(() => definedId(block.transactionId, index), (definition) => {
      current = applyDefinition(current, definition);
      definitions.push(definition);
    });
    for await (const row of runStatement(statement, [], catalogDatabase(() => current, block, methods))) void row;
  }
  return definitions;
}

/** Whether a statement of the block changed the catalog. */
export const hasDefinition = (block: Block): boolean => statementTexts(block).some(text => definitionStatement(text) !== undefined);

/**
 * The statement if it changes the catalog. Undefined too for what this service cannot parse, which journals of others may hold: what such a
 * statement made shows in the documents, or can be made again.
 */
export function definitionStatement(text: string): Statement | undefined {
  if (!MAY_DEFINE.test(text)) return undefined;
  try {
    const statement = parseStatement(text);
    return isDefinition(statement) ? statement : undefined;
  } catch (error) {
    if (error instanceof StatementError) return undefined;
    throw error;
  }
}

/** A definition reads and writes no documents. */
function catalogDatabase(catalog: () => Catalog, block: Block, methods: DefinitionMethods): Database {
  const refuse = (): never => {
    throw new Error('A definition statement touched documents.');
  };
  return {
    transactionId: block.transactionId,
    nowMillis: block.blockTimestampMillis,
    tables: () => catalog().tables,
    documents: refuse,
    history: refuse,
    insert: refuse,
    update: refuse,
    remove: refuse,
    ...methods,
  };
}
