import { construct, fails, gives, section } from '../construct';

const MOMENT = '`1969-07-20T20:18:05.123456+02:30`';
const formatted = (pattern: string, text: string) => gives(`TO_STRING(${MOMENT}, '${pattern}')`, `"${text}"`);
const read = (text: string, pattern: string, timestamp: string) => gives(`TO_TIMESTAMP('${text}', '${pattern}')`, timestamp);

export const TIMESTAMPS = [
  section('Functions of timestamps', '', [
    construct('DATE_ADD',
      gives('DATE_ADD(year, 5, `2010-01-01T`)', '2015-01-01'), gives('DATE_ADD(month, 1, `2010T`)', '2010-02T'), gives('DATE_ADD(month, 13, `2010T`)', '2011-02T'),
      gives('DATE_ADD(day, -1, `2017-01-10T`)', '2017-01-09'), gives('DATE_ADD(hour, 1, `2017T`)', '2017-01-01T01:00-00:00'),
      gives('DATE_ADD(minute, 1, `2017-01-02T03:04Z`)', '2017-01-02T03:05Z'), gives('DATE_ADD(second, 1, `2017-01-02T03:04:05.006Z`)', '2017-01-02T03:04:06.006Z'),
      gives('DATE_ADD(month, 1, `2017-01-31T`)', '2017-02-28'), gives('DATE_ADD(year, 1, `2020-02-29T`)', '2021-02-28'), gives('DATE_ADD(year, 1, null)', 'null'),
      fails('DATE_ADD(week, 1, `2017T`)', 'Parser Error: at line 1, column 10: expected one of year, month, day, hour, minute, second, found name week'),
      fails('DATE_ADD(year, 1, 1)', 'Evaluator Error: at line 1, column 1: DATE_ADD takes a timestamp, not int')),
    construct('DATE_DIFF',
      gives('DATE_DIFF(year, `2010-01-01T`, `2011-01-01T`)', '1'), gives('DATE_DIFF(year, `2010-12T`, `2011-01T`)', '0'), gives('DATE_DIFF(month, `2010T`, `2010-05T`)', '4'),
      gives('DATE_DIFF(month, `2010T`, `2011T`)', '12'), gives('DATE_DIFF(month, `2011T`, `2010T`)', '-12'),
      gives('DATE_DIFF(day, `2010-01-01T23:00Z`, `2010-01-02T01:00Z`)', '0'), gives('DATE_DIFF(hour, `2010-01-01T23:00Z`, `2010-01-02T01:00Z`)', '2'),
      gives('DATE_DIFF(second, `2010-01-01T00:00:00.9Z`, `2010-01-01T00:00:01.8Z`)', '0'), gives('DATE_DIFF(minute, missing, `2010T`)', 'null')),
    construct('EXTRACT',
      ...[['year', '1969'], ['month', '7'], ['day', '20'], ['hour', '20'], ['minute', '18'], ['second', '5'], ['timezone_hour', '2'], ['timezone_minute', '30']]
        .map(([part, value]) => gives(`EXTRACT(${part} FROM ${MOMENT})`, value!)),
      gives('EXTRACT(month FROM `2010T`)', '1'), gives('EXTRACT(YEAR FROM null)', 'null'),
      fails('EXTRACT(year FROM \'2010\')', 'Evaluator Error: at line 1, column 1: EXTRACT takes a timestamp, not string')),
    construct('TO_TIMESTAMP',
      gives('TO_TIMESTAMP(\'2007T\')', '2007T'), gives('TO_TIMESTAMP(\'2007-02-23T12:14:33.079-08:00\')', '2007-02-23T12:14:33.079-08:00'),
      read('2016', 'y', '2016T'), read('2016', 'yyyy', '2016T'), read('02-2016', 'MM-yyyy', '2016-02T'), read('Feb 2016', 'MMM yyyy', '2016-02T'),
      read('february-2016', 'MMMM-yyyy', '2016-02T'), read('69', 'yy', '2069T'), read('70', 'yy', '1970T'), read('2/3/2016', 'd/M/y', '2016-03-02'),
      read('02/03/2016', 'd/M/y', '2016-03-02'), read('2016-03-02 1:05 pm', 'yyyy-MM-dd h:mm a', '2016-03-02T13:05-00:00'),
      read('2016-03-02T13:05:06.789+07:00', 'yyyy-MM-dd\'\'T\'\'HH:mm:ss.SSSXXX', '2016-03-02T13:05:06.789+07:00'),
      read('2016-03-02 13Z', 'yyyy-MM-dd HHX', '2016-03-02T13:00Z'),
      fails('TO_TIMESTAMP(\'2/3/2016\', \'dd/MM/yyyy\')', 'Evaluator Error: at line 1, column 1: \'2/3/2016\' does not have the form \'dd/MM/yyyy\''),
      fails('TO_TIMESTAMP(\'2016-03-02 1\', \'yyyy-MM-dd h\')', 'Evaluator Error: at line 1, column 1: the pattern \'yyyy-MM-dd h\' needs a for its 12-hour h'),
      fails('TO_TIMESTAMP(\'yesterday\')', 'Evaluator Error: at line 1, column 1: \'yesterday\' is not a timestamp in Ion notation')),
    construct('TO_STRING',
      ...[['y', '1969'], ['yyyy', '1969'], ['yy', '69'], ['M', '7'], ['MM', '07'], ['MMM', 'Jul'], ['MMMM', 'July'], ['MMMMM', 'J'], ['d', '20'], ['dd', '20'], ['a', 'PM'], ['h', '8'],
        ['hh', '08'], ['H', '20'], ['HH', '20'], ['m', '18'], ['mm', '18'], ['s', '5'], ['ss', '05'], ['S', '1'], ['SS', '12'], ['SSS', '123'], ['X', '+0230'], ['XX', '+0230'],
        ['XXX', '+02:30'], ['x', '+0230'], ['xx', '+0230'], ['xxx', '+02:30'], ['n', '123456000'], ['yyyy-MM-dd\'\'T\'\'H:m:ssX', '1969-07-20T20:18:05+0230']]
        .map(([pattern, text]) => formatted(pattern!, text!)),
      gives('TO_STRING(`2020-01-01T00:00Z`, \'X XXX x xxx\')', '"Z Z +00 +00:00"'),
      fails('TO_STRING(`2020T`, \'QQ\')', 'Evaluator Error: at line 1, column 1: the timestamp pattern has no symbol \'QQ\'')),
  ]),
];
