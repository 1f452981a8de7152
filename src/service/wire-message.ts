/** An HTTP request, whatever front it came through. */
export interface WireRequest {
  readonly method: string;
  /** As the client sent it, percent-encoded; emulators may have decoded it. */
  readonly rawPath: string;
  /** Without the question mark, percent-encoded. */
  readonly rawQuery: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Who asks, as the platform has proven or an explicit setting says; absent means refused. */
  readonly callerArn?: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Requests larger than this are refused unread; the largest legal one, a statement with parameters, stays far below. */
export const REQUEST_BYTES_MAX = 16 * 1024 * 1024;
