import { bundledWorld, type BundledWorld } from './bundled-world';
import { LIFECYCLE_CASES } from './lifecycle-cases';
import { LIFECYCLE_MATRIX } from './lifecycle-matrix';
import { LIFECYCLE_SUBJECTS } from './lifecycle-subjects';

let world: BundledWorld;
beforeEach(async () => { world = await bundledWorld(); });
afterEach(() => world.end());

describe.each(LIFECYCLE_SUBJECTS.map(subject => [subject.resourceType, subject] as const))('%s', (resourceType, subject) => {
  const applicable = LIFECYCLE_CASES.filter(({ name }) => 'rows' in LIFECYCLE_MATRIX[name][resourceType]);
  test.each(applicable.map(lifecycleCase => [lifecycleCase.name, lifecycleCase] as const))('%s', async (_name, { prove }) => {
    subject.prepare?.(world);
    await prove(subject, world);
  }, 60_000);
});
