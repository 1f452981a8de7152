import { ILedger } from './ledger';
import { ILedgerService } from './ledger-service';

/** What is wrong with a ledger whose journal is to be exported or streamed, or undefined. */
export function serviceProblem(ledger: ILedger): string | undefined {
  return ledger.service ? undefined
    : `ledger '${ledger.node.path}' was imported without its service: import it with Ledger.fromLedgerAttributes({ ledgerName, service })`;
}

/** The service of a ledger that `serviceProblem` has nothing against. */
export function serviceOf(ledger: ILedger): ILedgerService {
  return ledger.service!;
}
