import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** QLDB's own service model, as botocore 1.38.46 ships it (Apache License 2.0), documentation left out. */
export interface ServiceModel {
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

export interface ModelOperation {
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input: { readonly shape: string };
  readonly output?: { readonly shape: string };
  readonly errors?: readonly { readonly shape: string }[];
}

export interface ModelShape {
  readonly type: 'blob' | 'boolean' | 'integer' | 'list' | 'map' | 'string' | 'structure' | 'timestamp';
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, ModelMember>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly error?: { readonly httpStatusCode: number };
}

export interface ModelMember {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring';
  readonly locationName?: string;
}

export const SERVICE_MODEL = JSON.parse(readFileSync(path.join(__dirname, 'service-model.json'), 'utf8')) as ServiceModel;

export const shapeOf = (name: string): ModelShape => SERVICE_MODEL.shapes[name]!;

/** Paths of all members of a structure, those of structures within it and of lists of structures included. */
export function memberPaths(shapeName: string, prefix = ''): string[] {
  const { members = {} } = shapeOf(shapeName);
  return Object.entries(members).flatMap(([name, { shape }]) => {
    const path_ = prefix + name;
    const { type, member } = shapeOf(shape);
    if (type === 'structure') return [path_, ...memberPaths(shape, `${path_}.`)];
    if (type === 'list' && shapeOf(member!.shape).type === 'structure') return [path_, ...memberPaths(member!.shape, `${path_}[].`)];
    return [path_];
  });
}
