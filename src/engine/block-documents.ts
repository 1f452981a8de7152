import { fieldOf, type IonStruct } from '../ion';
import type { Block, Revision } from '../journal';

/** The table of a document, as `transactionInfo.documents` tells it. */
export interface DocumentTable {
  readonly tableId: string;
  readonly tableName: string;
  /** Position of the statement that changed the document first. */
  readonly firstStatement: number;
}

/** The documents that a block changed; revisions of the system's own are left out. */
export const documentRevisions = (block: Block): Revision[] => (block.revisions ?? []).filter(revision => revision.kind === 'document');

/** Tables by document id. */
export function documentTables(block: Block): Map<string, DocumentTable> {
  const documents = block.transactionInfo && fieldOf(block.transactionInfo, 'documents');
  const tables = new Map<string, DocumentTable>();
  for (const [documentId, info] of documents?.kind === 'struct' ? documents.fields : []) {
    if (info.kind === 'struct') {
      tables.set(documentId, {
        tableId: textOf(info, 'tableId'), tableName: textOf(info, 'tableName'), firstStatement: firstIntOf(info, 'statements'),
      });
    }
  }
  return tables;
}

function firstIntOf(struct: IonStruct, name: string): number {
  const list = fieldOf(struct, name);
  const first = list?.kind === 'list' ? list.items[0] : undefined;
  return first?.kind === 'int' ? Number(first.value) : 0;
}

/** The statements of a block as they were sent. */
export function statementTexts(block: Block): string[] {
  const statements = block.transactionInfo && fieldOf(block.transactionInfo, 'statements');
  return statements?.kind === 'list' ? statements.items.map(info => info.kind === 'struct' ? textOf(info, 'statement') : '') : [];
}

function textOf(struct: IonStruct, name: string): string {
  const value = fieldOf(struct, name);
  return value?.kind === 'string' ? value.value : '';
}
