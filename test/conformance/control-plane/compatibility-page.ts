import type { Result } from './run-scenario';
import { memberPaths, SERVICE_MODEL } from './service-model';

/** Results of one run: a world seen through a client. */
export interface Run {
  readonly label: string;
  readonly results: readonly Result[];
}

/**
 * QLDB's word for a ledger that can be neither read nor written. A key that is only described impairs nothing when it is lost, and without the key of the
 * table there is no record left to answer from, nor one to keep the moment in: KMS says that a key is disabled, not since when.
 */
const NEVER_INACCESSIBLE = 'differs: KMS_KEY_INACCESSIBLE is never answered. A key that is not the table\'s encrypts nothing, so its loss impairs no ledger; without the '
  + 'table\'s key every request fails (500 InternalFailure), this one included, until that key is back';

/** What no case can show, and why. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  'UpdateLedger -> EncryptionDescription.InaccessibleKmsKeyDateTime': NEVER_INACCESSIBLE,
  'DescribeLedger -> EncryptionDescription.InaccessibleKmsKeyDateTime': NEVER_INACCESSIBLE,
  ...Object.fromEntries(['GetDigest', 'GetBlock', 'GetRevision', 'ExportJournalToS3', 'StreamJournalToKinesis'].map(operation =>
    [`${operation} ! ResourcePreconditionNotMetException`, 'the same while a ledger is CREATING; here only one that is being restored from exports is'])),
  ...Object.fromEntries(['DescribeJournalKinesisStream', 'ListJournalKinesisStreamsForLedger'].map(operation =>
    [`${operation} ! ResourcePreconditionNotMetException`, 'the service model names it, and nothing says when it is answered'])),
};

const DOCUMENTED_BESIDE_THE_MODEL = ['ExportJournalToS3 ! LimitExceededException', 'StreamJournalToKinesis ! LimitExceededException',
  'ExportJournalToS3 ! IllegalArgumentException', 'StreamJournalToKinesis ! IllegalArgumentException'];

/** Everything that the suite must have a case for: members of requests and answers, and errors. */
export function subjects(): string[] {
  const modelled = Object.entries(SERVICE_MODEL.operations).flatMap(([operation, { input, output, errors = [] }]) => [
    ...memberPaths(input.shape).map(member => `${operation} ${member}`),
    ...(output ? memberPaths(output.shape) : []).map(member => `${operation} -> ${member}`),
    ...errors.map(({ shape }) => `${operation} ! ${shape}`),
  ]);
  return [...modelled, ...DOCUMENTED_BESIDE_THE_MODEL];
}

/** Subjects that neither a case nor a reason stands for, and reasons that a case has overtaken. */
export function gaps(results: readonly Result[]): string[] {
  const shown = new Set(results.flatMap(({ operation, about = [] }) => about.map(subject => `${operation} ${subject}`)));
  const all = subjects();
  return [
    ...all.filter(subject => !shown.has(subject) && !(subject in NOT_SHOWN)).map(subject => `no case shows ${subject}`),
    ...Object.keys(NOT_SHOWN).filter(subject => shown.has(subject) || !all.includes(subject)).map(subject => `a reason without need: ${subject}`),
  ];
}

interface Row { readonly subject: string; readonly shows: string; readonly answer: string; readonly verdict: string }

