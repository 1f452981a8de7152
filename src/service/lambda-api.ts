import type { Context } from 'aws-lambda';
import { logLine, openLambdaService } from './lambda-service';
import { createWire, type Handle } from './wire';

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

/** Lambda answers at most 6 MB, counted with the headers and the escapes of its own envelope; the text of a very large block has more. */
const ANSWER_BYTES_MAX = 4_500_000;

/** Opened with the first request and kept for the life of the instance. */
let opening: Promise<Handle> | undefined;

/** Entry of the API function. */
export async function handler(event: FunctionUrlEvent, context: Pick<Context, 'invokedFunctionArn'>): Promise<FunctionUrlResult> {
  const handle = await (opening ??= open(context.invokedFunctionArn));
  const { status, headers, body } = await handle({
    method: event.requestContext.http.method,
    rawPath: event.rawPath,
    rawQuery: event.rawQueryString ?? '',
    headers: Object.fromEntries(Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    callerArn: callerArn(event),
  });
  return { statusCode: status, headers, body };
}

async function open(functionArn: string): Promise<Handle> {
  try {
    const { engine, account, newId } = await openLambdaService(process.env, functionArn);
    return createWire({ engine, account, log: logLine, clock: Date.now, newRequestId: newId, answerBytesMax: ANSWER_BYTES_MAX });
  } catch (error) {
    opening = undefined;
    throw error;
  }
}

/** Emulators prove nobody's identity; the variable names the one that everybody gets there, and is never set on AWS. */
const callerArn = ({ requestContext }: FunctionUrlEvent): string | undefined =>
  requestContext.authorizer?.iam?.userArn ?? (process.env.CDK_LEDGER_CALLER_ARN || undefined);
