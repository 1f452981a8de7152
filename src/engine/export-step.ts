import { ionList, ionString, ionStruct, ionTimestampFromMillis, type IonStruct, type IonValue } from '../ion';
import type { ObjectWriter } from './destinations';
import { ledgerArn, type EngineContext } from './engine-context';
import { blockIsMissing, CONTENT_TYPES, encodeBlocks, encodeManifest } from './export-encoding';
import { jobAction, replaceJob, type ExportJob, type ExportRange, type StoredJob } from './job-record';
import { sealedHead } from './journal-head';
import { firstSequenceAt, readBlockBytes } from './journal-store';
import { exportObjectKey, exportObjectPartition } from './keys';
import { EXPORT_OBJECT_BLOCKS_MAX, EXPORT_OBJECT_BYTES_MAX, EXPORT_OBJECT_RECORD_RETENTION_MILLIS } from './limits';
import { encodeRecord, decodeRecord } from './record';

/**
 * One bounded step of an export: the initial manifest, one data object, or the final manifest. A worker may die anywhere: a step that runs
 * again writes an object of the same name and blocks. It has the same bytes, too, unless a revision in it was redacted meanwhile; then the
 * object holds the redacted form.
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
  await putManifest(writer, record, `${prefixOf(record)}${record.id}.started.manifest`, ionStruct({
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
  context: EngineContext, writer: ObjectWriter, job: StoredJob<ExportJob>, range: ExportRange,
): Promise<StoredJob<ExportJob>> {
  const { store, clock } = context;
  const { record } = job;
  const first = range.nextSequenceNo;
  const documents = await documentsOfObject(context, record.strandId, range);
  const last = first + documents.length - 1;
  const planned = range.objectLastSequenceNo === last ? job : await replaceJob(store, job, { range: { ...range, objectLastSequenceNo: last } });
  const extension = record.outputFormat === 'JSON' ? 'json' : 'ion';
  const key = `${prefixOf(record)}${hourFolder(record.createdMillis)}/${record.strandId}.${first}-${last}.${extension}`;
  const format = record.outputFormat ?? 'ION_TEXT';
  await writer.put({
    bucket: record.bucket,
    key,
    body: encodeBlocks(format, documents, record.strandId, first),
    contentType: CONTENT_TYPES[format],
    encryption: record.encryption,
  });
  const change = { range: { nextSequenceNo: last + 1, lastSequenceNo: range.lastSequenceNo }, setback: undefined };
  const expiresAtSeconds = Math.ceil((clock() + EXPORT_OBJECT_RECORD_RETENTION_MILLIS) / 1000);
  await store.transact([
    jobAction(planned, change),
    { put: exportObjectKey(record.strandId, record.id, first), value: encodeRecord({ key }), expiresAtSeconds },
  ]);
  return { record: { ...planned.record, ...change }, ordinal: planned.ordinal + 1 };
}

/** Blocks for one object: as many as were decided on, or as an object may hold. */
async function documentsOfObject({ store }: EngineContext, strandId: string, range: ExportRange): Promise<Uint8Array[]> {
  const { nextSequenceNo, lastSequenceNo, objectLastSequenceNo } = range;
  const documents: Uint8Array[] = [];
  let bytes = 0;
  for await (const document of readBlockBytes(store, strandId, nextSequenceNo, objectLastSequenceNo ?? lastSequenceNo)) {
    documents.push(document);
    bytes += document.length;
    if (objectLastSequenceNo === undefined && (documents.length === EXPORT_OBJECT_BLOCKS_MAX || bytes >= EXPORT_OBJECT_BYTES_MAX)) break;
  }
  const expected = objectLastSequenceNo === undefined ? 1 : objectLastSequenceNo - nextSequenceNo + 1;
  if (documents.length < expected) throw blockIsMissing(strandId, nextSequenceNo + documents.length);
  return documents;
}

async function completed(context: EngineContext, writer: ObjectWriter, job: StoredJob<ExportJob>): Promise<StoredJob<ExportJob>> {
  const { record } = job;
  const keys: IonValue[] = [];
  for await (const item of context.store.query(exportObjectPartition(record.strandId, record.id))) {
    keys.push(ionString(decodeRecord<{ key: string }>(item.value).key));
  }
  await putManifest(writer, record, `${prefixOf(record)}${record.id}.${record.strandId}.completed.manifest`, ionStruct({ keys: ionList(keys) }));
  return replaceJob(context.store, job, { status: 'COMPLETED', endedMillis: context.clock(), setback: undefined });
}

async function putManifest(writer: ObjectWriter, record: ExportJob, key: string, manifest: IonStruct): Promise<void> {
  const format = record.outputFormat ?? 'ION_TEXT';
  const { bucket, encryption } = record;
  await writer.put({ bucket, key, body: encodeManifest(format, manifest), contentType: CONTENT_TYPES[format], encryption });
}

const prefixOf = ({ prefix }: ExportJob): string => prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;

/** The UTC hour of the request, so that all objects of one export share a folder. */
const hourFolder = (millis: number): string => new Date(millis).toISOString().slice(0, 13).replace(/[-T]/g, '/');
