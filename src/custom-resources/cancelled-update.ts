import { type Edges, type LifecycleEvent, type Properties } from './lifecycle';
import { messageOf } from './service-failure';

/**
 * Ends what an Update has made whose id CloudFormation never learnt, because the Update was cancelled, by the user or by the failure of another resource.
 * Nobody deletes that, so the rollback does: it comes with the id that was there before, and with what the Update had asked for as the old properties.
 * A rollback must not fail for it, so failures are only told to the log.
 *
 * @param idOf the physical id that properties stand for, or a whole part of it, between slashes, by which two of them differ
 * @param end ends what the properties have made, if it is there
 */
export async function endCancelledUpdate(
  event: LifecycleEvent, edges: Pick<Edges, 'log'>, idOf: (properties: Properties) => string, end: (properties: Properties) => Promise<void>,
): Promise<void> {
  const { OldResourceProperties: cancelled, ResourceProperties: wanted, PhysicalResourceId: current } = event;
  try {
    if (cancelled && `/${current}/`.includes(`/${idOf(wanted)}/`) && idOf(cancelled) !== idOf(wanted)) {
      await end(cancelled);
    }
  } catch (error) {
    edges.log(`Could not end what the Update that is rolled back may have made: ${messageOf(error)}`);
  }
}
