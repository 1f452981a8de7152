import { App, type Stack } from 'aws-cdk-lib';
import { fullStack } from './full-stack';
import { FAMILIES } from '../integ/families';

/** Stacks that between them have every construct, in every variant that makes other resources. A new app each time. */
export function everyStack(): Stack[] {
  return [fullStack().stack, ...Object.values(FAMILIES).flatMap(family => family(new App()))];
}
