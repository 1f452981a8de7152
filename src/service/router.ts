import type { RawInput } from './input/check-input';
import type { Operation } from './operations/operation';
import { ServiceError } from './service-error';

export interface Route {
  readonly operation: Operation;
  /** Members from the path, decoded. */
  readonly path: RawInput;
}

/**
 * Finds the operation of a request. The path is split before it is decoded, because an ARN in it contains encoded slashes; where
 * someone on the way has decoded it already, the ARN is what remains of the path.
 *
 * @throws ServiceError UnknownOperationException, SerializationException
 */
export function route(operations: readonly Operation[], method: string, rawPath: string): Route {
  const segments = rawPath.replace(/^\//, '').split('/');
  for (const operation of operations) {
    const path = operation.method === method ? match(operation.path, segments) : undefined;
    if (path) return { operation, path };
  }
  throw new ServiceError('UnknownOperationException', `No operation of the QLDB API answers ${method} ${rawPath}.`);
}

function match(template: string, segments: readonly string[]): RawInput | undefined {
  const parts = template.slice(1).split('/');
  const takesRest = parts.at(-1)!.endsWith('+}');
  if (takesRest ? segments.length < parts.length : segments.length !== parts.length) return undefined;
  const members: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const name = /^\{(\w+)\+?\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== segments[index]) return undefined;
    } else {
      members[name] = decoded(takesRest && index === parts.length - 1 ? segments.slice(index).join('/') : segments[index]!);
    }
  }
  return members;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError('SerializationException', `The path segment ${text} is not valid percent-encoded UTF-8.`);
  }
}
