import type { Context } from 'aws-lambda';
import type { Handle } from './answer-requests';
import { asFunctionUrlEvent, isRestApiEvent, type RestApiEvent } from './rest-api-event';

/** The part of a Function URL's event, payload format 2.0, that the service reads. */
export interface FunctionUrlEvent {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly http: { readonly method: string };
    readonly authorizer?: { readonly iam?: { readonly userArn?: string } };
  };
}

export interface FunctionUrlResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type FunctionUrlHandler = (event: FunctionUrlEvent | RestApiEvent, context: Pick<Context, 'invokedFunctionArn'>) => Promise<FunctionUrlResult>;

/** Lambda answers at most 6 MB, counted with the headers and the escapes of its own envelope; the text of a very large block has more. */
export const ANSWER_BYTES_MAX = 4_500_000;

/** Answers events of a function URL, or of the REST API in front of a private service, with what `open` makes: with the first request, for the life of the instance. A failure to open is tried again. */
export function functionUrlHandler(open: (functionArn: string) => Promise<Handle>): FunctionUrlHandler {
  let opening: Promise<Handle> | undefined;
  return async (received, { invokedFunctionArn }) => {
    const event = isRestApiEvent(received) ? asFunctionUrlEvent(received) : received;
    opening ??= open(invokedFunctionArn).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    const handle = await opening;
    const { status, headers, body } = await handle({
      method: event.requestContext.http.method,
      rawPath: event.rawPath,
      rawQuery: event.rawQueryString ?? '',
      headers: Object.fromEntries(Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
      body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
      callerArn: callerArn(event),
    });
    return { statusCode: status, headers, body };
  };
}

/** Emulators prove nobody's identity; the variable names the one that everybody gets there, and is never set on AWS. */
const callerArn = ({ requestContext }: FunctionUrlEvent): string | undefined =>
  requestContext.authorizer?.iam?.userArn ?? (process.env.AWS_ENDPOINT_URL ? process.env.CDK_LEDGER_CALLER_ARN || undefined : undefined);
