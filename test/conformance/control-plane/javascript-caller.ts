import * as qldb from '@aws-sdk/client-qldb';
import type { Caller, Json, JsonObject, Outcome } from './outcome';

const TIME_MEMBERS = ['InclusiveStartTime', 'ExclusiveEndTime'];

type Command = Parameters<qldb.QLDBClient['send']>[0];
type CommandClass = new (input: object) => Command;
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers: Readonly<Record<string, string>> };
  readonly [member: string]: unknown;
}

/** The SDK for JavaScript. */
export function javascriptCaller(): Caller {
  const clients = new Map<string, qldb.QLDBClient>();
  const clientOf = (endpoint: string, region: string): qldb.QLDBClient => {
    const client = clients.get(endpoint)
      ?? new qldb.QLDBClient({ endpoint, region, credentials: { accessKeyId: 'any', secretAccessKey: 'any' }, maxAttempts: 1 });
    clients.set(endpoint, client);
    return client;
  };
  return {
    name: 'JavaScript',
    async call(endpoint, region, operation, input) {
      const commandClass = (qldb as unknown as Record<string, CommandClass>)[`${operation}Command`]!;
      try {
        const { $metadata, ...output } = await clientOf(endpoint, region).send(new commandClass(withDates(input)));
        return { kind: 'success', status: $metadata.httpStatusCode!, output: toJson(output) as JsonObject };
      } catch (error) {
        return failure(error as SdkError);
      }
    },
    async close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

function failure(error: SdkError): Outcome {
  const { $metadata, $response, name, message } = error;
  if ($metadata?.httpStatusCode === undefined) return { kind: 'unsent', reason: `SDK for JavaScript: ${message}` };
  const members = Object.fromEntries(['ParameterName', 'ResourceType', 'ResourceName'].flatMap(member => member in error ? [[member, error[member] as Json]] : []));
  return { kind: 'failure', status: $metadata.httpStatusCode, errorType: $response?.headers['x-amzn-errortype'] ?? '', name, message, members };
}

const withDates = (input: JsonObject): object => Object.fromEntries(
  Object.entries(input).map(([name, value]) => [name, TIME_MEMBERS.includes(name) && typeof value === 'string' ? new Date(value) : value]),
);

function toJson(value: unknown): Json {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined).map(([name, entry]) => [name, toJson(entry)]));
}
