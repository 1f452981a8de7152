import { type BundledWorld } from './bundled-world';
import { type DeploymentOptions } from './cloudformation-simulator';
import { type LifecycleSubject } from './lifecycle-subjects';

type Prove = (subject: LifecycleSubject, world: BundledWorld) => Promise<void>;

/** What each custom resource must bear: a column of the table in docs/lifecycles.md. */
export interface LifecycleCase {
  readonly name: string;
  readonly prove: Prove;
}

const SUCCESS = expect.objectContaining({ Status: 'SUCCESS' });
const TWO_MINUTES_OF_POLLS = 12;
/** Between two deployments. */
const A_WHILE_SECONDS = 300;
const AN_HOUR_MILLIS = 3600_000;
/** A refusal that no waiting mends. */
const REFUSED = { status: 400, name: 'InvalidParameterException', message: 'No, thank you' };
const THROTTLED = { status: 429, name: 'ThrottlingException', message: 'Rate exceeded', times: 6 };
const DENIED = { status: 403, name: 'AccessDeniedException', message: 'Not you', times: 100_000 };

async function created(subject: LifecycleSubject, world: BundledWorld, options?: DeploymentOptions) {
  const deployment = subject.stack(world, options);
  expect(await deployment.create(subject.properties(world))).toEqual(SUCCESS);
  expect(subject.state(world)).toEqual(subject.made);
  world.clock.advanceSeconds(A_WHILE_SECONDS);
  return deployment;
}

/** Whether a thing is in use or runs; what has ended, and what a Delete leaves as evidence, is neither. */
const isLive = ({ left }: LifecycleSubject) => (thing: string): boolean => left.length === 0 || /RUNNING|IN_PROGRESS|New|Active/.test(thing);

const changed = (subject: LifecycleSubject, world: BundledWorld, change: object) => ({ ...subject.properties(world), ...change });

