import { type QLDBClient } from '@aws-sdk/client-qldb';
import { type LedgerGrantDeclaration } from './ledger-grant-declaration';
import { type LedgerGrantId } from './ledger-grant-id';
import { isNamed } from './service-failure';
import { sendOwn } from '../client/own-operation';

/** Creates or replaces a grant. */
export async function putGrant(control: QLDBClient, id: LedgerGrantId, declared: LedgerGrantDeclaration): Promise<void> {
  const { principalArn, actions, tables } = declared;
  await sendToGrant(control, id, 'PUT', { PrincipalArn: principalArn, Actions: actions, Tables: tables });
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

async function sendToGrant(control: QLDBClient, { ledgerName, grantId }: LedgerGrantId, method: 'PUT' | 'DELETE', body?: object): Promise<void> {
  await sendOwn(control, ledgerName, { method, path: `/grants/${encodeURIComponent(grantId)}`, body });
}
