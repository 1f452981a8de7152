import { type QLDBClient } from '@aws-sdk/client-qldb';
import { type LedgerGrantDeclaration } from './ledger-grant-declaration';
import { EVERY_LEDGER, type LedgerGrantId } from './ledger-grant-id';
import { isNamed } from './service-failure';
import { sendOwn, sendOwnToService } from '../client/own-operation';

/** Creates or replaces a grant. */
export async function putGrant(control: QLDBClient, id: LedgerGrantId, declared: LedgerGrantDeclaration): Promise<void> {
  const { principalArn, actions, tables, ledgerName } = declared;
  const what = tables ? { Tables: tables } : { LedgerName: ledgerName };
  await sendToGrant(control, id, 'PUT', { PrincipalArn: principalArn, Actions: actions, ...what });
}

/** A grant or a whole ledger that is gone already is as good. */
export async function deleteGrant(control: QLDBClient, id: LedgerGrantId): Promise<void> {
  try {
    await sendToGrant(control, id, 'DELETE');
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) {
      throw error;
    }
  }
}

/** Grants on statements belong to their ledger and go with it; those on the control plane belong to the service. */
async function sendToGrant(control: QLDBClient, { ledgerName, grantId }: LedgerGrantId, method: 'PUT' | 'DELETE', body?: object): Promise<void> {
  const request = { method, path: `/grants/${encodeURIComponent(grantId)}`, body };
  await (ledgerName === EVERY_LEDGER ? sendOwnToService(control, request) : sendOwn(control, ledgerName, request));
}
