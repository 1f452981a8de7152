import { InvalidIon, IonValue, ionEquals, MAXIMUM_DEPTH, parseIon, parseIonStream, printIon } from '../../src/ion';

const parsed = (text: string): IonValue => parseIon(text);

describe('Ion text', () => {
  // Left and right spell the same value.
  test.each([
    ['null', 'null.null'],
    ['0xFF', '255'],
    ['-0b1010', '-10'],
    ['1_000_000', '1000000'],
    ['0xdead_beef', '3735928559'],
    ['1_0.2_5', '10.25'],
    ['1.', '1d0'],
    ['0.10', '10d-2'],
    ['12D+3', '12d3'],
    ['15e-1', '1.5E0'],
    ['1_0e0', '10e0'],
    ['2000-01-01', '2000-01-01T'],
    ['2000-01-01T00:00+00:00', '2000-01-01T00:00Z'],
    ['"a\\x41\\u0042\\U00000043\\\nd"', '"aABCd"'],
    ['"\\0\\a\\b\\t\\n\\f\\r\\v\\"\\\'\\?\\\\\\/"', '"\\x00\\x07\\x08\\x09\\x0a\\x0c\\x0d\\x0b\\x22\\x27\\x3f\\x5c\\x2f"'],
    ['"\\ud83d\\udca9"', '"💩"'],
    ["'''one'''\n // comment\n '''two'''", '"onetwo"'],
    ["'''a\r\nb\rc'''", '"a\\nb\\nc"'],
    ["'''it''s'''", '"it\'\'s"'],
    ["'sym'", 'sym'],
    ['$4', 'name'],
    ['a::\'b c\'::1', "a :: 'b c' :: /* x */ 1"],
    ['[1,2,]', '[1 , 2]'],
    ['{a:1,}', '{"a":1}'],
    ["{'''lo''' '''ng''':1}", '{long:1}'],
    ['(a+b)', "(a '+' b)"],
    ['(+++ -1 -inf)', "('+++' -1 -inf)"],
    ['(a.b)', "(a '.' b)"],
    ['(-a)', "('-' a)"],
    ['{{ aGVs\nbG8= }}', '{{aGVsbG8=}}'],
    ['{{ "ab\\x63" }}', "{{ '''a''' '''bc''' }}"],
    ['{{}}', '{{ }}'],
    ['1//comment', '1/* comment */'],
  ])('%s is %s', (one, other) => {
    expect(ionEquals(parsed(one), parsed(other))).toBe(true);
  });

  test.each<[string, IonValue]>([
    ['-0.', { kind: 'decimal', coefficient: 0n, exponent: 0, negativeZero: true }],
    ['-0', { kind: 'int', value: 0n }],
    ['-0e0', { kind: 'float', value: -0 }],
    ['nan', { kind: 'float', value: NaN }],
    ['+inf', { kind: 'float', value: Infinity }],
    ['90.25', { kind: 'decimal', coefficient: 9025n, exponent: -2 }],
    ['2019T', { kind: 'timestamp', precision: 'year', year: 2019 }],
    ['2019-09T', { kind: 'timestamp', precision: 'month', year: 2019, month: 9 }],
    ['2019-09-16T19:37-00:00', { kind: 'timestamp', precision: 'minute', year: 2019, month: 9, day: 16, hour: 19, minute: 37 }],
    ['null.timestamp', { kind: 'null', nullOf: 'timestamp' }],
    ["'$0'", { kind: 'symbol', value: '$0' }],
    ["'$ion_1_0'", { kind: 'symbol', value: '$ion_1_0' }],
  ])('%s is read for what it is', (text, value) => {
    expect(parsed(text)).toEqual(value);
  });

  test('declares symbols of its own', () => {
    const text = '$ion_1_0 $ion_symbol_table::{symbols:["a","b"]} $10 {$11:$10} $ion_symbol_table::{imports:$ion_symbol_table,symbols:["c"]} $12 $10';
    expect([...parseIonStream(text)].map((value) => printIon(value))).toEqual(['a', '{b:a}', 'c', 'a']);
  });

  test('forgets declared symbols at a version marker', () => {
    expect(() => [...parseIonStream('$ion_symbol_table::{symbols:["a"]} $ion_1_0 $10')]).toThrow('Symbol id $10 has no known text');
  });

  test.each([
    ['', 'The text holds no value; send exactly one'],
    ['1 2', 'The text holds more than one value; send exactly one'],
    ['{a:1', 'A struct needs , or } after a value (at line 1, column 5)'],
    ['[1\n 2]', 'A list needs , or ] after a value (at line 2, column 2)'],
    ['[,]', 'A value cannot start with ","'],
    ['(a', 'The text ends where a value is expected'],
    ['"a\nb"', 'A quotation may not span lines'],
    ['"a', 'A quotation is not closed with " (at line 1, column 1)'],
    ['"\\q"', '\\q is no escape here'],
    ['"\\u12"', '\\u needs 4 hexadecimal digits'],
    ['"\\U00110000"', 'There is no such Unicode character'],
    ['"\\ud83d"', 'Text may not hold half a surrogate pair'],
    ['"\x01"', 'A control character must be escaped'],
    ['/* a', 'A comment is not closed with */'],
    ['01', '01 is not a number'],
    ['1__0', '1__0 is not a number'],
    ['1_', '1_ is not a number'],
    ['0x', '0x is not a number'],
    ['0b12', '0b12 is not a number'],
    ['1a', '1a is not a number'],
    ['1d99999999999', 'The exponent of 1d99999999999 is beyond'],
    ['+1', 'A value cannot start with "+"'],
    ['2000-13T', 'month 13 is outside 1 to 12'],
    ['2001-02-29', 'day 29 is outside 1 to 28'],
    ['1900-02-29', 'day 29 is outside 1 to 28'],
    ['0000T', 'year 0 is outside 1 to 9999'],
    ['2000-01-01T24:00Z', 'hour 24 is outside 0 to 23'],
    ['2000-01-01T00:60Z', 'minute 60 is outside 0 to 59'],
    ['2000-01-01T00:00:60Z', 'second 60 is outside 0 to 59'],
    ['2000-01-01T00:00+24:00', 'The offset of 2000-01-01T00:00+24:00 is not within 23:59'],
    ['9999-12-31T23:59-00:01', 'year 10000 in UTC is outside 1 to 9999'],
    ['2000-01-01T00:00', '2000-01-01T00:00 is not a timestamp'],
    ['null.nothing', 'null. must be followed by the name of a type'],
    ['null::1', 'The keyword null must be quoted to be an annotation'],
    ['{true:1}', 'The keyword true must be quoted to be a field name'],
    ['{a::1}', 'A field name needs : after it'],
    ['{1:1}', 'A struct needs a field name or } here'],
    ['{{a}}', 'A blob must be padded base64'],
    ['{{aGVsbG8=', 'A blob or clob needs }} here'],
    ['{{"é"}}', 'A clob may hold ASCII characters only'],
    ['{{"\\u0041"}}', '\\u is no escape here'],
    ['$99', 'Symbol id $99 has no known text'],
    ['$0', 'Symbol id $0 has no known text'],
    ['$ion_2_0 1', 'Only Ion version 1.0 ($ion_1_0) is supported'],
    ['$ion_symbol_table::{imports:[{name:"shared",version:1,max_id:3}]} 1', 'The shared symbol table "shared" is not known'],
    ['$ion_symbol_table::{symbols:[],symbols:[]} 1', 'The symbol table has more than one field symbols'],
  ])('refuses %j', (text, message) => {
    expect(() => parsed(text)).toThrow(InvalidIon);
    expect(() => parsed(text)).toThrow(message);
  });

  test.each(['[', '(', '{a:', 'a::{b:[('])('refuses bottomless nesting of %s', (opening) => {
    expect(() => parsed(opening.repeat(100_000))).toThrow(`nested deeper than ${MAXIMUM_DEPTH}`);
  });

  test('accepts nesting up to the limit', () => {
    const text = '['.repeat(MAXIMUM_DEPTH) + ']'.repeat(MAXIMUM_DEPTH);
    expect(printIon(parsed(text))).toBe(text);
  });

  test.each([
    ['a number', '1'.repeat(200_000)],
    ['a decimal', `1.${'0'.repeat(200_000)}`],
    ['underscores', '1_'.repeat(200_000) + '1'],
    ['annotations', `${'a::'.repeat(100_000)}1`],
    ['base64', `{{${'AAAA'.repeat(500_000)}}}`],
    ['comments', `${'/**/'.repeat(200_000)}1`],
  ])('takes very long input: %s', (_, text) => {
    expect(() => parsed(text)).not.toThrow();
  });
});