export const LIFECYCLE_CASES: readonly LifecycleCase[] = [
  {
    name: 'create',
    async prove(subject, world) {
      await created(subject, world);
    },
  },
  {
    name: 'no-op update',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      const { PhysicalResourceId: id } = deployment.responses.at(-1)!;
      expect(await deployment.update(subject.properties(world))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
      expect(subject.state(world)).toEqual(subject.made);
    },
  },
  {
    name: 'in-place update',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      const { PhysicalResourceId: id } = deployment.responses.at(-1)!;
      expect(await deployment.update(changed(subject, world, subject.inPlace.change))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
      expect(subject.state(world)).toEqual(subject.inPlace.state);
    },
  },
  {
    name: 'replacement',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      const { PhysicalResourceId: id } = deployment.responses.at(-1)!;
      const updated = await deployment.update(changed(subject, world, subject.replacement.change));
      expect(updated).toEqual(SUCCESS);
      expect(updated.PhysicalResourceId).not.toBe(id);
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS', PhysicalResourceId: id });
      expect(subject.state(world)).toEqual(subject.replacement.state);
    },
  },
  {
    name: 'rollback of a create',
    async prove(subject, world) {
      subject.fail(world, subject.making, REFUSED);
      const deployment = subject.stack(world);
      expect(await deployment.create(subject.properties(world))).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/No, thank you|alice/) });
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
      expect(subject.state(world)).toEqual([]);
    },
  },
  {
    name: 'rollback of an in-place update',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      const { PhysicalResourceId: id } = deployment.responses.at(-1)!;
      expect(await deployment.updateAndRollBack(changed(subject, world, subject.inPlace.change))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
      expect(subject.state(world)).toEqual(subject.made);
    },
  },
  {
    name: 'rollback of a replacement',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      expect(await deployment.updateAndRollBack(changed(subject, world, subject.replacement.change))).toEqual(SUCCESS);
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
      expect(subject.state(world)).toEqual(subject.replacement.rolledBack);
    },
  },
  {
    name: 'rollback of an update that failed',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      subject.fail(world, subject.making, REFUSED);
      expect(await deployment.update(changed(subject, world, subject.replacement.change))).toMatchObject({ Status: 'FAILED' });
      expect(deployment.responses.filter(({ Status }) => Status === 'FAILED')).toHaveLength(1);
      expect(subject.state(world)).toEqual(subject.made);
    },
  },
  {
    name: 'delete',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      expect(await deployment.delete()).toEqual(SUCCESS);
      expect(subject.state(world)).toEqual(subject.left);
      // A Delete may be repeated, by CloudFormation or by a person.
      expect(await deployment.delete()).toEqual(SUCCESS);
    },
  },
  {
    name: 'delete of half-made',
    async prove(subject, world) {
      subject.failHalfWay!(world);
      const deployment = subject.stack(world);
      expect(await deployment.create(subject.properties(world))).toMatchObject({ Status: 'FAILED' });
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
      expect(subject.state(world).filter(isLive(subject))).toEqual([]);
    },
  },
  {
    name: 'invoked twice',
    async prove(subject, world) {
      const deployment = await created(subject, world, { invokesTwice: true });
      expect(await deployment.update(changed(subject, world, subject.replacement.change))).toEqual(SUCCESS);
      expect(subject.state(world)).toEqual(subject.replacement.state);
      expect(await deployment.delete()).toEqual(SUCCESS);
      const kept = subject.left.length > 0 ? subject.replacement.state : [];
      expect(subject.state(world)).toEqual(kept);
    },
  },
  {
    name: 'service throttling',
    async prove(subject, world) {
      subject.fail(world, subject.making, THROTTLED);
      const deployment = await created(subject, world);
      if (subject.deleting) {
        subject.fail(world, subject.deleting, THROTTLED);
      }
      expect(await deployment.delete()).toEqual(SUCCESS);
      expect(subject.state(world)).toEqual(subject.left);
    },
  },
  {
    name: 'service down for two minutes',
    async prove(subject, world) {
      subject.setDown(world, true);
      const deployment = await created(subject, world, { beforePoll: poll => subject.setDown(world, poll < TWO_MINUTES_OF_POLLS) });
      subject.setDown(world, true);
      expect(await deployment.update(changed(subject, world, subject.replacement.change))).toEqual(SUCCESS);
      expect(subject.state(world)).toEqual(subject.replacement.state);
      subject.setDown(world, true);
      expect(await deployment.delete()).toEqual(SUCCESS);
    },
  },
  {
    name: 'access denied',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      subject.fail(world, subject.making, DENIED);
      const { Status, Reason } = await deployment.update(changed(subject, world, subject.replacement.change));
      expect([Status, Reason]).toEqual(['FAILED', expect.stringMatching(/even after 3 minutes of trying: AccessDenied\w*: Not you\. \w/)]);
      expect(subject.state(world)).toEqual(subject.made);
      if (subject.deleting) {
        subject.fail(world, subject.deleting, DENIED);
        expect(await deployment.delete()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('--retain-resources') });
        expect(subject.state(world)).toEqual(subject.made);
      }
    },
  },
  {
    name: 'job failed',
    async prove(subject, world) {
      const { reason, change = {} } = subject.jobsFail!(world);
      const deployment = subject.stack(world);
      expect(await deployment.create(changed(subject, world, change))).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(reason) });
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
      expect(subject.state(world).filter(isLive(subject))).toEqual([]);
    },
  },
  {
    name: 'job expired',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      const { PhysicalResourceId: id } = deployment.responses.at(-1)!;
      subject.jobsExpire!(world);
      expect(await deployment.update(changed(subject, world, subject.inPlace.change))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
      expect(await deployment.delete()).toEqual(SUCCESS);
    },
  },
  {
    name: 'user cancelled a create',
    async prove(subject, world) {
      const cancelledCreate = subject.stack(world);
      expect(await cancelledCreate.createAndCancel(subject.properties(world))).toEqual(SUCCESS);
      expect(subject.state(world).filter(isLive(subject))).toEqual([]);
    },
  },
  {
    name: 'user cancelled an update',
    async prove(subject, world) {
      const deployment = await created(subject, world);
      const { PhysicalResourceId: id } = deployment.responses.at(-1)!;
      const { change } = subject.lingers?.(world) ?? subject.replacement;
      expect(await deployment.updateAndCancel(changed(subject, world, change))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
      const state = subject.state(world);
      expect(state).toEqual(expect.arrayContaining([...subject.made]));
      expect(state.filter(thing => isLive(subject)(thing) && !subject.made.includes(thing))).toEqual([]);
    },
  },
  {
    name: 'one-hour limit',
    async prove(subject, world) {
      const { change = {} } = subject.jobsNeverEnd!(world);
      const deployment = subject.stack(world);
      const begun = world.clock.now().getTime();
      expect(await deployment.create(changed(subject, world, change))).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/\w/) });
      expect(world.clock.now().getTime() - begun).toBeLessThan(2 * AN_HOUR_MILLIS);
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
      expect(subject.state(world).filter(isLive(subject))).toEqual(subject.goesOn ?? []);
    },
  },
];
