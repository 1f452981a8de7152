import type { ConsumedIOs, Page } from '../../engine';

/**
 * Parts of session answers, written as JSON right away: most of an answer is the base64 of its rows, which needs no escapes, and
 * `JSON.stringify` would look for them character by character.
 */
export const blobJson = (bytes: Uint8Array): string => `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"`;

export const consumedJson = ({ readIOs, writeIOs }: ConsumedIOs): string => `{"ReadIOs":${readIOs},"WriteIOs":${writeIOs}}`;

export function pageJson({ values, nextPageToken }: Page): string {
  const rows = values.map(value => `{"IonBinary":${blobJson(value)}}`).join(',');
  return nextPageToken === undefined ? `{"Values":[${rows}]}` : `{"Values":[${rows}],"NextPageToken":${JSON.stringify(nextPageToken)}}`;
}
