import { hashIon, ionString, IonValue } from '../ion';
import { dot } from './dot';

/**
 * The digest of one statement: the Ion hash of its text, combined in order with the Ion hash of each parameter.
 * @param hashOf answers the Ion hash of a value, from memory perhaps
 */
export function statementDigest(
  statement: string, parameters: readonly IonValue[] = [], hashOf: (value: IonValue) => Uint8Array = hashIon,
): Uint8Array {
  return parameters.reduce<Uint8Array>((digest, parameter) => dot(digest, hashOf(parameter)), hashOf(ionString(statement)));
}

/** What a transaction's commit digest is before its first statement. */
export function startDigest(transactionId: string): Uint8Array {
  return hashIon(ionString(transactionId));
}

/** The commit digest after one more statement; drivers fold every statement that they send, failed ones too. */
export function foldStatement(commitDigest: Uint8Array, digestOfStatement: Uint8Array): Uint8Array {
  return dot(commitDigest, digestOfStatement);
}
