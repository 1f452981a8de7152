import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Throws one error that names the construct and lists every problem of its properties; returns when there is none. */
export function rejectProblems(construct: IConstruct, problems: readonly (string | undefined)[]): void {
  rejectProblemsOf(`${construct.constructor.name} '${construct.node.path}'`, problems);
}

/** The same for a construct that does not exist yet. */
export function rejectProblemsOf(subject: string, problems: readonly (string | undefined)[]): void {
  const found = problems.filter(problem => problem !== undefined);
  if (found.length === 0) {
    return;
  }
  const count = found.length === 1 ? '1 problem' : `${found.length} problems`;
  const error = new Error(`${subject} has ${count}:\n${found.map(problem => `  - ${problem}`).join('\n')}`);
  error.name = 'ValidationError';
  throw error;
}

/** A token is known only at deployment: it passes untouched and the service judges its value. */
export function knownAtSynth(value: string | undefined): value is string {
  return value !== undefined && !Token.isUnresolved(value);
}
