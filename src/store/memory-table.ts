import { ItemVersion } from './item-version';
import { SortedTexts } from './sorted-texts';

/**
 * Changes that the log has and LMDB has not yet, and those that are on their way into the log. Sort keys are texts of one character for
 * each byte of UTF-8, so that they sort as LMDB sorts them.
 */
export class MemoryTable {
  private readonly partitions = new Map<string, PartitionTable>();

  get isEmpty(): boolean {
    return this.partitions.size === 0;
  }

  partition(name: string): PartitionTable | undefined {
    return this.partitions.get(name);
  }

  /** The place of an item, made where there is none. */
  slot(partition: string, sort: string): Slot {
    let table = this.partitions.get(partition);
    if (table === undefined) {
      table = new PartitionTable(partition, () => this.partitions.delete(partition));
      this.partitions.set(partition, table);
    }
    return table.slot(sort);
  }

  find(partition: string, sort: string): Slot | undefined {
    return this.partitions.get(partition)?.find(sort);
  }

  /** Every change that is in the log, those of a partition in the order of their keys. */
  * visible(): Generator<ItemVersion> {
    for (const partition of this.partitions.values()) {
      yield* partition.visible();
    }
  }
}

export class PartitionTable {
  private readonly slots = new Map<string, Slot>();
  /** Of what is visible; made when it is first asked for, as many partitions are only ever read by key. */
  private order?: SortedTexts;

  constructor(readonly name: string, private readonly onEmpty: () => void) {}

  slot(sort: string): Slot {
    let slot = this.slots.get(sort);
    if (slot === undefined) {
      slot = new Slot(this, sort);
      this.slots.set(sort, slot);
    }
    return slot;
  }

  find(sort: string): Slot | undefined {
    return this.slots.get(sort);
  }

  remove(sort: string): void {
    this.slots.delete(sort);
    if (this.slots.size === 0) this.onEmpty();
  }

  appeared(sort: string): void {
    this.order?.add(sort);
  }

  /** Sort keys of what is visible from `lower` on and before `upper`; see {@link SortedTexts.between}. */
  sortsBetween(lower: string, upper: string, reverse: boolean, limit: number): string[] {
    this.order ??= new SortedTexts(this.visibleSorts());
    return this.order.between(lower, upper, reverse, limit);
  }

  * visible(): Generator<ItemVersion> {
    const sorts = this.order ? this.order.all() : this.visibleSorts().sort();
    for (const sort of sorts) {
      yield this.slots.get(sort)!.visible!;
    }
  }

  private visibleSorts(): string[] {
    const sorts: string[] = [];
    for (const slot of this.slots.values()) {
      if (slot.visible !== undefined) {
        sorts.push(slot.sort);
      }
    }
    return sorts;
  }
}

/** The place of one item. */
export class Slot {
  /** What readers see. */
  visible?: ItemVersion;
  /** What the item will be once all that was called is done: conditions are compared with it. */
  latest?: ItemVersion;

  constructor(readonly partition: PartitionTable, readonly sort: string) {}

  show(version: ItemVersion): void {
    const isNew = this.visible === undefined;
    this.visible = version;
    if (isNew) {
      this.partition.appeared(this.sort);
    }
  }

  /** Nothing that was called and is not visible will happen. */
  abandon(): void {
    this.latest = this.visible;
    if (this.visible === undefined) {
      this.partition.remove(this.sort);
    }
  }
}
