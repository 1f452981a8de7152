/** What a value of a request must look like: data, read by one interpreter and by the types below. */
export type Shape =
  | StringShape
  | { readonly type: 'boolean' }
  | IntegerShape
  /** Seconds since 1970 on the wire, with decimals; milliseconds once checked. */
  | { readonly type: 'timestamp' }
  | BlobShape
  | ListShape
  | MapShape
  | StructureShape;

export interface StringShape<V extends string = string> {
  readonly type: 'string';
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly values?: readonly V[];
}

export interface IntegerShape { readonly type: 'integer'; readonly min?: number; readonly max?: number }
/** Base64 on the wire. */
export interface BlobShape { readonly type: 'blob'; readonly minBytes?: number; readonly maxBytes?: number }
export interface ListShape<S extends Shape = Shape> { readonly type: 'list'; readonly items: S; readonly maxLength?: number }
/** Values of a map may be null, which is kept as the empty text. */
export interface MapShape { readonly type: 'map'; readonly keys: StringShape; readonly values: StringShape; readonly maxLength?: number }
export interface StructureShape<M extends Members = Members> { readonly type: 'structure'; readonly members: M }

export interface Member<S extends Shape = Shape, R extends boolean = boolean> {
  readonly shape: S;
  readonly required: R;
  readonly source: 'body' | 'path' | 'query';
  /** Name in the query string. @default - the member's own name */
  readonly wireName?: string;
}

export type Members = Readonly<Record<string, Member>>;

export const required = <const S extends Shape>(shape: S): Member<S, true> => ({ shape, required: true, source: 'body' });
export const optional = <const S extends Shape>(shape: S): Member<S, false> => ({ shape, required: false, source: 'body' });
export const fromPath = <const S extends Shape>(shape: S): Member<S, true> => ({ shape, required: true, source: 'path' });
export const fromQuery = <const S extends Shape>(wireName: string, shape: S): Member<S, false> =>
  ({ shape, required: false, source: 'query', wireName });
export const requiredFromQuery = <const S extends Shape>(wireName: string, shape: S): Member<S, true> =>
  ({ shape, required: true, source: 'query', wireName });

/** One of `values`. */
export const oneOf = <const V extends string>(...values: readonly V[]): StringShape<V> & { readonly values: readonly V[] } => ({ type: 'string', values });
export const structure = <M extends Members>(members: M): StructureShape<M> => ({ type: 'structure', members });
export const listOf = <const S extends Shape>(items: S, maxLength?: number): ListShape<S> => ({ type: 'list', items, maxLength });

/** The checked value of a shape. */
export type ValueOf<S> =
  S extends { readonly type: 'string'; readonly values: readonly (infer V)[] } ? V
    : S extends { readonly type: 'string' } ? string
      : S extends { readonly type: 'boolean' } ? boolean
        : S extends { readonly type: 'integer' | 'timestamp' } ? number
          : S extends { readonly type: 'blob' } ? Uint8Array
            : S extends { readonly type: 'map' } ? Readonly<Record<string, string>>
              : S extends { readonly type: 'structure'; readonly members: infer M } ? InputOf<M>
                : S extends { readonly type: 'list'; readonly items: infer I } ? readonly ValueOf<I>[]
                  : never;

/** The checked members of a request. */
export type InputOf<M> =
  & { readonly [K in keyof M as M[K] extends { readonly required: true } ? K : never]: ValueOf<ShapeOf<M[K]>> }
  & { readonly [K in keyof M as M[K] extends { readonly required: true } ? never : K]?: ValueOf<ShapeOf<M[K]>> };

type ShapeOf<M> = M extends { readonly shape: infer S } ? S : never;
