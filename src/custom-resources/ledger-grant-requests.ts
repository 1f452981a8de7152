import { type QLDBClient } from '@aws-sdk/client-qldb';
import { type LedgerGrantDeclaration } from './ledger-grant-declaration';
import { EVERY_LEDGER, type LedgerGrantId } from './ledger-grant-id';
import { type LifecycleEvent } from './lifecycle';
import { isNamed } from './service-failure';
import { sendOwn, sendOwnToService, type OwnOperation } from '../client/own-operation';

/** By what the service knows that something is sent for the same request, and which of two requests began later: `<milliseconds since 1970>-<its id>`. */
export const requestToken = ({ RequestId: id }: LifecycleEvent, requestedAt: Date): string => `${requestedAt.getTime()}-${id}`;

/** A request that began later has changed the grant, so this one has nothing to say any more. */
const isSuperseded = (error: unknown): boolean => isNamed(error, 'ResourcePreconditionNotMetException');

/** Creates or replaces a grant, unless `isSuperseded`. */
export async function putGrant(control: QLDBClient, id: LedgerGrantId, declared: LedgerGrantDeclaration, token: string): Promise<void> {
  const { principalArn, actions, tables, ledgerName } = declared;
  const what = tables ? { Tables: tables } : { LedgerName: ledgerName };
  await sendToGrant(control, id, { method: 'PUT', body: { PrincipalArn: principalArn, Actions: actions, ...what, RequestToken: token } });
}

/** A grant or a whole ledger that is gone already is as good, and so is one that a later request has put. */
export async function deleteGrant(control: QLDBClient, id: LedgerGrantId, token: string): Promise<void> {
  try {
    await sendToGrant(control, id, { method: 'DELETE', query: { request_token: token } });
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException') && !isSuperseded(error)) {
      throw error;
    }
  }
}

/** Grants on statements belong to their ledger and go with it; those on the control plane belong to the service. */
async function sendToGrant(control: QLDBClient, { ledgerName, grantId }: LedgerGrantId, sent: Omit<OwnOperation, 'path'>): Promise<void> {
  const request = { ...sent, path: `/grants/${encodeURIComponent(grantId)}` };
  await (ledgerName === EVERY_LEDGER ? sendOwnToService(control, request) : sendOwn(control, ledgerName, request));
}
