import { invalidParameter, type ControlAccess, type Engine } from '../engine';
import type { TaskOf } from './answer-requests';
import { checkInput } from './input/check-input';
import { restInput } from './input/rest-input';
import type { InputOf, Members } from './input/shape';
import { violationsMessage } from './input/violation';
import { OPERATIONS } from './operations';
import type { Operation } from './operations/operation';
import { OWN_OPERATIONS } from './operations/own-operations';
import { route } from './router';

const EVERY_OPERATION = [...OPERATIONS, ...OWN_OPERATIONS];

/** QLDB's control plane (REST with JSON) and what this service adds to it, each operation under the grants of its caller. */
export function controlPlane(engine: Engine): TaskOf {
  return (request, callerArn) => {
    const { operation, path } = route(EVERY_OPERATION, request.method, request.rawPath);
    return {
      operation: operation.name,
      async run() {
        const checked = checkInput(operation.input, restInput(operation.input, path, request.rawQuery, request.body));
        if (checked.kind === 'invalid') throw invalidParameter(checked.violations[0]!.parameterName, violationsMessage(checked.violations));
        await engine.controlGrants.check(callerArn, accessOf(operation, checked.input));
        const output = await operation.run({ engine, account: engine.account, callerArn }, checked.input);
        return { json: JSON.stringify(output), headers: operation.headers?.(output) };
      },
    };
  };
}

/** Which permission a request to the control plane needs. */
function accessOf({ name, ledgerOf = namedLedger, administrators }: Operation, input: InputOf<Members>): ControlAccess {
  return { action: name, ledgerName: administrators ? undefined : ledgerOf(input), administrators };
}

const namedLedger = ({ Name, LedgerName }: InputOf<Members>): string | undefined => (Name ?? LedgerName) as string | undefined;
