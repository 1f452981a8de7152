/**
 * What the simulated transactions do and saw, and a plain model that replays it: documents in a map, tables and indexes as flags.
 * A history is serializable if the model, fed with the committed transactions in the order of their blocks, answers what each one saw.
 */
export type TableName = 'Crowd' | 'Quiet' | 'Late';
export interface DocumentData { readonly k?: number | null; readonly v: number }
export type Where = { readonly k: number } | { readonly v: number } | { readonly id: string } | 'all';
export type Row = readonly [id: string, k: number | null | undefined, v: number];

export type Step =
  | { readonly kind: 'select'; readonly table: TableName; readonly where: Where; readonly rows: readonly Row[] }
  | { readonly kind: 'insert'; readonly table: TableName; readonly documents: readonly DocumentData[]; readonly ids: readonly string[] }
  | { readonly kind: 'update'; readonly table: TableName; readonly where: Where; readonly set: Partial<DocumentData>; readonly ids: readonly string[] }
  | { readonly kind: 'delete'; readonly table: TableName; readonly where: Where; readonly ids: readonly string[] }
  /** The index of Quiet on k, as the catalog showed it, and then made or dropped. */
  | { readonly kind: 'index'; readonly seen: boolean; readonly changed: boolean }
  /** The status of Late, as the catalog showed it, and then made, dropped or brought back. */
  | { readonly kind: 'table'; readonly seen: TableStatus; readonly changed: boolean };

export type TableStatus = 'none' | 'ACTIVE' | 'INACTIVE';

interface ModelDocument { readonly table: TableName; readonly data: DocumentData; readonly version: number }

export interface Model {
  readonly documents: ReadonlyMap<string, ModelDocument>;
  readonly indexed: boolean;
  readonly late: TableStatus;
}

export const EMPTY_MODEL: Model = { documents: new Map(), indexed: false, late: 'none' };

/** The revisions that a block should hold. */
export interface ExpectedRevision { readonly id: string; readonly version: number; readonly data?: DocumentData }

export interface Replay {
  readonly model: Model;
  readonly revisions: readonly ExpectedRevision[];
  /** Where the transaction saw something else than the model holds. */
  readonly mismatch?: string;
}

export function replay(before: Model, steps: readonly Step[]): Replay {
  const documents = new Map(before.documents);
  let { indexed, late } = before;
  let mismatch: string | undefined;
  const expect = (step: Step, seen: unknown, held: unknown): void => {
    if (JSON.stringify(seen) !== JSON.stringify(held)) {
      mismatch ??= `${JSON.stringify({ ...step, rows: undefined, ids: undefined })} saw ${JSON.stringify(seen)}, the model holds ${JSON.stringify(held)}`;
    }
  };
  const matching = (table: TableName, where: Where): string[] => [...documents]
    .filter(([id, document]) => document.table === table && matches(id, document.data, where)).map(([id]) => id).sort();
  const touched = new Set<string>();

  for (const step of steps) {
    switch (step.kind) {
      case 'select':
        expect(step, step.rows, matching(step.table, step.where).map(id => rowOf(id, documents.get(id)!.data)));
        break;
      case 'insert':
        step.ids.forEach((id, index) => documents.set(id, { table: step.table, data: step.documents[index], version: -1 }));
        step.ids.forEach(id => touched.add(id));
        break;
      case 'update':
      case 'delete': {
        const ids = matching(step.table, step.where);
        expect(step, step.ids, ids);
        for (const id of ids) {
          touched.add(id);
          const document = documents.get(id)!;
          if (step.kind === 'delete') documents.delete(id);
          else documents.set(id, { ...document, data: { ...document.data, ...step.set } });
        }
        break;
      }
      case 'index':
        expect(step, step.seen, indexed);
        if (step.changed) indexed = !indexed;
        break;
      case 'table':
        expect(step, step.seen, late);
        if (step.changed) late = late === 'ACTIVE' ? 'INACTIVE' : 'ACTIVE';
        break;
    }
  }

  const revisions: ExpectedRevision[] = [];
  for (const id of touched) {
    const version = (before.documents.get(id)?.version ?? -1) + 1;
    const document = documents.get(id);
    if (document) documents.set(id, { ...document, version });
    if (document || before.documents.has(id)) revisions.push({ id, version, ...(document && { data: document.data }) });
  }
  return { model: { documents, indexed, late }, revisions, mismatch };
}

function matches(id: string, data: DocumentData, where: Where): boolean {
  if (where === 'all') return true;
  if ('id' in where) return where.id === id;
  return 'k' in where ? where.k === data.k : where.v === data.v;
}

export const rowOf = (id: string, { k, v }: DocumentData): Row => [id, k, v];
export const inOrderOfIds = (rows: readonly Row[]): Row[] => [...rows].sort(([left], [right]) => left < right ? -1 : left > right ? 1 : 0);
