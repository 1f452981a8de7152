import { fromQuery, oneOf, type MapShape, type StringShape } from './shape';

/** Constraints that several operations share, as QLDB's service model states them. */
export const LEDGER_NAME = {
  type: 'string', minLength: 1, maxLength: 32, pattern: /(?!^.*--)(?!^[0-9]+$)(?!^-)(?!.*-$)^[A-Za-z0-9-]+$/,
} as const satisfies StringShape;
export const STREAM_NAME = LEDGER_NAME;

export const UNIQUE_ID = { type: 'string', minLength: 22, maxLength: 22, pattern: /^[A-Za-z-0-9]+$/ } as const satisfies StringShape;
export const ARN = { type: 'string', minLength: 20, maxLength: 1600 } as const satisfies StringShape;
export const KMS_KEY = { type: 'string', minLength: 1, maxLength: 1600 } as const satisfies StringShape;
export const ION_TEXT = { type: 'string', minLength: 1, maxLength: 1_048_576 } as const satisfies StringShape;
export const TOKEN = { type: 'string', minLength: 4, maxLength: 1024, pattern: /^[A-Za-z-0-9+/=]+$/ } as const satisfies StringShape;
export const TAG_KEY = { type: 'string', minLength: 1, maxLength: 128 } as const satisfies StringShape;
export const TAG_VALUE = { type: 'string', minLength: 0, maxLength: 256 } as const satisfies StringShape;
export const TAGS_PER_CALL_MAX = 200;
export const TAGS = { type: 'map', keys: TAG_KEY, values: TAG_VALUE, maxLength: TAGS_PER_CALL_MAX } as const satisfies MapShape;

export const PERMISSIONS_MODE = oneOf('ALLOW_ALL', 'STANDARD');

/** QLDB publishes no default page size; its largest one spares callers requests. */
export const DEFAULT_PAGE_SIZE = 100;
/** Members of every operation that lists. */
export const PAGE_MEMBERS = {
  MaxResults: fromQuery('max_results', { type: 'integer', min: 1, max: 100 }),
  NextToken: fromQuery('next_token', TOKEN),
} as const;
