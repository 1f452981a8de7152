import type { GrantRequest } from '../engine';

/** What a token of `GRANT_REQUEST_TOKEN` says. */
export function grantRequest(token: string | undefined): GrantRequest | undefined {
  if (token === undefined) return undefined;
  const hyphen = token.indexOf('-');
  return { millis: Number(token.slice(0, hyphen)), id: token.slice(hyphen + 1) };
}
