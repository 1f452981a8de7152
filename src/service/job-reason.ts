import type { ExportJob, StreamJob } from '../engine';

/** QLDB's API has no field for it, and every SDK passes over members and headers that it does not know. */
export const STATUS_REASON_HEADER = 'x-cdk-ledger-status-reason';
const HEADER_LENGTH_MAX = 1_000;

/** Why a job does not get on, or was given up; undefined for one that is well, and for one that somebody ended on purpose. */
export const statusReason = (job: ExportJob | StreamJob): string | undefined => job.status === 'CANCELED' ? undefined : job.setback?.message;

/** The reason as a header, for clients that show no unknown members: boto3 has it in `ResponseMetadata.HTTPHeaders`. */
export function statusReasonHeaders(description: unknown): Readonly<Record<string, string>> {
  const { StatusReason: reason } = (description ?? {}) as { readonly StatusReason?: string };
  return reason === undefined ? {} : { [STATUS_REASON_HEADER]: reason.replace(/[^\x20-\x7e]+/g, ' ').slice(0, HEADER_LENGTH_MAX) };
}
