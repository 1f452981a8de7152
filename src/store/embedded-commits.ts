import type { Database } from 'lmdb';
import { CommitGroup } from './commit-group';
import { holds } from './condition';
import type { DirectoryClaim } from './directory-claim';
import { DraftMemory } from './draft-memory';
import { decodeOrdinal, encodeKey } from './embedded-item';
import { keyOf } from './limits';
import { Change, LogRecordDraft } from './log-record-draft';
import { LogTurnover } from './log-turnover';
import { sortText } from './sort-text';
import { Action, ConditionFailed, Key } from './store';
import { UnappliedChanges } from './unapplied-changes';
import { WriteAheadLog } from './write-ahead-log';

/** A group that has grown beyond this takes no more transacts. */
const GROUP_BYTES = 1024 * 1024;

export interface EmbeddedCommitsProps {
  readonly root: Database<Buffer, Buffer>;
  readonly log: WriteAheadLog;
  readonly changes: UnappliedChanges;
  /** As errors call it. */
  readonly directory: string;
  /** How long nothing must have been written before the log is emptied. */
  readonly idleMilliseconds: number;
}

/**
 * Commits to the log, one record at a time, each of all transacts that came while the one before was under way. The directory has one owner and this
 * is its only writer, so conditions are compared at the call with what will be once all that was called before is done.
 */
export class EmbeddedCommits {
  private readonly memory = new DraftMemory();
  /** What is called and not done, in the order of the calls. */
  private readonly groups: CommitGroup[] = [];
  private readonly turnover: LogTurnover;
  private running?: Promise<void>;
  private idleTimer?: NodeJS.Timeout;
  private isClosing = false;

  constructor(private readonly props: EmbeddedCommitsProps) {
    this.turnover = new LogTurnover({ ...props, memory: this.memory, waiting: this.groups });
  }

  /**
   * Durable when it resolves. Transacts take effect in the order of the calls.
   * @throws ConditionFailed
   */
  async transact(actions: readonly Action[]): Promise<void> {
    const refusal = this.refusalOf(actions);
    if (this.groups.length === 0 && (refusal || actions.every(action => 'check' in action))) {
      // All that it was compared with is on disk.
      if (refusal) throw refusal;
      return;
    }
    const group = this.openGroup();
    if (!refusal) this.addChanges(group, actions);
    return new Promise((resolve, reject) => {
      group.addCaller({ resolve, reject, refusal });
      this.running ??= this.run();
    });
  }

  /** When all that was called is done, and LMDB has it. @throws Error when the directory is not ours any more, or LMDB cannot be written */
  async close(claim: DirectoryClaim): Promise<void> {
    await this.running;
    this.isClosing = true;
    clearTimeout(this.idleTimer);
    if (!this.turnover.hasPanicked) claim.assertHeld();
    try {
      await this.turnover.empty();
    } catch (error) {
      throw this.failure(error);
    }
  }

  private refusalOf(actions: readonly Action[]): ConditionFailed | undefined {
    const refused = actions.findIndex(action => action.if !== undefined && !holds(action.if, this.latestOrdinal(keyOf(action))));
    return refused < 0 ? undefined : new ConditionFailed(refused, keyOf(actions[refused]));
  }

  /** Undefined where there is no item. */
  private latestOrdinal(key: Key): number | undefined {
    const version = this.props.changes.latest(key.partition, sortText(key.sort));
    if (version) return version.ordinal();
    const bytes = this.props.root.getBinaryFast(encodeKey(key));
    return bytes && decodeOrdinal(bytes);
  }

  private openGroup(): CommitGroup {
    const last = this.groups.at(-1);
    if (last && !last.isClosed && last.draft.alignedBytes < GROUP_BYTES) return last;
    const mark = this.memory.mark();
    const group = new CommitGroup(new LogRecordDraft(this.memory), mark);
    this.groups.push(group);
    return group;
  }

  private addChanges(group: CommitGroup, actions: readonly Action[]): void {
    const { current } = this.props.changes;
    const made = actions.filter((action): action is Change => !('check' in action));
    for (const [index, version] of group.draft.addAll(made).entries()) {
      const { partition, sort } = keyOf(made[index]);
      group.add(current.slot(partition, sortText(sort)), version);
    }
  }

  private async run(): Promise<void> {
    for (let group = this.groups[0]; group !== undefined; group = this.groups[0]) {
      group.close();
      try {
        await this.write(group.draft);
      } catch (error) {
        await this.failAll(error);
        continue;
      }
      this.groups.shift();
      group.succeed();
    }
    this.running = undefined;
    this.emptyWhenIdle();
  }

  private async write(draft: LogRecordDraft): Promise<void> {
    if (draft.isEmpty) return;
    if (!this.props.log.isReadyFor(draft.alignedBytes)) await this.turnover.makeReady(draft.alignedBytes);
    await this.props.log.append(draft);
  }

  /** What was called after a transact that fails was compared with what that would have made, so it fails as well. */
  private async failAll(error: unknown): Promise<void> {
    const failure = this.failure(error);
    // When this fails as well, the next record that is written supersedes the one that was not.
    await this.props.log.supersedeFailed().catch(() => undefined);
    const failed = this.groups.splice(0);
    this.memory.rewind(failed[0].mark);
    for (const group of failed) group.fail(failure);
  }

  private failure(error: unknown): Error {
    const reason = (error as Error).message;
    return new Error(`The store in ${this.props.directory} could not commit: ${reason}. Check the disk's free space and health.`, { cause: error });
  }

  private emptyWhenIdle(): void {
    const { log, idleMilliseconds } = this.props;
    const { lastNumber } = log;
    if (this.isClosing) return;
    this.idleTimer ??= setTimeout(() => {
      this.idleTimer = undefined;
      const isIdle = this.running === undefined && log.lastNumber === lastNumber;
      // A disk that is full may have room again.
      if (isIdle) this.turnover.emptyInBackground(() => this.emptyWhenIdle());
      else this.emptyWhenIdle();
    }, idleMilliseconds).unref();
  }
}
