import { type CreateJobRequest } from '@aws-sdk/client-s3-control';
import { type BatchJobDeclaration } from './batch-job-lifecycle';
import { type Properties } from './lifecycle';
import { flag, optionalText, tags, text } from './properties';

type JobPart = Pick<CreateJobRequest, 'Operation' | 'Report' | 'Manifest' | 'ManifestGenerator'>;

/** What the properties of Custom::S3BatchOperationsJob ask for. */
export interface BatchOperationsDeclaration extends BatchJobDeclaration, JobPart {
  readonly accountId: string;
  readonly roleArn: string;
  readonly priority: number;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** How many tasks may fail before the deployment does. */
  readonly failedTasksMax: number;
  readonly trigger?: string;
}

/** The moments among the parameters of an operation or a manifest generator. */
const MOMENTS = ['RetainUntilDate', 'ObjectLockRetainUntilDate', 'ModifiedSinceConstraint', 'UnModifiedSinceConstraint', 'CreatedAfter', 'CreatedBefore'];

/** @throws naming the property that is missing or wrong */
export function batchOperationsDeclaration(properties: Properties): BatchOperationsDeclaration {
  return {
    accountId: text(properties, 'AccountId'),
    roleArn: text(properties, 'RoleArn'),
    Operation: structure(properties, 'Operation'),
    Report: structure(properties, 'Report'),
    ...structure<Pick<JobPart, 'Manifest' | 'ManifestGenerator'>>(properties, 'Manifest'),
    priority: count(properties, 'Priority', 10),
    description: optionalText(properties, 'Description'),
    tags: tags(properties),
    failedTasksMax: count(properties, 'FailedTasksMax', 0),
    waitForCompletion: flag(properties, 'WaitForCompletion', true),
    trigger: optionalText(properties, 'Trigger'),
  };
}

/** A part of the request, as JSON: CloudFormation would turn the numbers and booleans of plain properties into text. */
function structure<Part = never>(properties: Properties, name: string): Part {
  const written = text(properties, name);
  try {
    return JSON.parse(written, (key, value) => MOMENTS.includes(key) ? moment(value) : value);
  } catch (error) {
    throw new Error(`Property ${name} of the custom resource must be a part of a CreateJob request as JSON: ${(error as Error).message}, in ${written}.`);
  }
}

function moment(value: unknown): Date {
  const date = new Date(String(value));
  if (Number.isNaN(date.getTime())) {
    throw new Error(`'${value}' is no ISO 8601 moment such as 2026-01-31T00:00:00Z`);
  }
  return date;
}

function count(properties: Properties, name: string, fallback: number): number {
  const written = optionalText(properties, name) ?? String(fallback);
  if (!/^\d{1,10}$/.test(written)) {
    throw new Error(`Property ${name} of the custom resource must be a whole number that is not negative, but is '${written}'.`);
  }
  return Number(written);
}
