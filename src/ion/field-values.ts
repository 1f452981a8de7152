import type { Fields, FieldSink } from './field-sink';
import { ionBlob, ionInt, ionString, ionTimestampFromMillis, type IonField, type IonStruct, type IonValue } from './value';

type Open =
  | { readonly kind: 'struct'; readonly fields: IonField[]; readonly name?: string }
  | { readonly kind: 'list'; readonly items: IonValue[]; readonly name?: string };

/** The struct that the fields make, as a value. */
export function structOfFields(fields: Fields): IonStruct {
  const sink = new FieldValues();
  fields(sink);
  return sink.result!;
}

class FieldValues implements FieldSink {
  result?: IonStruct;
  private readonly open: Open[] = [];

  beginStruct(name?: string): void {
    this.open.push({ kind: 'struct', fields: [], name });
  }

  endStruct(): void {
    const { fields, name } = this.open.pop() as Open & { kind: 'struct' };
    this.value({ kind: 'struct', fields }, name);
  }

  beginList(name?: string): void {
    this.open.push({ kind: 'list', items: [], name });
  }

  endList(): void {
    const { items, name } = this.open.pop() as Open & { kind: 'list' };
    this.value({ kind: 'list', items }, name);
  }

  string(text: string, name?: string): void {
    this.value(ionString(text), name);
  }

  repeated(text: string, name: string): void {
    this.string(text, name);
  }

  blob(bytes: Uint8Array, name?: string): void {
    this.value(ionBlob(bytes), name);
  }

  int(value: number, name?: string): void {
    this.value(ionInt(value), name);
  }

  millis(epochMillis: number, name?: string): void {
    this.value(ionTimestampFromMillis(epochMillis), name);
  }

  value(value: IonValue, name?: string): void {
    const around = this.open.at(-1);
    if (around === undefined) this.result = value as IonStruct;
    else if (around.kind === 'struct') around.fields.push([name!, value]);
    else around.items.push(value);
  }
}
