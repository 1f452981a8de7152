import { fieldOf, InvalidIon, parseIon, type IonValue } from '../ion';
import { isUniqueId, type BlockAddress } from '../journal';
import { LedgerError } from './ledger-error';

/** An address as clients send it, in Ion text. @throws LedgerError InvalidParameterException */
export function parseBlockAddress(text: string): BlockAddress {
  let value: IonValue;
  try {
    value = parseIon(text);
  } catch (error) {
    if (error instanceof InvalidIon) throw refused('The provided Ion value is not valid and cannot be parsed.');
    throw error;
  }
  const strandId = value.kind === 'struct' ? fieldOf(value, 'strandId') : undefined;
  const sequenceNo = value.kind === 'struct' ? fieldOf(value, 'sequenceNo') : undefined;
  const sequence = sequenceNo?.kind === 'int' ? Number(sequenceNo.value) : -1;
  if (strandId?.kind !== 'string' || !isUniqueId(strandId.value) || !Number.isSafeInteger(sequence) || sequence < 0) {
    throw refused('The provided block address is not valid.');
  }
  return { strandId: strandId.value, sequenceNo: sequence };
}

const refused = (message: string): LedgerError => new LedgerError('InvalidParameterException', message);
