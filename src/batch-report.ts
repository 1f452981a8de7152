import { aws_s3 as s3 } from 'aws-cdk-lib';
import { wildcardProblem } from './batch-operation';

/** Options of `BatchReport.to`. */
export interface BatchReportOptions {
  /**
   * Folder of the report in its bucket; the job adds a folder of its own.
   * @default 'batch-operations'
   */
  readonly prefix?: string;

  /**
   * List failed tasks only.
   * @default false
   */
  readonly onlyFailures?: boolean;
}

/** What a report is, and what a role must be allowed to write it. */
export interface BatchReportDefinition {
  readonly request: Record<string, unknown>;
  readonly target?: { readonly bucket: s3.IBucket; readonly keys: string };
  readonly listsAllTasks: boolean;
  readonly problem?: string;
}

/** Whether a job writes a completion report: a line for each object, with what came of it. */
export class BatchReport {
  /**
   * A report in a bucket. S3 encrypts reports with keys that it manages, whatever the bucket's default.
   * @param bucket the bucket.
   * @param options where in it, and what.
   */
  public static to(bucket: s3.IBucket, options: BatchReportOptions = {}): BatchReport {
    const prefix = (options.prefix ?? 'batch-operations').replace(/\/$/, '');
    const listsAllTasks = !options.onlyFailures;
    return new BatchReport({
      request: {
        Enabled: true,
        Bucket: bucket.bucketArn,
        Format: 'Report_CSV_20180820',
        Prefix: prefix,
        ReportScope: listsAllTasks ? 'AllTasks' : 'FailedTasksOnly',
      },
      target: { bucket, keys: `${prefix}/job-*` },
      listsAllTasks,
      problem: prefix === '' ? "the report's prefix is empty: name a folder, so that the role may write there only" : wildcardProblem("the report's prefix", prefix),
    });
  }

  /** No report. */
  public static none(): BatchReport {
    return new BatchReport({ request: { Enabled: false }, listsAllTasks: false });
  }

  /** @internal */
  public readonly _definition: BatchReportDefinition;

  private constructor(definition: BatchReportDefinition) {
    this._definition = definition;
  }
}
