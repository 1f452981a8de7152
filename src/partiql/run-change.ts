import { findTable } from './catalog';
import type { Database, TableDefinition } from './database';
import { withInsertion, withoutValueAt, withValueAt } from './edit-document';
import { evaluateExpression } from './evaluate-expression';
import { textOf, toIon, type PartiqlValue } from './partiql-value';
import { removesDocument } from './permission';
import { joinedRows } from './run-select';
import { emptyScope, resolve, type Evaluation, type Location, type Scope } from './scope';
import { evaluationError, placedAt, StatementError } from './statement-error';
import type { Change, Edit, Expression, Insert } from './syntax-tree';
import { locationOfSteps } from './value-rows';
import { sizeOf } from './value-size';
import { ionString, ionStruct, type IonStruct, type IonValue } from '../ion/value';

/** The least that a field takes of a document: each edit copies the fields around it. */
const BYTES_PER_FIELD = 8;

/** Inserts one document or many; answers the id of each. No document is inserted unless all can be. */
export async function* runInsert(insert: Insert, evaluation: Evaluation, database: Database): AsyncGenerator<IonValue> {
  const table = findTable(database, { name: insert.table }, insert.at);
  const value = evaluateExpression(insert.value, emptyScope, evaluation);
  const isCollection = value.kind === 'list' || value.kind === 'bag';
  const documents = (isCollection && !insert.single ? value.items : [value]).map((document) => requireDocument(document, insert.value));
  const documentIds: string[] = [];
  for (const document of documents) documentIds.push(await database.insert(table, document));
  yield* documentIds.map(documentIdRow);
}

function requireDocument(value: PartiqlValue, { at }: Expression): IonStruct {
  if (value.kind !== 'struct') throw evaluationError(`a document must be a struct, not ${value.kind}`, at);
  return value;
}

function documentIdRow(documentId: string): IonStruct {
  return ionStruct({ documentId: ionString(documentId) });
}

/** Changes the documents that fulfil the conditions; answers the id of each. All are found and computed before the first is written. */
export async function* runChange(change: Change, evaluation: Evaluation, database: Database): AsyncGenerator<IonValue> {
  const root = change.from[0]!;
  if (root.source.kind !== 'table') throw new StatementError('Semantic', 'only a table can be changed', root.at);
  const table = findTable(database, root.source, root.at);
  const deletes = removesDocument(change.edit, root.alias);
  const editsByDocument = new Map<string, DocumentEdits>();
  for await (const scope of joinedRows(change, evaluation, database)) {
    const { documentId, value } = scope.bindings[0]!;
    if (documentId === undefined || value.kind !== 'struct') continue;
    const edits = editsByDocument.get(documentId) ?? { document: value, steps: [] };
    const steps = stepsOf(change.edit, scope, evaluation);
    if (!deletes) refuseDeletion(change.edit, steps, root.alias);
    edits.steps.push(...steps);
    editsByDocument.set(documentId, edits);
    // Before more of them are held than could ever be written.
    database.refuseSoManyChanges?.(editsByDocument.size);
  }
  const changed = [...editsByDocument].map(([documentId, edits]) => ({ documentId, document: applied(edits, evaluation) }));
  for (const { documentId, document } of changed) await write(database, table, documentId, document);
  yield* changed.map(({ documentId }) => documentIdRow(documentId));
}

/** Another name for the document, or MISSING set in its place, must not delete what the statement has no permission to delete. */
function refuseDeletion(edit: Edit, steps: readonly EditStep[], alias: string | undefined): void {
  if (!steps.some((step) => step.kind === 'remove' && step.location.length === 0)) return;
  const target = edit.kind === 'set' ? edit.assignments[0]!.target : edit.kind === 'remove' ? edit.target : undefined;
  throw evaluationError(`this would delete the document; use DELETE, or REMOVE ${alias}`, target?.at);
}

interface DocumentEdits { readonly document: IonStruct; readonly steps: EditStep[] }

/** One edit with everything evaluated, in terms of one document. */
type EditStep =
  | { readonly kind: 'set'; readonly location: Location; readonly value: IonValue; readonly target: Expression }
  | { readonly kind: 'insert'; readonly location: Location; readonly key?: string | number; readonly value: IonValue; readonly target: Expression }
  | { readonly kind: 'remove'; readonly location: Location };

