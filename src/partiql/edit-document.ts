import type { Location } from './scope';
import { evaluationError } from './statement-error';
import type { IonList, IonSexp, IonStruct, IonValue } from '../ion/value';

/**
 * The document with another value at the location. A field that is absent is added; everything above it must be there.
 *
 * @throws StatementError if the location leads through something else than structs and lists
 */
export function withValueAt(root: IonStruct, location: Location, value: IonValue): IonStruct {
  return editDocument(root, location, () => value);
}

/** The document without what is at the location, if anything is. */
export function withoutValueAt(root: IonStruct, location: Location): IonStruct {
  return leadsSomewhere(root, location) ? editDocument(root, location, () => undefined) : root;
}

/**
 * The document with a value inserted into the collection at the location: into a list at a position from 0 or at its end, into a struct as
 * a field that is not there yet.
 */
export function withInsertion(root: IonStruct, location: Location, key: string | number | undefined, value: IonValue): IonStruct {
  return editDocument(root, location, (collection) => insertInto(collection, location, key, value));
}

/** What an edit makes of the value at a location; undefined stands for absence on both sides. */
type EditValue = (value: IonValue | undefined) => IonValue | undefined;

function editDocument(root: IonStruct, location: Location, edit: EditValue): IonStruct {
  const edited = location.length === 0 ? edit(root) : editAt(root, location, 0, edit);
  // Neither an insertion into a struct nor an edit below one makes it anything else.
  return edited as IonStruct;
}

function insertInto(collection: IonValue | undefined, location: Location, key: string | number | undefined, value: IonValue): IonValue {
  if (collection === undefined) throw evaluationError(`${nameOf(location)} does not exist; create the collection with SET`);
  switch (collection.kind) {
    case 'list':
    case 'sexp': {
      const position = key ?? collection.items.length;
      if (typeof position === 'string') throw evaluationError(`${nameOf(location)} is a ${collection.kind}; AT takes a position in it`);
      if (position < 0 || position > collection.items.length) {
        throw evaluationError(`position ${position} is outside of ${nameOf(location)}, which has ${collection.items.length} elements`);
      }
      return { ...collection, items: [...collection.items.slice(0, position), value, ...collection.items.slice(position)] };
    }
    case 'struct':
      if (typeof key !== 'string') throw evaluationError(`${nameOf(location)} is a struct; name the new field with AT 'field'`);
      if (collection.fields.some(([name]) => name === key)) throw evaluationError(`${nameOf(location)} already has the field ${key}; change it with SET`);
      return { ...collection, fields: [...collection.fields, [key, value]] };
    default: throw evaluationError(`cannot insert into ${nameOf(location)}, which is ${collection.kind}`);
  }
}

function editAt(value: IonValue, location: Location, depth: number, edit: EditValue): IonValue {
  const step = location[depth]!;
  const isLast = depth === location.length - 1;
  const below: EditValue = (child) => {
    if (isLast) return edit(child);
    if (child === undefined) throw evaluationError(`${nameOf(location.slice(0, depth + 1))} does not exist`);
    return editAt(child, location, depth + 1, edit);
  };
  if (typeof step === 'string' && value.kind === 'struct') return editField(value, step, below);
  if (typeof step === 'number' && (value.kind === 'list' || value.kind === 'sexp')) {
    if (step < 0 || step >= value.items.length) {
      throw evaluationError(`position ${step} is outside of ${nameOf(location.slice(0, depth))}, which has ${value.items.length} elements`);
    }
    return editElement(value, step, below);
  }
  throw evaluationError(`${nameOf(location.slice(0, depth))} is ${value.kind}, which has no ${typeof step === 'string' ? 'fields' : 'positions'}`);
}

function editField(struct: IonStruct, name: string, edit: EditValue): IonStruct {
  const index = struct.fields.findIndex(([field]) => field === name);
  const edited = edit(struct.fields[index]?.[1]);
  const before = index < 0 ? struct.fields : struct.fields.slice(0, index);
  const after = index < 0 ? [] : struct.fields.slice(index + 1);
  return { ...struct, fields: edited === undefined ? [...before, ...after] : [...before, [name, edited], ...after] };
}

function editElement(list: IonList | IonSexp, position: number, edit: EditValue): IonList | IonSexp {
  const edited = edit(list.items[position]);
  return { ...list, items: [...list.items.slice(0, position), ...edited === undefined ? [] : [edited], ...list.items.slice(position + 1)] };
}

function leadsSomewhere(root: IonValue, location: Location): boolean {
  let value: IonValue | undefined = root;
  for (const step of location) {
    if (value?.kind === 'struct') value = value.fields.find(([name]) => name === step)?.[1];
    else if ((value?.kind === 'list' || value?.kind === 'sexp') && typeof step === 'number') value = value.items[step];
    else return false;
  }
  return value !== undefined;
}

function nameOf(location: Location): string {
  if (location.length === 0) return 'the document';
  return location.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
