import { describeStoreContract } from './store-contract';
import { memoryStore } from '../../src/store';

describeStoreContract('the memory store', async () => {
  const store = memoryStore();
  return { store, cleanup: async () => store.close() };
});
