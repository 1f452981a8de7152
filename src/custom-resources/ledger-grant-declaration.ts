import { createHash } from 'crypto';
import { type LifecycleEvent, type Properties } from './lifecycle';
import { text } from './properties';

/** What the properties of Custom::QldbLedgerGrant ask for. */
export interface LedgerGrantDeclaration {
  readonly serviceUrl: string;
  /** `*` is for every ledger, which only grants on the control plane can be about. */
  readonly ledgerName: string;
  /** How the grant's id begins, for those who read it. */
  readonly grantId: string;
  readonly principalArn: string;
  readonly actions: readonly string[];
  /** Absent: the actions are those of the control plane, and not of statements. */
  readonly tables?: readonly string[];
}

/** @throws naming the property that is missing or wrong */
export function ledgerGrantDeclaration(properties: Properties): LedgerGrantDeclaration {
  return {
    serviceUrl: text(properties, 'ServiceUrl'),
    ledgerName: text(properties, 'LedgerName'),
    grantId: text(properties, 'GrantId'),
    principalArn: text(properties, 'PrincipalArn'),
    actions: texts(properties, 'Actions'),
    tables: properties.Tables === undefined ? undefined : texts(properties, 'Tables'),
  };
}

/**
 * The id under which the service keeps the grant. What it begins with is declared; what it ends with stands for the resource, the service and
 * the principal, so that no other resource has the same, and another principal gets a grant of its own before the former one goes.
 */
export function serviceGrantId(event: LifecycleEvent, { serviceUrl, grantId, principalArn }: LedgerGrantDeclaration): string {
  const whose = [event.StackId, event.LogicalResourceId, serviceUrl, principalArn];
  return `${grantId}-${createHash('sha256').update(JSON.stringify(whose)).digest('hex').slice(0, FINGERPRINT_LENGTH)}`;
}

const FINGERPRINT_LENGTH = 16;

function texts(properties: Properties, name: string): string[] {
  const value = properties[name];
  if (!Array.isArray(value) || value.length === 0 || !value.every(item => typeof item === 'string' && item !== '')) {
    throw new Error(`Property ${name} of the custom resource must be a list of at least one text, but is ${JSON.stringify(value)}.`);
  }
  return value;
}