function stepsOf(edit: Edit, scope: Scope, evaluation: Evaluation): readonly EditStep[] {
  switch (edit.kind) {
    case 'delete': return [{ kind: 'remove', location: [] }];
    case 'remove': return [{ kind: 'remove', location: locationOfTarget(edit.target, scope, evaluation) }];
    case 'set': return edit.assignments.map(({ target, value: expression }) => {
      const location = locationOfTarget(target, scope, evaluation);
      const value = toIon(evaluateExpression(expression, scope, evaluation));
      return value === undefined ? { kind: 'remove', location } : { kind: 'set', location, value, target };
    });
    case 'insertInto': {
      const location = locationOfTarget(edit.target, scope, evaluation);
      const value = toIon(evaluateExpression(edit.value, scope, evaluation));
      if (value === undefined) throw evaluationError('cannot insert MISSING', edit.value.at);
      return [{ kind: 'insert', location, key: edit.key === undefined ? undefined : keyOf(edit.key, scope, evaluation), value, target: edit.target }];
    }
  }
}

function keyOf(expression: Expression, scope: Scope, evaluation: Evaluation): string | number {
  const key = evaluateExpression(expression, scope, evaluation);
  const name = textOf(key);
  if (name === undefined && key.kind !== 'int') throw evaluationError(`AT takes a list position or the name of a field, not ${key.kind}`, expression.at);
  return name ?? Number((key as { value: bigint }).value);
}

/** Where the target is in the document; a name that is neither alias nor field is a field to be. */
function locationOfTarget(target: Expression, scope: Scope, evaluation: Evaluation): Location {
  const root = target.kind === 'path' ? target.root : target;
  if (root.kind !== 'variable') throw new StatementError('Semantic', 'expected a path to a field of the document', target.at);
  const steps = target.kind === 'path' ? locationOfSteps(target.steps, scope, evaluation) : [];
  const resolution = resolve(root.name, scope, evaluation.budget);
  if (resolution === undefined) return [root.name, ...steps];
  const { location } = resolution.binding;
  if (location === undefined) throw new StatementError('Semantic', `${root.name} is not part of the document and cannot be changed`, target.at);
  return [...location, ...resolution.field === undefined ? [] : [resolution.field], ...steps];
}

/** The document after its edits; undefined if it is to be deleted. */
function applied({ document, steps }: DocumentEdits, { budget }: Evaluation): IonStruct | undefined {
  const copying = sizeOf(document) / BYTES_PER_FIELD;
  let result = document;
  for (const step of steps) {
    budget.spendOnBytes(copying);
    if (step.kind !== 'remove') result = placedAt(step.target.at, () => edited(result, step));
  }
  // From the back, so that the positions of those still to be removed stay true.
  const removals = new Map(steps.flatMap((step) => (step.kind === 'remove' ? [[JSON.stringify(step.location), step.location] as const] : [])));
  for (const location of [...removals.values()].sort(backToFront)) {
    if (location.length === 0) return undefined;
    result = withoutValueAt(result, location);
  }
  return result;
}

function edited(document: IonStruct, step: EditStep & { readonly kind: 'set' | 'insert' }): IonStruct {
  const { location, value, target } = step;
  if (step.kind === 'insert') return withInsertion(document, location, step.key, value);
  return location.length === 0 ? requireDocument(value, target) : withValueAt(document, location, value);
}

function backToFront(left: Location, right: Location): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [leftStep, rightStep] = [left[index]!, right[index]!];
    if (typeof leftStep === 'number' && typeof rightStep === 'number' && leftStep !== rightStep) return rightStep - leftStep;
    if (leftStep !== rightStep) return String(leftStep) < String(rightStep) ? -1 : 1;
  }
  return right.length - left.length;
}

async function write(database: Database, table: TableDefinition, documentId: string, document: IonStruct | undefined): Promise<void> {
  if (document === undefined) await database.remove(table, documentId);
  else await database.update(table, documentId, document);
}
