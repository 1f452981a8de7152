import * as cdk from 'aws-cdk-lib';
import { CfnResource, Token, type Stack } from 'aws-cdk-lib';

/** One resource of a template, as a program that uses L1 would write it down. */
interface Written {
  readonly logicalId: string;
  readonly make: (stack: Stack, id: string) => CfnResource;
  readonly dependsOn: readonly string[];
  readonly options: { readonly DeletionPolicy?: string; readonly UpdateReplacePolicy?: string };
}

export interface Template {
  readonly Resources: Readonly<Record<string, {
    readonly Type: string;
    readonly Properties?: Readonly<Record<string, unknown>>;
    readonly DependsOn?: readonly string[];
    readonly DeletionPolicy?: string;
    readonly UpdateReplacePolicy?: string;
  }>>;
}

/** Modules of the L1, by the service in the names of resource types. */
const MODULES: Readonly<Record<string, string>> = {
  DynamoDB: 'aws_dynamodb',
  Events: 'aws_events',
  IAM: 'aws_iam',
  Kinesis: 'aws_kinesis',
  KMS: 'aws_kms',
  Lambda: 'aws_lambda',
  Logs: 'aws_logs',
  S3: 'aws_s3',
  StepFunctions: 'aws_stepfunctions',
};

type L1 = new (stack: Stack, id: string, props: object) => CfnResource;

/** Looked up when it is needed: loading it is part of what a program pays for using it. */
function classOf(type: string): L1 {
  const [, service, name] = type.split('::') as [string, string, string];
  const found = (cdk as unknown as Readonly<Record<string, Readonly<Record<string, L1>>>>)[MODULES[service] ?? '']?.[`Cfn${name}`];
  if (!found) throw new Error(`No L1 of ${type} is known here: add its module to MODULES.`);
  return found;
}

/** Properties that are JSON as they stand, and maps whose keys are the user's. */
const VERBATIM = new Set(['AssumeRolePolicyDocument', 'KeyPolicy', 'PolicyDocument', 'Variables']);

/** The resources of a template in L1, with nothing left to work out: what a careful hand would have written, down to the last id. */
export function writtenInL1({ Resources }: Template): Written[] {
  return Object.entries(Resources).map(([logicalId, { Type, Properties = {}, DependsOn = [], ...options }]) => {
    if (Type.startsWith('Custom::')) {
      const make = (stack: Stack, id: string) => new CfnResource(stack, id, { type: Type, properties: { ...Properties } });
      return { logicalId, make, dependsOn: DependsOn, options };
    }
    const props = inCamelCase(Properties) as object;
    return { logicalId, make: (stack, id) => new (classOf(Type))(stack, id, props), dependsOn: DependsOn, options };
  });
}

/** Makes the resources in a stack. */
export function makeAll(stack: Stack, written: readonly Written[]): void {
  const made = new Map<string, CfnResource>();
  for (const { logicalId, make, options } of written) {
    const resource = make(stack, logicalId);
    resource.overrideLogicalId(logicalId);
    Object.assign(resource.cfnOptions, { deletionPolicy: options.DeletionPolicy, updateReplacePolicy: options.UpdateReplacePolicy });
    made.set(logicalId, resource);
  }
  for (const { logicalId, dependsOn } of written) {
    for (const other of dependsOn) made.get(logicalId)!.addDependency(made.get(other)!);
  }
}

const INTRINSIC = /^(Ref|Fn::\w+)$/;

function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && INTRINSIC.test(entries[0]![0])) return Token.asString(value);
  return Object.fromEntries(entries.map(([key, member]) => [camelCase(key), VERBATIM.has(key) ? member : inCamelCase(member)]));
}

/** As CDK names L1 properties: a leading run of capitals is one word, and so is one at the end. */
const camelCase = (key: string): string => key.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/, start => start.toLowerCase()).replace(/ID$/, 'Id');
