import { isObject } from './input/check-input';
import { ServiceError } from './service-error';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON object in a request's body; an empty body is an empty object.
 *
 * @throws ServiceError SerializationException
 */
export function jsonObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(body));
  } catch {
    throw new ServiceError('SerializationException', 'The body of the request is not valid JSON in UTF-8. Correct it and send it again.');
  }
  if (!isObject(value)) throw new ServiceError('SerializationException', 'The body of the request must be a JSON object.');
  return value;
}
