import { createEngine, type Engine } from '../engine';
import { awsDestinations } from './aws-destinations';
import { lambdaEdges, type LambdaEnvironment } from './lambda-edges';

/** The engine of a function that starts or runs jobs. @throws Error as the edges do */
export async function openLambdaEngine(environment: LambdaEnvironment, functionArn: string | undefined): Promise<Engine> {
  const edges = await lambdaEdges(environment, functionArn);
  return createEngine({ ...edges, destinations: awsDestinations({ region: edges.account.region, clock: edges.clock }) });
}
