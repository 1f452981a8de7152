import type { Dice } from './dice';
import { hostileJson, hostileText, ionText, mutated } from './hostile-values';
import type { WireRequest } from '../../../src/service';
import { SERVICE_MODEL, shapeOf, type ModelShape } from '../control-plane/service-model';

/** What earlier answers told and later requests may name. */
export interface Known {
  readonly ids: string[];
  readonly tokens: string[];
  readonly addresses: string[];
}

export type RequestParts = Pick<WireRequest, 'method' | 'rawPath' | 'rawQuery' | 'headers' | 'body'> & { readonly operation: string };

/** Never deleted, so that there is one to find well at the end. */
export const KEPT_LEDGER = 'kept';
export const LEDGER_NAMES = [KEPT_LEDGER, 'fuzz-a', 'fuzz-b', 'fuzz-c'];
const ACCOUNT_ID = '111122223333';
const REGION = 'eu-central-1';
const OPERATIONS = Object.keys(SERVICE_MODEL.operations);
/** A valid value where only the member's name tells which. */
const ARNS: Readonly<Record<string, string>> = {
  RoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/journal`,
  StreamArn: `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/journal`,
  KmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/k`,
};

/** A request of the control plane: mostly valid, wrong in places, or noise. */
export function controlPlaneRequest(dice: Dice, known: Known, nowMillis: number): RequestParts {
  const operation = dice.pick(OPERATIONS);
  // Half of the requests are as a client would send them, so that something happens between the hostile ones.
  const hostility = dice.pick([0, 0, 0.1, 0.5]);
  const { http: { method, requestUri }, input } = SERVICE_MODEL.operations[operation]!;
  const path = new Map<string, string>();
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  const { members = {}, required = [] } = shapeOf(input.shape);
  for (const [name, { shape, location, locationName }] of Object.entries(members)) {
    const isRequired = required.includes(name);
    if (dice.chance(isRequired ? hostility / 4 : 0.5)) continue;
    const value = dice.chance(hostility) ? hostileJson(dice) : valid(name, shape);
    if (location === 'uri') path.set(locationName!, asText(value));
    else if (location === 'querystring') for (const item of Array.isArray(value) ? value : [value]) query.append(locationName!, wellFormed(asText(item)));
    else body[name] = value;
  }
  if (dice.chance(hostility / 2)) body[hostileText(dice)] = hostileJson(dice);
  const ledger = path.get('name');
  if (operation === 'DeleteLedger' && ledger === KEPT_LEDGER) path.set('name', 'fuzz-a');
  const rawPath = requestUri.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(wellFormed(path.get(name) ?? '')));
  return {
    operation,
    method: dice.chance(hostility / 10) ? dice.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'get']) : method,
    rawPath: harmless(dice.chance(hostility / 5) ? mutated(dice, rawPath) : rawPath),
    rawQuery: dice.chance(hostility / 5) ? mutated(dice, query.toString()) : query.toString(),
    headers: dice.chance(hostility / 10) ? { 'content-type': hostileText(dice), 'x-amz-target': dice.chance(0.2) ? hostileText(dice) : undefined } : { 'content-type': 'application/json' },
    body: bodyBytes(dice, hostility, method === 'POST' || method === 'PATCH' ? body : undefined),
  };

  function valid(name: string, shapeName: string): unknown {
    const shape = shapeOf(shapeName);
    switch (shape.type) {
      case 'structure': return structure(shape);
      case 'map': return Object.fromEntries(Array.from({ length: dice.below(4) }, () => [`key${dice.below(60)}`, dice.pick(['', 'x', null])]));
      case 'list': return Array.from({ length: 1 + dice.below(4) }, () => `key${dice.below(60)}`);
      case 'boolean': return dice.chance(0.5);
      case 'integer': return 1 + dice.below(100);
      case 'timestamp': return Math.floor(nowMillis / 1000) + dice.pick([-1e9, -3600, -1, 0, 0.5, 3600]);
      default: return text(name, shape, shapeName);
    }
  }

  function structure({ members: inner = {}, required: needed = [] }: ModelShape): Record<string, unknown> {
    return Object.fromEntries(Object.entries(inner).flatMap(([name, { shape }]) =>
      needed.includes(name) || dice.chance(0.5) ? [[name, dice.chance(hostility) ? hostileJson(dice) : valid(name, shape)]] : []));
  }

  function text(name: string, { enum: values, min = 0 }: ModelShape, shapeName: string): string {
    if (values) return dice.pick(values);
    if (name in ARNS) return ARNS[name]!;
    switch (shapeName) {
      case 'LedgerName': return dice.pick(LEDGER_NAMES);
      case 'StreamName': return `stream-${dice.below(8)}`;
      case 'UniqueId': return dice.chance(0.7) && known.ids.length > 0 ? dice.pick(known.ids) : 'A'.repeat(22);
      case 'NextToken': return dice.chance(0.7) && known.tokens.length > 0 ? dice.pick(known.tokens) : dice.bytes(dice.below(40)).toString('base64');
      case 'IonText': return dice.chance(0.7) && known.addresses.length > 0 ? addressNear(dice, dice.pick(known.addresses)) : ionText(dice);
      case 'Arn': return `arn:aws:qldb:${REGION}:${ACCOUNT_ID}:${dice.pick([`ledger/${dice.pick(LEDGER_NAMES)}`, `stream/${dice.pick(LEDGER_NAMES)}/${known.ids[0] ?? 'x'}`, `ledger/kept/table/${'A'.repeat(22)}`])}`;
      case 'KmsKey': return dice.pick(['AWS_OWNED_KMS_KEY', 'alias/books', ARNS.KmsKeyArn!]);
      default: return 'archive'.padEnd(min, 'x');
    }
  }
}

/** An address of the same journal, up to one block beyond its tip. */
const addressNear = (dice: Dice, tip: string): string => dice.chance(0.3) ? tip : tip.replace(/sequenceNo:(\d+)/, (_, sequenceNo: string) => `sequenceNo:${dice.below(Number(sequenceNo) + 2)}`);

/** Whatever a mutation made of a path, the kept ledger stays. */
const harmless = (rawPath: string): string => rawPath === `/ledgers/${KEPT_LEDGER}` ? '/ledgers/fuzz-a' : rawPath;

const asText = (value: unknown): string => typeof value === 'string' ? value : JSON.stringify(value);

/** Lone surrogates cannot be percent-encoded. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

export function bodyBytes(dice: Dice, hostility: number, body: unknown): Uint8Array {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  if (!dice.chance(hostility / 3)) return bytes;
  switch (dice.below(6)) {
    case 0: return bytes.subarray(0, dice.below(bytes.length + 1));
    case 1: return dice.bytes(dice.below(100));
    case 2: return Buffer.from(mutated(dice, bytes.toString()));
    case 3: return Buffer.from(JSON.stringify(hostileJson(dice)));
    case 4: return Buffer.from(dice.pick(['[', '{"a":', '"']).repeat(dice.pick([10, 1_000, 100_000])));
    default: return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
  }
}