/** The page as Markdown. */
export function compatibilityPage(runs: readonly Run[]): string {
  const rows = rowsOf(runs);
  const sections = Object.keys(SERVICE_MODEL.operations).map(operation => section(operation, rows.get(operation) ?? []));
  const verdicts = [...[...rows.values()].flat().map(({ verdict }) => verdict), ...Object.values(NOT_SHOWN)];
  const differing = new Set(verdicts.filter(verdict => verdict.startsWith('differs')));
  const count = runs.reduce((sum, { results }) => sum + results.length, 0);
  return `${[
    '# Compatibility with the API of QLDB',
    'Generated from the results of `test/conformance/control-plane`; do not edit. After a change there:',
    '```sh\nUPDATE_COMPATIBILITY=1 npx jest test/conformance/control-plane\n```',
    `The suite drives all ${sections.length} operations with @aws-sdk/client-qldb and with boto3 1.38.46, against the embedded service and against the service's Lambda handlers over `
    + `the DynamoDB, S3 and Kinesis of a local AWS: ${runs.map(({ label }) => label).join(', ')}; ${count} answers in all. Every answer is also held against QLDB's own service model, `
    + 'as are the constraints of every member. A test fails if a member or an error has no case, or if this page differs from the results.',
    'The comparison is with the documentation, since the original can no longer be asked. What to read first is where the service differs:',
    [...differing].map(verdict => `* ${verdict.replace(/^differs: /, '')}`).sort().join('\n'),
    'In the tables, a plain name is a member of the request, `->` one of the answer, `!` an error. A structure stands for its members, too. '
    + '"same" means: as QLDB\'s service model, reference and guide have it.',
    ...sections,
    '## What no client of QLDB sends\n\nDeleteLedger takes one member more, in its query: `digest_tip_address`, the `DigestTipAddress` of GetDigest as its Ion text. '
    + 'The ledger is then deleted only if that block is still its newest one; otherwise the answer is 412 ResourcePreconditionNotMetException, and nothing has changed. '
    + 'The write that ends the journal is conditional on it, so no commit can come in between. Without the member, DeleteLedger is QLDB\'s. '
    + 'A ledger\'s [final export](ledger.md#the-final-export) uses it. Operations that QLDB does not have are in [ledger.md](ledger.md#without-cdk) and [restore.md](restore.md).',
    '## What no client sees\n\nRequests go in as JSON over HTTP, signed; the signature is checked by the function URL on AWS and by nobody in the embedded service, which listens on the loopback interface alone.',
  ].join('\n\n')}\n`;
}

function rowsOf(runs: readonly Run[]): Map<string, Row[]> {
  const grouped = new Map<string, { operation: string; subject: string; shows: string[]; answer: string; verdict: string }>();
  const byCase = new Map<string, { result: Result; answers: Map<string, string> }>();
  for (const { label, results } of runs) {
    for (const result of results) {
      const key = JSON.stringify([result.operation, result.about, result.shows, result.differs, result.note]);
      const known = byCase.get(key) ?? { result, answers: new Map<string, string>() };
      byCase.set(key, known);
      known.answers.set(label, result.answer);
    }
  }
  for (const { result: { operation, about = [], shows = '', differs, note = 'same' }, answers } of byCase.values()) {
    const answer = [...new Set([...answers.values()].filter(text => !text.startsWith('not sent')))].join(' or ') || 'no client sends it';
    const subject = about.filter(inner => !about.some(outer => inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[].`))).join(', ');
    const verdict = differs === undefined ? note : `differs: ${differs}`;
    const key = JSON.stringify([operation, subject, answer, verdict]);
    const known = grouped.get(key) ?? { operation, subject, shows: [], answer, verdict };
    grouped.set(key, { ...known, shows: [...known.shows, shows] });
  }
  const byOperation = new Map<string, Row[]>();
  for (const { operation, shows, ...row } of grouped.values()) byOperation.set(operation, [...byOperation.get(operation) ?? [], { ...row, shows: [...new Set(shows)].join('; ') }]);
  return byOperation;
}

function section(operation: string, rows: readonly Row[]): string {
  const { http } = SERVICE_MODEL.operations[operation]!;
  const notShown = Object.entries(NOT_SHOWN).filter(([subject]) => subject.startsWith(`${operation} `));
  return [
    `## ${operation}\n\n\`${http.method} ${http.requestUri}\`\n`,
    '| About | Case | Answer | Compared with QLDB |\n|---|---|---|---|',
    ...rows.map(({ subject, shows, answer, verdict }) => `| ${subjectCell(subject)} | ${cell(shows)} | ${answer} | ${cell(verdict)} |`),
    ...notShown.map(([subject, because]) => `| ${subjectCell(subject.slice(operation.length + 1))} | | never answered | ${cell(because)} |`),
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const subjectCell = (subject: string): string => subject.split(', ').map(part => `\`${part}\``).join(', ');
