import { boto3Caller, hasPython } from './boto3-caller';
import { SERVICE_MODEL, shapeOf, type ModelMember } from './service-model';
import { OPERATIONS } from '../../../src/service';
import type { Member, Shape } from '../../../src/service/input/shape';

type Facts = Readonly<Record<string, unknown>>;

/** Where the service's constraints are not those of the model, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['type', 'required', 'source', 'wireName', 'min', 'max'].map(fact => [`DeleteLedger.DigestTipAddress.${fact}`, 'a member of our own'])),
  'CreateLedger.KmsKey.min': 'an empty text names no key',
  'UpdateLedger.KmsKey.min': 'an empty text names no key',
  'ExportJournalToS3.S3ExportConfiguration.Prefix.max': 'checked later, for the words that the guide has for it',
  'GetBlock.BlockAddress.IonText.required': 'an address without text is none',
  'GetBlock.DigestTipAddress.IonText.required': 'an address without text is none',
  'GetRevision.BlockAddress.IonText.required': 'an address without text is none',
  'GetRevision.DigestTipAddress.IonText.required': 'an address without text is none',
};

function modelFacts(at: string, member: ModelMember, required: boolean): Facts {
  const shape = shapeOf(member.shape);
  const own = { [`${at}.type`]: shape.type, [`${at}.required`]: required, [`${at}.source`]: member.location ?? 'body', [`${at}.wireName`]: member.location === 'querystring' ? member.locationName : undefined };
  const items = shape.type === 'map' ? { key: shape.key!, value: shape.value! } : shape.type === 'list' ? { item: shape.member! } : {};
  return {
    ...own,
    ...constraints(at, shape),
    ...Object.entries(items).reduce<Facts>((facts, [part, { shape: name }]) => ({ ...facts, ...constraints(`${at}.${part}`, shapeOf(name)) }), {}),
    ...Object.entries(shape.members ?? {}).reduce<Facts>(
      (facts, [name, inner]) => ({ ...facts, ...modelFacts(`${at}.${name}`, inner, shape.required?.includes(name) ?? false) }), {}),
  };
}

interface Constraints { readonly min?: number; readonly max?: number; readonly pattern?: string; readonly enum?: readonly string[] }

const constraints = (at: string, { min, max, pattern, enum: values }: Constraints): Facts =>
  ({ [`${at}.min`]: min === 0 ? undefined : min, [`${at}.max`]: max, [`${at}.pattern`]: pattern, [`${at}.enum`]: values });

function ownFacts(at: string, { shape, required, source, wireName }: Member): Facts {
  const items: Record<string, Shape> = shape.type === 'map' ? { key: shape.keys, value: shape.values } : shape.type === 'list' ? { item: shape.items } : {};
  return {
    [`${at}.type`]: shape.type,
    [`${at}.required`]: required,
    [`${at}.source`]: { path: 'uri', query: 'querystring', body: 'body' }[source],
    [`${at}.wireName`]: wireName,
    ...ownConstraints(at, shape),
    ...Object.entries(items).reduce<Facts>((facts, [part, item]) => ({ ...facts, ...ownConstraints(`${at}.${part}`, item) }), {}),
    ...(shape.type === 'structure'
      ? Object.entries(shape.members).reduce<Facts>((facts, [name, inner]) => ({ ...facts, ...ownFacts(`${at}.${name}`, inner) }), {})
      : {}),
  };
}

function ownConstraints(at: string, shape: Shape): Facts {
  switch (shape.type) {
    case 'string': {
      const { minLength, maxLength, pattern, values } = shape;
      return constraints(at, { min: minLength, max: maxLength, pattern: pattern?.source.replaceAll('\\/', '/'), enum: values });
    }
    case 'integer': return constraints(at, shape);
    case 'list': case 'map': return constraints(at, { max: shape.maxLength });
    default: return constraints(at, {});
  }
}

test('the service has the operations of the model, under their methods and paths', () => {
  const anonymous = (path: string) => path.replace(/\{[^}]+\}/g, '{}');
  expect(Object.fromEntries(OPERATIONS.map(({ name, method, path }) => [name, `${method} ${anonymous(path)}`]))).toEqual(
    Object.fromEntries(Object.entries(SERVICE_MODEL.operations).map(([name, { http }]) => [name, `${http.method} ${anonymous(http.requestUri)}`])));
  expect(OPERATIONS).toHaveLength(20);
});

test('every member of every request has the constraints of the model', () => {
  const own = OPERATIONS.reduce<Facts>((facts, { name, input }) => Object.entries(input).reduce<Facts>(
    (all, [member, definition]) => ({ ...all, ...ownFacts(`${name}.${member}`, definition) }), facts), {});
  const model = Object.entries(SERVICE_MODEL.operations).reduce<Facts>((facts, [name, { input }]) => {
    const { members = {}, required = [] } = shapeOf(input.shape);
    return Object.entries(members).reduce<Facts>(
      (all, [member, definition]) => ({ ...all, ...modelFacts(`${name}.${member}`, definition, required.includes(member)) }), facts);
  }, {});
  const facts = [...new Set([...Object.keys(own), ...Object.keys(model)])];
  const differing = facts.filter(fact => JSON.stringify(own[fact]) !== JSON.stringify(model[fact]));
  expect(differing.sort()).toEqual(Object.keys(DIFFERENT).sort());
});

(hasPython() ? test : test.skip)('the model is that of boto3', async () => {
  const caller = await boto3Caller();
  const { operations, shapes } = withoutDocumentation(await caller.model()) as typeof SERVICE_MODEL;
  await caller.close();
  expect(SERVICE_MODEL).toEqual({ operations, shapes });
}, 120_000);

function withoutDocumentation(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDocumentation);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'documentation').map(([name, entry]) => [name, withoutDocumentation(entry)]));
}
