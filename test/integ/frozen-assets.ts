import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { AssetStaging } from 'aws-cdk-lib';

/** What an asset's hash is made from, of which the package says nothing. */
interface Staging { readonly sourcePath: string }

/**
 * From now on, assets are named for where they lie and no longer for what they contain: snapshots change with templates, not with every
 * rebuilt bundle. Of a path, what is common to all checkouts counts.
 */
export function freezeAssets(): void {
  Object.assign(AssetStaging.prototype, {
    calculateHash(this: Staging): string {
      const [, stable = path.basename(this.sourcePath)] = /(?:^|\/)((?:assets|node_modules)\/.*)$/.exec(this.sourcePath.replaceAll(path.sep, '/')) ?? [];
      return createHash('sha256').update(stable).digest('hex');
    },
  });
}
