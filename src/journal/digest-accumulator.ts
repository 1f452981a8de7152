import { foldPeaks } from './digest-tree';
import { dot } from './dot';

/** A complete subtree of the digest tree. */
interface Peak { readonly size: number; readonly hash: Uint8Array }

/** The digest of a growing journal, from one hash per level of its tree: block hashes go in, in order, from block 0 on. */
export class DigestAccumulator {
  private readonly peaks: Peak[] = [];
  private count = 0;

  /** How many blocks went in: the sequence number that is due next. */
  get blockCount(): number {
    return this.count;
  }

  append(blockHash: Uint8Array): void {
    let peak: Peak = { size: 1, hash: blockHash };
    while (this.peaks.length > 0 && this.peaks[this.peaks.length - 1]!.size === peak.size) {
      peak = { size: peak.size * 2, hash: dot(this.peaks.pop()!.hash, peak.hash) };
    }
    this.peaks.push(peak);
    this.count += 1;
  }

  /** The digest of a ledger of the blocks so far; empty for none. */
  digest(): Uint8Array {
    return foldPeaks(this.peaks.map((peak) => peak.hash));
  }
}
