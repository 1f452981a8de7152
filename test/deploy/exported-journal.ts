import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { fieldOf, parseIonStream, type IonValue } from '../../src/ion';
import { blockFromIon, ChainVerifier, OWN_JOURNAL, type ChainSummary } from '../../src/journal';

/** Outputs of a stack that say where its export is. */
export interface ExportOutputs {
  readonly ArchiveBucket: string;
  readonly ExportId: string;
  readonly StartedManifestKey: string;
  readonly CompletedManifestKey: string;
}

/** What an export in Ion text turned out to hold. */
export interface ExportedJournal {
  /** Keys of the data objects, as the completed manifest lists them. */
  readonly dataKeys: readonly string[];
  /** How S3 says each object is encrypted, manifests included: algorithm and key. */
  readonly encryptions: ReadonlySet<string>;
  /** What verification objects to. */
  readonly findings: readonly string[];
  readonly summary: ChainSummary;
}

/** Reads and verifies an export by what the stack's outputs say. @throws when an object is missing */
export async function readExport(s3: S3Client, { ArchiveBucket, StartedManifestKey, CompletedManifestKey }: ExportOutputs): Promise<ExportedJournal> {
  const valuesOf = async (Key: string): Promise<IonValue[]> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: ArchiveBucket, Key }));
    return [...parseIonStream(await Body!.transformToString())];
  };
  const [manifest] = await valuesOf(CompletedManifestKey);
  const dataKeys = textsOf(manifest, 'keys');

  const heads = await Promise.all([StartedManifestKey, CompletedManifestKey, ...dataKeys].map(Key =>
    s3.send(new HeadObjectCommand({ Bucket: ArchiveBucket, Key }))));
  const encryptions = new Set(heads.map(({ ServerSideEncryption, SSEKMSKeyId }) => `${ServerSideEncryption} ${SSEKMSKeyId}`));

  const chain = new ChainVerifier(OWN_JOURNAL);
  const findings: string[] = [];
  for (const key of dataKeys) {
    for (const value of await valuesOf(key)) findings.push(...chain.add(blockFromIon(value)).map(({ message }) => message));
  }
  return { dataKeys, encryptions, findings, summary: chain.summary() };
}

function textsOf(struct: IonValue, field: string): string[] {
  const list = struct.kind === 'struct' ? fieldOf(struct, field) : undefined;
  if (list?.kind !== 'list') throw new Error(`The manifest has no list '${field}'.`);
  return list.items.map(item => {
    if (item.kind !== 'string') throw new Error(`'${field}' of the manifest lists a ${item.kind}.`);
    return item.value;
  });
}
