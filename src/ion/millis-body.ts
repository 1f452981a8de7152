import { ByteSink } from './byte-sink';
import { appendScalarBody } from './scalar-body';
import { ionTimestampFromMillis } from './value';

let latestMillis = NaN;
let latestBody: Uint8Array = new Uint8Array(0);

/** The body of a UTC timestamp of millisecond precision. Many are of one moment, so the latest is remembered. */
export function millisBody(epochMillis: number): Uint8Array {
  if (epochMillis === latestMillis) return latestBody;
  const sink = new ByteSink(16);
  appendScalarBody(sink, ionTimestampFromMillis(epochMillis));
  latestBody = sink.copy();
  latestMillis = epochMillis;
  return latestBody;
}
