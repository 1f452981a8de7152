import { jsonObject } from '../json-body';
import { ServiceError } from '../service-error';
import type { RawInput } from './check-input';
import type { Member, Members } from './shape';

/** Gathers an operation's members from where each of them travels. @throws ServiceError SerializationException */
export function restInput(members: Members, path: RawInput, rawQuery: string, body: Uint8Array): RawInput {
  const query = new URLSearchParams(rawQuery);
  const json = hasBody(members) ? jsonObject(body) : {};
  const raw: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    switch (member.source) {
      case 'path': raw[name] = path[name]; break;
      case 'query': raw[name] = queryValue(name, member, query); break;
      case 'body': if (Object.hasOwn(json, name)) raw[name] = json[name]; break;
    }
  }
  return raw;
}

const hasBody = (members: Members): boolean => Object.values(members).some(({ source }) => source === 'body');

function queryValue(name: string, { shape, wireName = name }: Member, query: URLSearchParams): unknown {
  if (shape.type === 'list') return query.has(wireName) ? query.getAll(wireName) : undefined;
  const text = query.get(wireName);
  if (text === null || shape.type !== 'integer') return text;
  if (!/^-?[0-9]{1,15}$/.test(text)) throw new ServiceError('SerializationException', `The query parameter ${wireName} must be an integer, not '${text.slice(0, 50)}'.`);
  return Number(text);
}
