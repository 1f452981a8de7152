import { s3ArchiveObjects } from './archive-objects';
import { exportScheduleDeclaration } from './export-schedule-declaration';
import { runExportSchedule } from './export-schedule-run';
import { functionS3 } from './function-s3';
import { lambdaEdges } from './lambda-edges';

// A start that is repeated would be a second export, so calls are repeated by the run, which looks first.
const edges = lambdaEdges(process.env, { maxAttempts: 1 });
const s3 = functionS3(process.env);

/** One run of the schedule that the function's environment declares, whatever the event says. */
export async function run(): Promise<void> {
  const declared = exportScheduleDeclaration(JSON.parse(process.env.EXPORT_SCHEDULE ?? '{}'));
  const { control } = edges.connect(declared.serviceUrl);
  await runExportSchedule({ ...edges, control, objects: s3ArchiveObjects(s3, declared.bucket) }, declared);
}
