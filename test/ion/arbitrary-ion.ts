import * as fc from 'fast-check';
import { IonField, IonKind, IonStruct, IonTimestamp, IonValue, TimestampPrecision } from '../../src/ion';

const KINDS: readonly IonKind[] = [
  'null', 'bool', 'int', 'float', 'decimal', 'timestamp', 'symbol', 'string', 'clob', 'blob', 'list', 'sexp', 'struct',
];

const TRICKY_TEXTS = [
  '', 'null', 'true', 'false', 'nan', '+inf', '-inf', 'null.int', '$', '$0', '$7', '$99', '$x', 'name', 'symbols', '1a', 'a b', "it's", 'say "hi"',
  '+', '//', '/*', '\\', '\n', '\r\n', '\t', '\0', '\x7f', '\x85', '\u2028', '\ufeff', '\ufeffa', 'é', '漢字', '💩', '\x0b\x0c\x0e', '__proto__',
];

/** Texts of strings and symbols, the awkward ones often. */
export const arbitraryText = (): fc.Arbitrary<string> => fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(...TRICKY_TEXTS),
  fc.stringMatching(/^[a-zA-Z_$][\w$]{0,8}$/),
).filter((text) => !text.startsWith('$ion'));

const arbitraryBigInt = (): fc.Arbitrary<bigint> => fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(BigInt),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.tuple(fc.integer({ min: 0, max: 200 }), fc.constantFrom(-1n, 0n, 1n), fc.constantFrom(-1n, 1n))
    .map(([bits, nudge, sign]) => sign * (2n ** BigInt(bits) + nudge)),
);

const arbitraryDecimal = (): fc.Arbitrary<IonValue> => fc.oneof(
  fc.record({ kind: fc.constant('decimal' as const), coefficient: arbitraryBigInt(), exponent: fc.integer({ min: -200, max: 200 }) }),
  fc.record({ kind: fc.constant('decimal' as const), coefficient: arbitraryBigInt(), exponent: fc.integer({ min: -4, max: 4 }) }),
  fc.integer({ min: -70, max: 70 }).map((exponent) => ({ kind: 'decimal' as const, coefficient: 0n, exponent, negativeZero: true })),
);

/** Timestamps of every precision and offset within the years 100 to 9998; QLDB's own era more often. */
export const arbitraryTimestamp = (): fc.Arbitrary<IonTimestamp> => fc.record({
  precision: fc.constantFrom<TimestampPrecision>('year', 'month', 'day', 'minute', 'second'),
  year: fc.oneof(fc.integer({ min: 1970, max: 2030 }), fc.integer({ min: 100, max: 9998 })),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.oneof(fc.integer({ min: 1, max: 28 }), fc.constant(31)),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  second: fc.integer({ min: 0, max: 59 }),
  fraction: fc.option(fc.integer({ min: 1, max: 12 }).chain((scale) => fc.record({
    scale: fc.constant(scale),
    digits: fc.oneof(fc.constantFrom(0n, 10n ** BigInt(scale) - 1n), fc.bigInt({ min: 0n, max: 10n ** BigInt(scale) - 1n })),
  })), { nil: undefined }),
  offsetMinutes: fc.option(fc.oneof(fc.constant(0), fc.integer({ min: -1439, max: 1439 })), { nil: undefined }),
}).map(({ precision, year, month, day, hour, minute, second, fraction, offsetMinutes }) => {
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const hasTime = precision === 'minute' || precision === 'second';
  return {
    kind: 'timestamp' as const,
    precision,
    year,
    ...(precision !== 'year' && { month }),
    ...(precision !== 'year' && precision !== 'month' && { day: Math.min(day, lastDay) }),
    ...(hasTime && { hour, minute }),
    ...(precision === 'second' && { second }),
    ...(precision === 'second' && fraction !== undefined && { fraction }),
    ...(hasTime && offsetMinutes !== undefined && { offsetMinutes }),
  };
});

const arbitraryBytes = (): fc.Arbitrary<Uint8Array> => fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ minLength: 120, maxLength: 140 }),
  fc.constant(Uint8Array.of(0x0b, 0x0c, 0x0e, 0x0b)),
);

const arbitraryBareScalar = (): fc.Arbitrary<IonValue> => fc.oneof(
  fc.constantFrom(...KINDS).map((nullOf) => ({ kind: 'null' as const, nullOf })),
  fc.boolean().map((value) => ({ kind: 'bool' as const, value })),
  arbitraryBigInt().map((value) => ({ kind: 'int' as const, value })),
  fc.double().map((value) => ({ kind: 'float' as const, value })),
  arbitraryDecimal(),
  arbitraryTimestamp(),
  arbitraryText().map((value) => ({ kind: 'symbol' as const, value })),
  arbitraryText().map((value) => ({ kind: 'string' as const, value })),
  fc.string({ minLength: 60, maxLength: 200 }).map((value) => ({ kind: 'string' as const, value })),
  arbitraryBytes().map((value) => ({ kind: 'clob' as const, value })),
  arbitraryBytes().map((value) => ({ kind: 'blob' as const, value })),
);

function withAnnotations<T extends IonValue>(values: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 5, arbitrary: values },
    {
      weight: 1,
      arbitrary: fc.tuple(values, fc.array(arbitraryText(), { minLength: 1, maxLength: 3 }))
        .map(([value, annotations]) => ({ ...value, annotations })),
    },
  );
}

const arbitraries = fc.letrec<{ value: IonValue; field: IonField; struct: IonStruct }>((tie) => ({
  value: withAnnotations(fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    arbitraryBareScalar(),
    fc.array(tie('value'), { maxLength: 5 }).map((items): IonValue => ({ kind: 'list', items })),
    fc.array(tie('value'), { maxLength: 5 }).map((items): IonValue => ({ kind: 'sexp', items })),
    tie('struct'),
  )),
  field: fc.tuple(arbitraryText(), tie('value')),
  struct: fc.array(tie('field'), { maxLength: 6 }).map((fields): IonStruct => ({ kind: 'struct', fields })),
}));

/** Any Ion value: every type, typed nulls, annotations, repeated fields, nested containers. */
export const arbitraryIon = (): fc.Arbitrary<IonValue> => arbitraries.value;

/** A scalar without annotations, typed nulls included. */
export const arbitraryScalar = (): fc.Arbitrary<IonValue> => arbitraryBareScalar();

/** A struct such as a document: field names are unique, values are any Ion. */
export const arbitraryDocument = (): fc.Arbitrary<IonStruct> => fc.uniqueArray(arbitraries.field, { selector: ([name]) => name, maxLength: 6 })
  .map((fields) => ({ kind: 'struct', fields }));
