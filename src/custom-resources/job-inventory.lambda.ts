import { setTimeout as sleep } from 'timers/promises';
import { functionS3 } from './function-s3';
import { runJobInventory, type JobInventoryDeclaration } from './job-inventory-run';
import { s3Requests } from './s3-requests';
import { jobSources } from '../client/jobs';

/** Left of the function's time for the report and the metrics. */
const MARGIN_MILLIS = 60_000;
const FALLBACK_REMAINING_MILLIS = 300_000;

/** What the schedule sends. */
export interface ScheduleEvent {
  /** When the run was due, as an ISO 8601 timestamp. */
  readonly time?: string;
}

const s3 = s3Requests(functionS3(process.env, { attemptsMax: 5 }));
let declaration: JobInventoryDeclaration | undefined;

/** Entry of the function behind `JobInventory`. */
export async function run(event: ScheduleEvent, context?: { getRemainingTimeInMillis?(): number }): Promise<void> {
  const deadlineMillis = Date.now() + (context?.getRemainingTimeInMillis?.() ?? FALLBACK_REMAINING_MILLIS) - MARGIN_MILLIS;
  const environment = process.env;
  declaration ??= declarationOf(environment);
  const due = new Date(event.time ?? Date.now());
  await runJobInventory(declaration, Number.isNaN(due.getTime()) ? new Date() : due, {
    now: () => new Date(),
    async pause(milliseconds) {
      if (Date.now() + milliseconds >= deadlineMillis) {
        return false;
      }
      await sleep(milliseconds);
      return true;
    },
    async putObject(key, contentType, body) {
      await s3.put({ bucket: required(environment, 'ARCHIVE_BUCKET'), key, contentType, body, kmsKeyArn: environment.ARCHIVE_KEY_ARN });
    },
    log: line => console.log(line),
  });
}

function declarationOf(environment: NodeJS.ProcessEnv): JobInventoryDeclaration {
  return {
    name: required(environment, 'INVENTORY_NAME'),
    sources: jobSources({
      region: required(environment, 'AWS_REGION'),
      serviceUrl: environment.LEDGER_SERVICE_URL || undefined,
      organizationIds: (environment.MAILBOX_ORGANIZATIONS ?? '').split(',').filter(Boolean),
      batchOperationsAccountId: environment.BATCH_OPERATIONS_ACCOUNT || undefined,
      environment,
    }),
    thresholds: {
      stuckAfterMillis: Number(required(environment, 'STUCK_AFTER_SECONDS')) * 1000,
      failureWindowMillis: Number(required(environment, 'FAILURE_WINDOW_SECONDS')) * 1000,
    },
    prefix: required(environment, 'REPORT_PREFIX'),
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) {
    throw new Error(`The environment variable ${name} is not set. Deploy this function with the construct JobInventory.`);
  }
  return value;
}
