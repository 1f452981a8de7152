import { decodeIon, encodeIon, encodeIonStream, ionList, ionString, ionStruct, ionTimestampFromMillis, ionToJson, printIon, type IonStruct, type IonValue } from '../ion';
import { blockFromIon } from '../journal';
import type { ObjectWriter } from './destinations';
import { ledgerArn, type EngineContext } from './engine-context';
import { replaceJob, type ExportJob, type OutputFormat, type StoredJob } from './job-record';
import { sealedHead } from './journal-head';
import { firstSequenceAt, readBlockBytes } from './journal-store';
import { exportObjectKey, exportObjectPartition } from './keys';
import { EXPORT_OBJECT_BLOCKS_MAX, EXPORT_OBJECT_BYTES_MAX } from './limits';
import { encodeRecord, decodeRecord } from './record';

/**
 * One bounded step of an export: the initial manifest, one data object, or the final manifest. A step that runs twice writes the
 * same bytes under the same key, so a worker may die anywhere.
 *
 * @throws DestinationRefused, ConditionFailed when another worker took the step
 */
export async function exportStep(context: EngineContext, job: StoredJob<ExportJob>): Promise<StoredJob<ExportJob>> {
  const { record } = job;
  const writer = await context.destinations.objects(record.roleArn, ledgerArn(context.account, record.ledgerName));
  if (!record.range) return started(context, writer, job);
  if (record.range.nextSequenceNo <= record.range.lastSequenceNo) return dataObject(context, writer, job, record.range);
  return completed(context, writer, job);
}

async function started(context: EngineContext, writer: ObjectWriter, job: StoredJob<ExportJob>): Promise<StoredJob<ExportJob>> {
  const { store } = context;
  const { record } = job;
  const tip = (await sealedHead(store, record.strandId, record.exclusiveEndMillis)).sequenceNo;
  await putObject(writer, record, `${prefixOf(record)}${record.id}.started.manifest`, ionStruct({
    ledgerName: ionString(record.ledgerName),
    exportId: ionString(record.id),
    inclusiveStartTime: ionTimestampFromMillis(record.inclusiveStartMillis),
    exclusiveEndTime: ionTimestampFromMillis(record.exclusiveEndMillis),
    bucket: ionString(record.bucket),
    prefix: ionString(record.prefix),
    objectEncryptionType: ionString(record.encryption.objectEncryptionType),
    outputFormat: record.outputFormat && ionString(record.outputFormat),
  }));
  return replaceJob(store, job, {
    range: {
      nextSequenceNo: await firstSequenceAt(store, record.strandId, tip, record.inclusiveStartMillis),
      lastSequenceNo: await firstSequenceAt(store, record.strandId, tip, record.exclusiveEndMillis) - 1,
    },
    setback: undefined,
  });
}

async function dataObject(
  context: EngineContext, writer: ObjectWriter, job: StoredJob<ExportJob>, range: NonNullable<ExportJob['range']>,
): Promise<StoredJob<ExportJob>> {
  const { store } = context;
  const { record } = job;
  const first = range.nextSequenceNo;
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  for await (const block of readBlockBytes(store, record.strandId, first, range.lastSequenceNo)) {
    blocks.push(block);
    bytes += block.length;
    if (blocks.length === EXPORT_OBJECT_BLOCKS_MAX || bytes >= EXPORT_OBJECT_BYTES_MAX) break;
  }
  const last = first + blocks.length - 1;
  const extension = record.outputFormat === 'JSON' ? 'json' : 'ion';
  const key = `${prefixOf(record)}${hourFolder(record.createdMillis)}/${record.strandId}.${first}-${last}.${extension}`;
  const format = record.outputFormat ?? 'ION_TEXT';
  await writer.put({
    bucket: record.bucket,
    key,
    body: encodeBlocks(format, contiguous(blocks.map(block => decodeIon(block)), record.strandId, first)),
    contentType: CONTENT_TYPES[format],
    encryption: record.encryption,
  });
  await store.transact([{ put: exportObjectKey(record.strandId, record.id, first), value: encodeRecord({ key }) }]);
  return replaceJob(store, job, { range: { ...range, nextSequenceNo: last + 1 }, setback: undefined });
}

async function completed(context: EngineContext, writer: ObjectWriter, job: StoredJob<ExportJob>): Promise<StoredJob<ExportJob>> {
  const { record } = job;
  const keys: IonValue[] = [];
  for await (const item of context.store.query(exportObjectPartition(record.strandId, record.id))) {
    keys.push(ionString(decodeRecord<{ key: string }>(item.value).key));
  }
  await putObject(writer, record, `${prefixOf(record)}${record.id}.${record.strandId}.completed.manifest`, ionStruct({ keys: ionList(keys) }));
  return replaceJob(context.store, job, { status: 'COMPLETED', endedMillis: context.clock(), setback: undefined });
}

/** What is about to be archived is what the object's name promises. */
function contiguous(blocks: readonly IonValue[], strandId: string, first: number): readonly IonValue[] {
  const gap = blocks.findIndex((block, index) => blockFromIon(block).blockAddress.sequenceNo !== first + index);
  if (gap >= 0 || blocks.length === 0) {
    const missing = first + Math.max(gap, 0);
    throw new Error(`Block ${missing} of journal ${strandId} is missing: its ledger is being deleted, or the store is damaged.`);
  }
  return blocks;
}

async function putObject(writer: ObjectWriter, record: ExportJob, key: string, manifest: IonStruct): Promise<void> {
  const format = record.outputFormat ?? 'ION_TEXT';
  const body = format === 'ION_BINARY' ? encodeIon(manifest) : Buffer.from(format === 'JSON' ? ionToJson(manifest) : printIon(manifest));
  await writer.put({ bucket: record.bucket, key, body, contentType: CONTENT_TYPES[format], encryption: record.encryption });
}

const CONTENT_TYPES: Readonly<Record<OutputFormat, string>> = {
  ION_TEXT: 'text/vnd.amazon.ion',
  ION_BINARY: 'application/vnd.amazon.ion',
  JSON: 'application/jsonlines',
};

function encodeBlocks(format: OutputFormat, blocks: readonly IonValue[]): Uint8Array {
  switch (format) {
    case 'ION_BINARY': return encodeIonStream(blocks);
    case 'ION_TEXT': return Buffer.from(blocks.map(block => `${printIon(block)}\n`).join(''));
    case 'JSON': return Buffer.from(blocks.map(block => `${ionToJson(block)}\n`).join(''));
  }
}

const prefixOf = ({ prefix }: ExportJob): string => prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;

/** The UTC hour of the request, so that all objects of one export share a folder. */
const hourFolder = (millis: number): string => new Date(millis).toISOString().slice(0, 13).replace(/[-T]/g, '/');
