import { LedgerError, type LedgerErrorMembers, type LedgerErrorName } from '../engine';

/** What the wire itself refuses, before or beside the engine. */
export type WireErrorName =
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'RequestEntityTooLargeException'
  | 'InternalFailure';

export class ServiceError extends Error {
  constructor(readonly name: WireErrorName, message: string) {
    super(message);
  }
}

/** An error as a client sees it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly name: LedgerErrorName | WireErrorName;
  readonly message: string;
  readonly members: LedgerErrorMembers;
}

const STATUS: Readonly<Record<LedgerErrorName | WireErrorName, number>> = {
  InvalidParameterException: 400,
  IllegalArgumentException: 400,
  LimitExceededException: 400,
  BadRequestException: 400,
  InvalidSessionException: 400,
  OccConflictException: 400,
  SerializationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
  ResourceAlreadyExistsException: 409,
  ResourceInUseException: 409,
  ResourcePreconditionNotMetException: 412,
  RequestEntityTooLargeException: 413,
  InternalFailure: 500,
  // Drivers retry a server's fault only.
  CapacityExceededException: 503,
};

/** Decides what any thrown value looks like to a client. What is not ours to explain becomes an InternalFailure that says nothing of its cause. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof LedgerError) return { status: STATUS[error.name], name: error.name, message: error.message, members: error.members };
  if (error instanceof ServiceError) return { status: STATUS[error.name], name: error.name, message: error.message, members: {} };
  return { status: STATUS.InternalFailure, name: 'InternalFailure', message: 'The service failed to process the request. Try again.', members: {} };
}
