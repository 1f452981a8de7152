import { ByteSink } from './byte-sink';
import { appendScalarBody } from './scalar-body';
import { ionTimestampFromMillis } from './value';

/** The body of the whole second that was asked for last: most times of a ledger are of one second. */
let latestSecond = NaN;
let latestBody: Uint8Array = new Uint8Array(0);

/** Appends the body of a UTC timestamp of millisecond precision. Answers how many bytes it has. */
export function appendMillisBody(sink: ByteSink, epochMillis: number): number {
  const second = Math.floor(epochMillis / 1_000);
  if (second !== latestSecond) {
    const body = new ByteSink(16);
    appendScalarBody(body, ionTimestampFromMillis(second * 1_000));
    latestBody = body.copy();
    latestSecond = second;
  }
  const start = sink.length;
  sink.piece(latestBody);
  const millis = epochMillis - second * 1_000;
  // A signed int of as few bytes as possible, none for zero.
  if (millis > 0x7f) sink.byte(millis >> 8);
  if (millis > 0) sink.byte(millis & 0xff);
  return sink.length - start;
}
