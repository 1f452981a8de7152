import type { FunctionUrlEvent } from './function-url';

/** The part of a REST API's proxy event that the service reads: a private service is behind such an API. */
export interface RestApiEvent {
  readonly httpMethod: string;
  /** Without the stage, and as the client encoded it. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  /** Decoded. */
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly identity?: { readonly userArn?: string | null } };
}

/** No request can pretend: the fields of an event are made by what is in front of the function. */
export const isRestApiEvent = (event: FunctionUrlEvent | RestApiEvent): event is RestApiEvent => 'httpMethod' in event;

/** What a function URL would have made of the same request. */
export function asFunctionUrlEvent(event: RestApiEvent): FunctionUrlEvent {
  const query = Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(([name, values = []]) => values.map(value => [name, value]));
  return {
    rawPath: event.path,
    rawQueryString: query.map(pair => pair.map(encodeURIComponent).join('=')).join('&'),
    headers: event.headers ?? {},
    body: event.body ?? undefined,
    isBase64Encoded: event.isBase64Encoded,
    requestContext: {
      http: { method: event.httpMethod },
      authorizer: { iam: { userArn: event.requestContext.identity?.userArn ?? undefined } },
    },
  };
}
