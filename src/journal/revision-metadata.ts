import { structOfFields, type FieldSink, type IonStruct } from '../ion';
import type { RevisionMetadata } from './block';
import { isUniqueId } from './unique-id';

/** Metadata that is just its four members, which is all that ledgers write. Its Ion is made when somebody asks for it. */
export class PlainMetadata implements RevisionMetadata {
  private struct?: IonStruct;

  constructor(readonly id: string, readonly version: number, readonly txTimeMillis: number, readonly txId: string) {}

  get ion(): IonStruct {
    return this.struct ??= structOfFields(sink => this.tell(sink));
  }

  /** Tells a sink what `ion` says. @param name in front of it */
  tell(sink: FieldSink, name?: string): void {
    sink.beginStruct(name);
    sink.string(this.id, 'id');
    sink.int(this.version, 'version');
    sink.millis(this.txTimeMillis, 'txTime');
    sink.string(this.txId, 'txId');
    sink.endStruct();
  }
}

const NAMES = ['id', 'version', 'txTime', 'txId'];

/** Whether its members say all that there is to it, in Ion that `PlainMetadata` would make of them. */
export function isPlainMetadata(metadata: RevisionMetadata): boolean {
  const { id, version, txTimeMillis, txId } = metadata;
  if (!isUniqueId(id) || !isUniqueId(txId) || !isCount(version) || !isCount(txTimeMillis)) return false;
  if (metadata instanceof PlainMetadata) return true;
  const { annotations, fields } = metadata.ion;
  return isBare(annotations) && fields.length === NAMES.length
    && fields.every(([name, value], index) => name === NAMES[index] && isBare(value.annotations) && (value.kind !== 'timestamp'
      || (value.precision === 'second' && value.offsetMinutes === 0 && value.fraction?.scale === 3)));
}

const isCount = (number: number): boolean => Number.isSafeInteger(number) && number >= 0;
const isBare = (annotations: readonly string[] | undefined): boolean => annotations === undefined || annotations.length === 0;
