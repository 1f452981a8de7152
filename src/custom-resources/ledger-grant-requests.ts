import { DescribeLedgerCommand, type QLDBClient } from '@aws-sdk/client-qldb';
import { type LedgerGrantDeclaration } from './ledger-grant-declaration';
import { type LedgerGrantId } from './ledger-grant-id';
import { isNamed } from './service-failure';

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

/** The part of the SDK's request that differs. */
interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/**
 * QLDB has no grants, so its client has no command for them. The harmless one about their ledger gets another method, path and body before
 * it is signed; endpoint, signature, retries and errors are the client's own.
 */
async function sendToGrant(control: QLDBClient, { ledgerName, grantId }: LedgerGrantId, method: 'PUT' | 'DELETE', body?: object): Promise<void> {
  const command = new DescribeLedgerCommand({ Name: ledgerName });
  command.middlewareStack.add(next => async args => {
    const request = args.request as Request;
    request.method = method;
    request.path += `/grants/${encodeURIComponent(grantId)}`;
    if (body) {
      request.headers['content-type'] = 'application/json';
      request.body = JSON.stringify(body);
    }
    return next(args);
  }, { step: 'serialize', priority: 'low', name: 'ledgerGrant' });
  await control.send(command);
}
