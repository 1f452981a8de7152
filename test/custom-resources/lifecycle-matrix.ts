/** The rows of docs/lifecycles.md that prove a case in more detail than its test of bundles does; empty where there are none. */
export interface Proof { readonly rows: string }
export interface NotApplicable { readonly not: string }
export type Cell = Proof | NotApplicable;

export const RESOURCES = [
  'Ledger', 'LedgerGrant', 'JournalExport', 'JournalStream', 'LedgerDigest', 'MailboxExport', 'OrganizationMailboxExport', 'BatchOperationsJob',
  'JournalExportSchedule',
] as const;

const not = (why: string): NotApplicable => ({ not: why });

const ONE_CALL = 'there is no job: one call puts the grant';
const ONE_OBJECT = 'there is no job: one object is written, at once';
const OF_CLOUDFORMATION = 'a schedule is made of CloudFormation\'s own resources, and no handler sees the change';

const cells = (...proofs: (string | NotApplicable)[]): Readonly<Record<string, Cell>> =>
  Object.fromEntries(RESOURCES.map((resource, index) => [resource, typeof proofs[index] === 'string' ? { rows: proofs[index] } : proofs[index]]));

/** Case by custom resource, in the order of the columns; the schedule, which is none, by its runs. */
export const LIFECYCLE_MATRIX: Readonly<Record<string, Readonly<Record<string, Cell>>>> = {
  'create': cells(
    'L1 L2 L40', 'G1', 'E1 E2 E12', 'S1 S2', 'D1',
    'M1 M13', 'O1 O2', 'B1 B2 B12', 'R1 R6',
  ),
  'no-op update': cells(
    '', '', 'E16', '', 'D13', 'M15',
    'O12', 'B15 B27', 'R3',
  ),
  'in-place update': cells(
    'L20 L21 L22 L29 F15', 'G12', 'E25', 'S13 S14', '',
    '', '', 'B15', 'R7',
  ),
  'replacement': cells(
    'L23 L50 F14', 'G14 G15', 'E17 E18', 'S15 S16', 'D14',
    'M16 M17', 'O13 O14', 'B16', not(OF_CLOUDFORMATION),
  ),
  'rollback of a create': cells(
    'L18 L43 L44', 'G9 G10', 'E10', 'S12', 'D10 D12',
    'M9', 'O11', 'B13', not(OF_CLOUDFORMATION),
  ),
  'rollback of an in-place update': cells(
    'L27 F15', 'G13', '', '', '', '',
    '', '', not(OF_CLOUDFORMATION),
  ),
  'rollback of a replacement': cells(
    'L24', 'G16', 'E21', 'S17 S18', 'D16',
    'M21', 'O16', 'B19', not(OF_CLOUDFORMATION),
  ),
  'rollback of an update that failed': cells(
    'L25 L26 L48', 'G17', 'E19 E20', 'S19', 'D15',
    'M18 M19 M20', 'O15', 'B17 B18', not(OF_CLOUDFORMATION),
  ),
  'delete': cells(
    'L30 L31 L32 L33 F1', 'G19 G20', 'E22', 'S20 S21', 'D17',
    'M22 M23 M24', 'O17 O18', 'B20 B21 B22',
    not(OF_CLOUDFORMATION),
  ),
  'delete of half-made': cells(
    'L16 L17 L46 L52 L57 F6', 'G7', '', 'S10 S24',
    not('a digest is there or it is not: one object, written at once'), 'M12', 'O6 O10',
    'B11', 'R11 R12',
  ),
  'invoked twice': cells(
    'L3 L35 L41 F2', 'G2 G19', 'E3 E18', 'S3 S20', 'D2',
    'M2 M23', 'O4', 'B3 B21 B28', 'R9 R22',
  ),
  'service throttling': cells(
    'L13 F13', 'G21', 'E14', 'S22', 'D6',
    'M4', 'O5', 'B5', 'R19',
  ),
  'service down for two minutes': cells(
    'L11 L12 L36 F13', 'G5 G6 G22', 'E5 E14', 'S9 S22 S23',
    'D6 D7 D11', 'M4 M25', 'O5', 'B5 B23',
    'R19 R20 R21',
  ),
  'access denied': cells(
    'L14 L15 L45 F7', 'G8', 'E8 E9', 'S11', 'D8 D9',
    'M7 M8 M26', 'O11', 'B26', 'R18 R21',
  ),
  'job failed': cells(
    'L43 F10', not(ONE_CALL), 'E13 E20 E23', 'S7 S8 S25', not(ONE_OBJECT),
    'M10 M11', 'O6 O7', 'B7 B8 B9 B10 B30', 'R17',
  ),
  'job expired': cells(
    '', not(ONE_CALL), 'E13 E16', 'S14 S21', not(ONE_OBJECT),
    'M24', '', 'B10 B22', 'R13',
  ),
  'user cancelled a create': cells(
    'L39', 'G31', '', 'S24', '', 'M12',
    '', 'B11', not(OF_CLOUDFORMATION),
  ),
  'user cancelled an update': cells(
    'L39 L56', 'G29 G30', '', '', '', 'M19',
    '', 'B18', not(OF_CLOUDFORMATION),
  ),
  'one-hour limit': cells(
    'L55 F11', not('one call puts the grant; what fails is given up after ten minutes (G6)'), 'E7 E24',
    'S7', not('one object is written; what fails is given up after ten minutes (D11)'), 'M6 M12',
    'O8 O9', 'B11 B18', 'R14 R16',
  ),
};

/** The table and its footnotes, as Markdown. */
export function matrixSection(): string {
  const reasons: string[] = [];
  const cell = (entry: Cell): string => {
    if ('rows' in entry) {
      return entry.rows === '' ? 'yes' : entry.rows;
    }
    if (!reasons.includes(entry.not)) {
      reasons.push(entry.not);
    }
    return `no [${reasons.indexOf(entry.not) + 1}]`;
  };
  const table = Object.entries(LIFECYCLE_MATRIX).map(([name, row]) => `| ${name} | ${RESOURCES.map(resource => cell(row[resource])).join(' | ')} |`);
  return [
    `| Case | ${RESOURCES.join(' | ')} |`,
    `|---|${RESOURCES.map(() => '---|').join('')}`,
    ...table,
    '',
    ...reasons.map((reason, index) => `[${index + 1}] Not applicable: ${reason}.  `),
  ].join('\n');
}
