/**
 * What callers and grants are matched by: account, kind and name. Names of roles and of users are unique within an account whatever their paths and
 * whatever their case, and an assumed role's ARN has no path; so a caller cannot slip away from a grant whose ARN is written otherwise.
 */
const SESSION = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/;
const IDENTITY = /^arn:[^:]+:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/;
const FEDERATED = /^arn:[^:]+:sts::(\d{12}):federated-user\/.+$/;

/** The principal behind an ARN of a role, user, session of a role or federated user; what is none of these stands for itself. */
export function principalOf(arn: string): string {
  const [, sessionAccount, sessionRole] = SESSION.exec(arn) ?? [];
  if (sessionRole !== undefined) return `${sessionAccount}/role/${sessionRole.toLowerCase()}`;
  const [, account, kind, name] = IDENTITY.exec(arn) ?? [];
  if (name !== undefined) return `${account}/${kind}/${name.toLowerCase()}`;
  const [, federatedAccount] = FEDERATED.exec(arn) ?? [];
  return federatedAccount === undefined ? arn : federatedUsers(federatedAccount);
}

const federatedUsers = (account: string): string => `${account}/federated-user`;

/** Any user may have made itself a federated user of any name, so who holds a user holds all of those. */
export function disguisesOf(principal: string): string[] {
  const [account, kind] = principal.split('/');
  return kind === 'user' ? [federatedUsers(account!)] : [];
}
