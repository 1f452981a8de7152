/** Names are QLDB's own exceptions; the service room maps them to HTTP. */
export type LedgerErrorName =
  | 'InvalidParameterException'
  | 'IllegalArgumentException'
  | 'ResourceNotFoundException'
  | 'ResourceAlreadyExistsException'
  | 'ResourceInUseException'
  | 'ResourcePreconditionNotMetException'
  | 'LimitExceededException'
  | 'AccessDeniedException'
  | 'BadRequestException'
  | 'InvalidSessionException'
  | 'OccConflictException'
  | 'CapacityExceededException';

/** Members that the service model gives an exception besides `Message`. */
export interface LedgerErrorMembers {
  readonly ResourceType?: string;
  readonly ResourceName?: string;
  readonly ParameterName?: string;
}

/** A refusal that the caller can understand and act upon; anything else that is thrown is a fault of ours. */
export class LedgerError extends Error {
  constructor(readonly name: LedgerErrorName, message: string, readonly members: LedgerErrorMembers = {}) {
    super(message);
  }
}

export function ledgerNotFound(ledgerName: string): LedgerError {
  return new LedgerError('ResourceNotFoundException', `The Ledger with name ${ledgerName} is not found`, {
    ResourceType: 'Ledger',
    ResourceName: ledgerName,
  });
}

export const badRequest = (message: string): LedgerError => new LedgerError('BadRequestException', message);

export const invalidParameter = (parameterName: string, message: string): LedgerError =>
  new LedgerError('InvalidParameterException', message, { ParameterName: parameterName });

export const occConflict = (): LedgerError =>
  new LedgerError('OccConflictException', 'Optimistic concurrency control (OCC) failure encountered while committing the transaction');
