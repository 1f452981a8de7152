import { answers, construct, gives, section, type Case } from '../construct';

/** Kept and found as it is: with and without annotations, inserted as a parameter. */
const kept = (value: string): Case[] => [
  answers('SELECT VALUE v FROM Empty AS e, << e.v >> AS v WHERE e.v = ?', [value], { before: [`INSERT INTO Empty {'v': \`${value}\`}`], parameters: [value] }),
  answers('SELECT VALUE v FROM Empty WHERE v IS NOT NULL', [`note::${value}`], { before: [`INSERT INTO Empty {'v': \`note::${value}\`}`] }),
];
const nullKept = (type: string): Case =>
  answers('SELECT VALUE v FROM Empty WHERE v IS NULL', [`null.${type}`], { before: [`INSERT INTO Empty {'v': \`null.${type}\`}`] });

export const TYPES = [
  section('Types', 'Values of every Ion type keep type, precision and annotations; `=` finds what is not null, `IS NULL` what is.', [
    construct('null', answers('SELECT VALUE v FROM Empty WHERE v IS NULL', ['null'], { before: ['INSERT INTO Empty {\'v\': null}'] })),
    construct('bool', ...kept('true'), nullKept('bool')),
    construct('int', ...kept('-9223372036854775808'), ...kept('123456789012345678901234567890'), nullKept('int')),
    construct('float', ...kept('1.5e0'), nullKept('float')),
    construct('decimal', ...kept('1.10'), nullKept('decimal')),
    construct('timestamp', ...kept('2020T'), ...kept('2020-01-02T03:04:05.060+07:00'), nullKept('timestamp')),
    construct('symbol', ...kept('sym'), nullKept('symbol')),
    construct('string', ...kept('"Grüße, 🚗"'), nullKept('string')),
    construct('clob', ...kept('{{"clob"}}'), nullKept('clob')),
    construct('blob', ...kept('{{YmxvYg==}}'), nullKept('blob')),
    construct('list', ...kept('[1,a,"a"]'), nullKept('list')),
    construct('sexp', ...kept('(1 a)'), nullKept('sexp')),
    construct('struct', ...kept('{z:1,a:{b:[2.50]}}'), nullKept('struct')),
    construct('missing', gives('{\'a\': missing}', '{}'), gives('[missing]', '[null]', { unknown: 'a missing element of a list becomes null' })),
    construct('bag', gives('<<1>>', '[1]', { unknown: 'a bag is answered as a list' }),
      answers('SELECT VALUE v FROM Empty', ['[1,2]'], { before: ['INSERT INTO Empty {\'v\': <<1, 2>>}'], unknown: 'a bag within a document is stored as a list' })),
  ]),
];
