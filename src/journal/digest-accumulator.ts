import { foldPeaks } from './digest-tree';
import { dotsOfNeighbours, HASH_LENGTH } from './dot';

/** A complete subtree of the digest tree. */
interface Peak { readonly size: number; readonly hash: Uint8Array }

/** The digest of a growing journal, from one hash per level of its tree: block hashes go in, in order, from block 0 on. */
export class DigestAccumulator {
  /** Of falling size. */
  private readonly peaks: Peak[] = [];
  private count = 0;

  /** How many blocks went in: the sequence number that is due next. */
  get blockCount(): number {
    return this.count;
  }

  append(blockHash: Uint8Array): void {
    this.appendAll(blockHash);
  }

  /** Hashes one behind the other; many at once are faster. */
  appendAll(blockHashes: Uint8Array): void {
    this.count += blockHashes.length / HASH_LENGTH;
    const added: Peak[] = [];
    let nodes = blockHashes;
    for (let size = 1; nodes.length > 0; size *= 2) {
      if (this.peaks.at(-1)?.size === size) nodes = Buffer.concat([this.peaks.pop()!.hash, nodes]);
      const pairedBytes = nodes.length - nodes.length % (2 * HASH_LENGTH);
      if (pairedBytes < nodes.length) added.push({ size, hash: nodes.slice(pairedBytes) });
      nodes = dotsOfNeighbours(nodes.subarray(0, pairedBytes));
    }
    this.peaks.push(...added.reverse());
  }

  /** The digest of a ledger of the blocks so far; empty for none. */
  digest(): Uint8Array {
    return foldPeaks(this.peaks.map((peak) => peak.hash));
  }
}
