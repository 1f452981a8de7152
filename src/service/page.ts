import { invalidParameter } from '../engine';

/** Where a listing goes on: the position of the last item that was answered, so that the token survives items that come and go. */
export type Position = readonly (string | number)[];

/** What a position of a certain listing consists of. */
export type PositionTypes = readonly ('string' | 'number')[];

/** An opaque token of base64 text. `listing` keeps tokens of one listing from being used in another. */
export const encodeToken = (listing: string, position: Position): string => Buffer.from(JSON.stringify([listing, ...position])).toString('base64');

/** @throws LedgerError InvalidParameterException for a token that `encodeToken` has not made for this listing */
export function decodeToken(listing: string, types: PositionTypes, token: string): Position {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64').toString());
  } catch {
    throw notOurs(token);
  }
  if (!Array.isArray(parsed) || parsed.length !== types.length + 1 || parsed[0] !== listing) throw notOurs(token);
  const position = parsed.slice(1) as Position;
  if (!position.every((part, index) => typeof part === types[index])) throw notOurs(token);
  return position;
}

const notOurs = (token: string) =>
  invalidParameter('NextToken', `The NextToken ${token.slice(0, 100)} is not one that this listing has answered. Start again without it.`);

export interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** One page of items that are sorted by `positionOf`: those after the token's position, which need not exist any more. */
export function pageOf<Placed, T extends Placed>(items: readonly T[], order: Order<Placed>, limit: number, token: string | undefined): PageOf<T> {
  const after = token === undefined ? undefined : decodeToken(order.listing, order.types, token);
  const rest = after ? items.filter(item => order.compare(order.positionOf(item), after) > 0) : items;
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { items: page, nextToken: rest.length > limit && last ? encodeToken(order.listing, order.positionOf(last)) : undefined };
}

export interface Order<T> {
  readonly listing: string;
  readonly types: PositionTypes;
  positionOf(item: T): Position;
  /** Negative if `one` is listed before `other`. */
  compare(one: Position, other: Position): number;
}
