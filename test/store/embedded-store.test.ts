import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStoreContract } from './store-contract';
import { openEmbeddedStore } from '../../src/store';

describeStoreContract('the embedded store', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-store-'));
  const store = await openEmbeddedStore(directory);
  return {
    store,
    cleanup: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
});
