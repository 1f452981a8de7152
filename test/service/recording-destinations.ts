import type { DestinationRefused, Destinations, ExportedObject, KinesisRecord } from '../../src/engine';
import { memorySource } from '../cli/generated-export';

/** Destinations in memory, which refuse on request. */
export interface RecordingDestinations extends Destinations {
  readonly written: ExportedObject[];
  readonly streamed: { readonly streamArn: string; readonly record: KinesisRecord }[];
  readonly assumed: { readonly roleArn: string; readonly ledgerArn: string }[];
  /** What every call meets until it is unset. */
  refuse?: DestinationRefused;
  /** What writes meet although the check before them succeeded. */
  refusePuts?: DestinationRefused;
}

export function recordingDestinations(): RecordingDestinations {
  const meet = (refusal = destinations.refuse): void => {
    if (refusal) throw refusal;
  };
  const destinations: RecordingDestinations = {
    written: [],
    streamed: [],
    assumed: [],
    async objects(roleArn, ledgerArn) {
      destinations.assumed.push({ roleArn, ledgerArn });
      return {
        async put(object: ExportedObject) {
          meet(destinations.refusePuts ?? destinations.refuse);
          destinations.written.push(object);
        },
        check: async () => meet(),
      };
    },
    async records(roleArn, ledgerArn) {
      destinations.assumed.push({ roleArn, ledgerArn });
      return {
        async put(streamArn: string, records: readonly KinesisRecord[]) {
          meet(destinations.refusePuts ?? destinations.refuse);
          destinations.streamed.push(...records.map(record => ({ streamArn, record })));
        },
        check: async () => meet(),
      };
    },
    async exports(roleArn, ledgerArn, { bucket, prefix }) {
      destinations.assumed.push({ roleArn, ledgerArn });
      meet();
      const held = destinations.written.filter(object => object.bucket === bucket && object.key.startsWith(prefix));
      return memorySource(new Map(held.map(({ key, body }) => [key, body])));
    },
  };
  return destinations;
}
