import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { FAMILIES } from './families';
import { freezeAssets } from './frozen-assets';
import { APP_PROPS } from './integ-app';

beforeEach(() => {
  freezeAssets();
  for (const method of ['warn', 'error', 'log'] as const) jest.spyOn(console, method).mockImplementation(); // synthesis prints the constructs' warnings
});

test('every integration app is compared', () => {
  expect(readdirSync(__dirname).filter(file => /^integ\..*\.ts$/.test(file) && !file.includes('.snapshot')).sort()).toEqual(Object.keys(FAMILIES));
});

/** What the integ-runner does, without a process for each app: it synthesizes with the flags recommended for new apps. */
test.each(Object.entries(FAMILIES))('%s makes the templates of its snapshot (npx integ-runner --dry-run --force writes it anew)', (file, family) => {
  const outdir = mkdtempSync(path.join(tmpdir(), 'cdk-ledger-integ-'));
  const app = new App({ ...APP_PROPS, outdir, context: recommendedFlags });
  try {
    const stacks = family(app);
    app.synth();
    const snapshot = path.join(__dirname, `${file}.snapshot`);
    const kept = readdirSync(snapshot).filter(name => name.endsWith('.template.json') && !name.startsWith('IntegDefaultTest')).sort();
    expect(kept).toEqual(stacks.map(({ templateFile }) => templateFile).sort());
    for (const name of kept) expect(templateIn(outdir, name)).toEqual(templateIn(snapshot, name));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});

const templateIn = (folder: string, name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
