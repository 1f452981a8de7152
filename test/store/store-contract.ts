import * as fc from 'fast-check';
import { bytes, collect, ContractBench, ContractEffort } from './contract-bench';
import { describeReading } from './contract-reading';
import { describeRefusals } from './contract-refusals';
import { describeWriting } from './contract-writing';
import { operationSequence, replay } from './store-model';
import { Key, Store } from '../../src/store';

export interface OpenedStore { readonly store: Store; readonly cleanup: () => Promise<void> }

const DEFAULT_EFFORT: ContractEffort = { propertyRuns: 100, manyItems: 1_000 };

/** What every store must do; `open` gives an empty store each time. */
export function describeStoreContract(name: string, open: () => Promise<OpenedStore>, effort: ContractEffort = DEFAULT_EFFORT): void {
  describe(`${name} keeps the contract of a store`, () => {
    const bench = new ContractBench(effort);
    let opened: OpenedStore;

    beforeAll(async () => {
      opened = await open();
      bench.store = opened.store;
    });

    afterAll(async () => opened.cleanup());

    beforeEach(() => bench.nextPartition());

    describeReading(bench);
    describeWriting(bench);
    describeRefusals(bench);

    test('any sequence of operations has the same outcome as on a plain model', async () => {
      let run = 0;
      await fc.assert(fc.asyncProperty(operationSequence(), async operations => {
        await replay(bench.store, `${bench.partition} run ${run++}`, operations);
      }), { numRuns: effort.propertyRuns });
    }, 60_000);
  });

  test(`${name} refuses work after it is closed, and closes twice without complaint`, async () => {
    const { store, cleanup } = await open();
    const key: Key = { partition: 'p', sort: 's' };
    const accepted = store.transact([{ put: key, value: bytes('x') }]);
    await Promise.all([store.close(), store.close()]);
    await accepted;
    await expect(store.get(key)).rejects.toThrow(/closed/);
    await expect(store.getMany([key])).rejects.toThrow(/closed/);
    await expect(store.transact([{ delete: key }])).rejects.toThrow(/closed/);
    await expect(collect(store.query('p'))).rejects.toThrow(/closed/);
    await store.close();
    await cleanup();
  });
}