describe('printed Ion', () => {
  test.each([
    ["{ '1a': 1, 'null': null, 'a b': nan, name: +inf, '': $4 }", "{'1a':1,'null':null,'a b':nan,name:+inf,'':name}"],
    ['[1, 1.0, 1e0, 1d3, 1d-7, 0.000001, -0.5, 100., 1.5e-9, 0e0]', '[1,1.0,1e0,1d3,1d-7,0.000001,-0.5,100.,1.5e-9,0e0]'],
    ['"tab\\tquote\\"back\\\\é\\x7f"', '"tab\\tquote\\"back\\\\é\\x7f"'],
    ["(a '+' 'b c')", "(a '+' 'b c')"],
    ["a::'$1'::{{\"x\\x80\\\"\"}}", "a::'$1'::{{\"x\\x80\\\"\"}}"],
    ['2019-09-16T19:37:05.360Z', '2019-09-16T19:37:05.360Z'],
    ['2019-09-16T19:37+05:30', '2019-09-16T19:37+05:30'],
    ['2019-09-16T19:37-00:00', '2019-09-16T19:37-00:00'],
    ['2019-09-16T', '2019-09-16'],
    ['2019-09T', '2019-09T'],
    ['{}', '{}'],
  ])('%s', (text, printed) => {
    expect(printIon(parsed(text))).toBe(printed);
  });

  test('pretty', () => {
    expect(printIon(parsed('{a:[1,{b:()}],c:x::(y z),d:[]}'), { pretty: true })).toBe(
      ['{', '  a: [', '    1,', '    {', '      b: ()', '    }', '  ],', '  c: x::(', '    y', '    z', '  ),', '  d: []', '}'].join('\n'));
  });
});
