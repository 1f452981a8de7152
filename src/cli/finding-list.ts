/** Something that does not add up, in one plain sentence. */
export interface VerdictFinding {
  /** The block concerned, where it is one. */
  readonly sequenceNo?: number;
  readonly message: string;
}

/** A journal that is broken throughout needs no more lines than this to say so. */
const FINDINGS_KEPT_MAX = 100;

/** The first findings of a verification, and how many there were in all. */
export class FindingList {
  readonly kept: VerdictFinding[] = [];
  count = 0;

  add(message: string, sequenceNo?: number): void {
    this.count += 1;
    if (this.kept.length < FINDINGS_KEPT_MAX) this.kept.push(sequenceNo === undefined ? { message } : { sequenceNo, message });
  }
}
