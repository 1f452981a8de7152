import { App, Stack } from 'aws-cdk-lib';
import { fullStack } from './full-stack';
import { JournalArchive, JournalSource, Ledger, LedgerService } from '../../src';
import { FAMILIES } from '../integ/families';

/** Stacks that between them have every construct, in every variant that makes other resources. A new app each time. */
export function everyStack(): Stack[] {
  return [fullStack().stack, restoredStack(), ...Object.values(FAMILIES).flatMap(family => family(new App()))];
}

function restoredStack(): Stack {
  const stack = new Stack(new App(), 'Restored');
  const service = new LedgerService(stack, 'Service');
  new Ledger(stack, 'Payments', { service, restoreFrom: JournalSource.fromArchive(new JournalArchive(stack, 'Archive')) });
  return stack;
}
