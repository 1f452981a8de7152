import { badRequest } from './ledger-error';
import { PAGE_BYTES_MAX, PAGE_VALUES_MAX, RESULT_BYTES_MAX } from './limits';
import type { StoredPage } from './session-store';
import type { Transaction } from './transaction';

export interface Page {
  /** Ion binary documents. */
  readonly values: readonly Uint8Array[];
  readonly nextPageToken?: string;
}

/** Which page of which result. */
interface PagePlace {
  readonly result: string;
  readonly index: number;
}

export const pageTokenOf = (result: string, index: number): string => `${result}-${index}`;
export const nameOfPage = (transactionId: string, { result, index }: PagePlace): string => `${transactionId}-${result}-${index}`;

/** Undefined for a token that no page ever had. */
export function placeOfPage(pageToken: string): PagePlace | undefined {
  const [, result, index] = /^([0-9A-Za-z]{22})-([0-9]{1,9})$/.exec(pageToken) ?? [];
  return result === undefined ? undefined : { result, index: Number(index) };
}

/**
 * The rows of one statement, cut into pages. The first is answered; each other is kept as soon as it is known whether one follows,
 * until it is fetched or the transaction ends. So no more than two pages are in hand, however large the result.
 */
export class ResultPages {
  private first: readonly Uint8Array[] | undefined;
  private current: Uint8Array[] = [];
  private currentBytes = 0;
  private index = 0;
  private result = '';

  constructor(
    private readonly transaction: Transaction,
    /** Names the result; few have more than one page. */
    private readonly newId: () => string,
    private readonly save: (name: string, page: StoredPage) => Promise<void>,
  ) {}

  /** Answers what to wait for before the next one, if anything. @throws LedgerError BadRequestException if the row, or all rows of the transaction, are too large */
  add(value: Uint8Array): Promise<void> | undefined {
    if (value.length > PAGE_BYTES_MAX) throw badRequest(`A row of ${value.length} bytes exceeds the limit of ${PAGE_BYTES_MAX} bytes. Select fewer of its fields.`);
    this.transaction.resultBytes += value.length;
    if (this.transaction.resultBytes > RESULT_BYTES_MAX) {
      throw badRequest(`The rows of a transaction exceed the limit of ${RESULT_BYTES_MAX} bytes. Select fewer fields or documents, or go on in another transaction.`);
    }
    const turned = this.current.length === PAGE_VALUES_MAX || this.currentBytes + value.length > PAGE_BYTES_MAX ? this.turn() : undefined;
    this.current.push(value);
    this.currentBytes += value.length;
    return turned;
  }

  /** The first page, once all rows are known. */
  async finished(): Promise<Page> {
    if (this.first === undefined) return { values: this.current };
    await this.keep(false);
    return { values: this.first, nextPageToken: pageTokenOf(this.result, 1) };
  }

  /** The next page begins at once; the promise is for what has to be kept of the one before. */
  private turn(): Promise<void> | undefined {
    let kept: Promise<void> | undefined;
    if (this.first === undefined) {
      this.first = this.current;
      this.result = this.newId();
    } else {
      kept = this.keep(true);
    }
    this.index++;
    this.current = [];
    this.currentBytes = 0;
    return kept;
  }

  private async keep(hasNext: boolean): Promise<void> {
    await this.save(nameOfPage(this.transaction.transactionId, { result: this.result, index: this.index }), { values: this.current, hasNext });
  }
}
