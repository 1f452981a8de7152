import { hash } from 'node:crypto';
import { ionBool, ionDecimal, ionInt, ionList, ionString, IonStruct, ionStruct, ionTimestampFromMillis, IonValue } from '../src/ion';
import { Block, buildBlock, GENESIS_PREVIOUS_HASH, statementDigest, uniqueId } from '../src/journal';

const START_MILLIS = Date.UTC(2026, 0, 1);
const STRAND_ID = idOf('strand');
const TABLE_ID = idOf('table');
const STATEMENTS = ['SELECT * FROM Vehicle AS v WHERE v.VIN = ?', 'INSERT INTO Vehicle ?'];

/** A document of about 1 KB as text, with 40 fields in all: what a registration of a vehicle may look like. */
export function sampleDocument(number: number): IonStruct {
  const person = (role: string): IonStruct => ionStruct({
    PersonId: ionString(idOf(`${role}${number}`)),
    FirstName: ionString(`${role} ${number % 97}`),
    LastName: ionString(`Family-${number % 1009}`),
    Street: ionString(`${number % 200} Long Acre Avenue`),
    City: ionString('Springfield'),
    PostalCode: ionString(String(10_000 + number % 90_000)),
  });
  return ionStruct({
    VIN: ionString(`1N4AL11D75C${String(number).padStart(6, '0')}`),
    Type: ionString('Sedan'),
    Year: ionInt(1990 + number % 35),
    Make: ionString('Audi'),
    Model: ionString('A5 Sportback quattro'),
    Color: ionString('Silver metallic'),
    Electric: ionBool(number % 2 === 0),
    Doors: ionInt(5),
    MileageKilometres: ionInt(number * 37 % 400_000),
    PriceEuro: ionDecimal(BigInt(1_999_900 + number % 10_000), -2),
    EngineLitres: ionDecimal(19n, -1),
    LicensePlateNumber: ionString(`CA${String(number % 1_000_000).padStart(6, '0')}`),
    State: ionString('WA'),
    ValidFrom: ionTimestampFromMillis(START_MILLIS - number * 1000),
    ValidTo: ionTimestampFromMillis(START_MILLIS + 31_536_000_000),
    PendingPenalty: ionDecimal(BigInt(number % 90_000), -2),
    Owners: ionStruct({ Primary: person('owner'), Secondary: person('partner') }),
    Inspection: ionStruct({
      Passed: ionBool(true),
      Station: ionString('Station 12, Harbour Road'),
      Remarks: ionString('Front tyres close to the wear limit; brakes and lights in order. Next inspection due in twenty-four months from today.'),
      BrakeForcePercent: ionList([ionInt(87), ionInt(86), ionInt(91), ionInt(90)]),
    }),
    Insurer: ionStruct({ Name: ionString('Mutual of the North'), PolicyNumber: ionString(`P-${number * 7919}`), Premium: ionDecimal(48_050n, -2) }),
  });
}

/** The same document with no text or number that another one has. */
function distinct(value: IonValue, number: number): IonValue {
  switch (value.kind) {
    case 'string': return ionString(`${value.value} ${number}`);
    case 'int': return ionInt(value.value * 1_000_000n + BigInt(number));
    case 'decimal': return ionDecimal(value.coefficient * 1_000_000n + BigInt(number), value.exponent);
    case 'list': return ionList(value.items.map((item) => distinct(item, number)));
    case 'struct': return { kind: 'struct', fields: value.fields.map(([name, field]) => [name, distinct(field, number)]) };
    default: return value;
  }
}

/** Blocks with true hashes, chained from block 0 on. */
export function* sampleBlocks(count: number, revisionsPerBlock: number, values?: 'distinct'): Generator<Block, void, undefined> {
  const documentOf = (number: number): IonStruct => values === 'distinct' ? distinct(sampleDocument(number), number) as IonStruct : sampleDocument(number);
  let previousBlockHash = GENESIS_PREVIOUS_HASH;
  for (let sequenceNo = 0; sequenceNo < count; sequenceNo++) {
    const blockTimestampMillis = START_MILLIS + sequenceNo * 7;
    const block = buildBlock({
      strandId: STRAND_ID,
      sequenceNo,
      previousBlockHash,
      transactionId: idOf(`transaction${sequenceNo}`),
      blockTimestampMillis,
      txTimeMillis: blockTimestampMillis - 2,
      statements: STATEMENTS.map((statement, index) => ({
        statement,
        startTimeMillis: blockTimestampMillis - 5 + index,
        statementDigest: statementDigest(statement),
      })),
      documents: Array.from({ length: revisionsPerBlock }, (_, index) => ({
        documentId: idOf(`document${sequenceNo}.${index}`),
        tableName: 'Vehicle',
        tableId: TABLE_ID,
        statementIndexes: [1],
        version: 0,
        data: documentOf(sequenceNo * revisionsPerBlock + index),
      })),
    });
    yield block;
    previousBlockHash = block.blockHash;
  }
}

function idOf(text: string): string {
  return uniqueId(hash('sha256', text, 'buffer').subarray(0, 16));
}
