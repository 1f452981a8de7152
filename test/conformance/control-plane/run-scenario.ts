import { differing, filledIn, mismatch, textAt } from './expectation';
import { departures, failureDepartures } from './model-conformance';
import { answerOf, type Caller, type JsonObject, type Outcome } from './outcome';
import type { CallStep, Claim, HttpStep, Scenario, UntilStep } from './scenario';
import type { World } from './world';

/** What a step with a claim was answered. */
export interface Result extends Claim {
  readonly operation: string;
  readonly answer: string;
}

const UNTIL_MILLIS = 15_000;

/** Runs all steps in a world that was just reset. @throws Error at the first step whose answer is not the expected one */
export async function runScenario({ steps }: Scenario, world: World, caller: Caller): Promise<Result[]> {
  const variables: Record<string, string> = { ...world.variables };
  const results: Result[] = [];
  for (const [index, step] of steps.entries()) {
    try {
      switch (step.kind) {
        case 'control': Object.assign(variables, await world.control(step.control)); break;
        case 'call': results.push(...claimed(step, await call(step))); break;
        case 'until': results.push(...claimed(step, await callUntil(step))); break;
        case 'http': results.push(...claimed(step, await send(step))); break;
      }
    } catch (error) {
      throw new Error(`Step ${index + 1}, ${step.kind === 'control' ? step.control.name : `${step.operation} ${step.shows ?? ''}`}: ${(error as Error).message}`, { cause: error });
    }
  }
  return results;

  async function ask(operation: string, input: JsonObject): Promise<Outcome> {
    const outcome = await caller.call(world.endpoint, world.variables.region!, operation, filledIn(input, variables, world.nowMillis()));
    const wrong = outcome.kind === 'success' ? departures(operation, outcome.output) : outcome.kind === 'failure' ? failureDepartures(outcome) : [];
    if (wrong.length > 0) throw new Error(`The answer departs from the service model: ${wrong.join('; ')}`);
    return outcome;
  }

  async function call({ operation, input, expects, saves = {} }: CallStep): Promise<string> {
    const outcome = await ask(operation, input);
    // What a client refuses to send, the service never sees.
    if (outcome.kind === 'unsent' && expects.kind === 'failure') return answerOf(outcome);
    const problem = mismatch(outcome, filledIn(expects as unknown as JsonObject, variables, world.nowMillis()) as unknown as typeof expects);
    if (problem !== undefined) throw new Error(problem);
    if (outcome.kind === 'success') for (const [name, path] of Object.entries(saves)) variables[name] = textAt(outcome.output, path);
    return answerOf(outcome);
  }

  async function callUntil({ operation, input, expects }: UntilStep): Promise<string> {
    const deadlineMillis = performance.now() + UNTIL_MILLIS;
    for (;;) {
      await world.runJobs();
      const outcome = await ask(operation, input);
      const problem = mismatch(outcome, filledIn(expects as unknown as JsonObject, variables, world.nowMillis()) as unknown as typeof expects);
      if (problem === undefined) return answerOf(outcome);
      if (performance.now() > deadlineMillis) throw new Error(`not within ${UNTIL_MILLIS} ms: ${problem}`);
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  }

  async function send({ request, answer, output }: HttpStep): Promise<string> {
    const { method, path, body } = filledIn(request as unknown as JsonObject, variables, world.nowMillis()) as unknown as HttpStep['request'];
    const response = await fetch(world.endpoint + path, { method, body, headers: { 'content-type': 'application/json' } });
    const json = await response.json() as JsonObject;
    const actual = [response.status, response.headers.get('x-amzn-errortype')].filter(part => part !== null).join(' ');
    if (actual !== answer) throw new Error(`expected ${answer}, but the answer is ${actual}: ${JSON.stringify(json)}`);
    const [problem] = differing(json, output ?? {}, 'output');
    if (problem !== undefined) throw new Error(problem);
    return actual;
  }
}

const claimed = ({ operation, about, shows, differs, note }: Claim & { readonly operation: string }, answer: string): Result[] =>
  shows === undefined ? [] : [{ operation, about, shows, differs, note, answer }];
