import type { Failure, Json, JsonObject } from './outcome';
import { SERVICE_MODEL, shapeOf, type ModelShape } from './service-model';

/** Where an answer departs from the service model; empty for one that does not. */
export function departures(operation: string, output: JsonObject): string[] {
  const { output: modelled } = SERVICE_MODEL.operations[operation]!;
  return modelled ? valueDepartures(output, modelled.shape, operation) : [];
}

function valueDepartures(value: Json, shapeName: string, at: string): string[] {
  const shape = shapeOf(shapeName);
  switch (shape.type) {
    case 'structure': return isObject(value) ? structureDepartures(value, shape, at) : [`${at} is no object`];
    case 'list': return Array.isArray(value) ? value.flatMap((item, index) => valueDepartures(item as Json, shape.member!.shape, `${at}[${index}]`)) : [`${at} is no list`];
    case 'map': return isObject(value) ? Object.entries(value).flatMap(([key, entry]) => valueDepartures(entry, shape.value!.shape, `${at}.${key}`)) : [`${at} is no map`];
    case 'boolean': return typeof value === 'boolean' ? [] : [`${at} is no boolean`];
    case 'timestamp': return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? [] : [`${at} is no time`];
    case 'blob': return typeof value === 'string' ? lengthDepartures(Buffer.from(value, 'base64').length, shape, at) : [`${at} is no blob`];
    case 'string': return typeof value === 'string' ? textDepartures(value, shape, at) : [`${at} is no text`];
    case 'integer': return typeof value === 'number' ? [] : [`${at} is no number`];
  }
}

function structureDepartures(value: JsonObject, { members = {}, required = [] }: ModelShape, at: string): string[] {
  return [
    ...required.filter(name => !(name in value)).map(name => `${at}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, entry]) => name in members ? valueDepartures(entry, members[name]!.shape, `${at}.${name}`) : [`${at}.${name} is unknown`]),
  ];
}

const lengthDepartures = (length: number, { min = 0, max = Infinity }: ModelShape, at: string): string[] =>
  length < min || length > max ? [`${at} has length ${length}`] : [];

/** The guide has this name, shorter than any ARN, in the place of one while a ledger goes back to that key. */
const isOwnedKey = (text: string, at: string): boolean => at.endsWith('.EncryptionDescription.KmsKeyArn') && text === 'AWS_OWNED_KMS_KEY';

const textDepartures = (text: string, shape: ModelShape, at: string): string[] => isOwnedKey(text, at) ? [] : [
  ...lengthDepartures(text.length, shape, at),
  ...(shape.pattern !== undefined && !new RegExp(shape.pattern).test(text) ? [`${at} is '${text}'`] : []),
  ...(shape.enum !== undefined && !shape.enum.includes(text) ? [`${at} is '${text}'`] : []),
];

/** Where a failure departs from the model of its exception; those that the model does not know have no members. */
export function failureDepartures({ status, name, errorType, members, message }: Failure): string[] {
  const shape = SERVICE_MODEL.shapes[name];
  const expected = Object.keys(shape?.members ?? {}).filter(member => member !== 'Message');
  // Which parameter or resource is meant is left out where a rule concerns several.
  const unknown = Object.keys(members).filter(member => !expected.includes(member));
  return [
    ...(errorType === name ? [] : [`the header x-amzn-errortype is '${errorType}' for ${name}`]),
    ...(shape?.error && shape.error.httpStatusCode !== status ? [`${name} has status ${status}`] : []),
    ...(message === '' ? [`${name} has no message`] : []),
    ...unknown.map(member => `${name} has the member ${member}`),
  ];
}

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
