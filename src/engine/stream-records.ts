import { createHash } from 'node:crypto';
import { encodeIon, ionBlob, ionList, ionString, ionStruct, type IonStruct, type IonValue } from '../ion';
import { blockToIon, redactRevision, revisionToIon, type Block } from '../journal';
import { documentRevisions, documentTables } from './block-documents';

/** Kinesis takes 1 MiB by default, partition key included; what aggregation adds to a record that goes alone must fit beside it. */
export const STREAM_RECORD_BYTES_MAX = 1024 * 1024 - 512;

/** One record of a journal stream: its Ion binary, and the document or block that it must keep its place with. */
export interface StreamRecord {
  /** Records of one document share it, so that Kinesis keeps their order. */
  readonly orderKey: string;
  readonly data: Uint8Array;
}

export function controlRecord(qldbStreamArn: string, streamId: string, controlRecordType: 'CREATED' | 'COMPLETED'): StreamRecord {
  return record(qldbStreamArn, streamId, 'CONTROL', ionStruct({ controlRecordType: ionString(controlRecordType) }));
}

/**
 * The summary of a block and the details of each of its revisions. System blocks are not streamed.
 *
 * What Kinesis would not take goes without the part that makes it large: a summary without `transactionInfo`, a revision with `dataHash` in
 * the place of `data`. Every hash still adds up, and GetBlock has the rest.
 */
export function blockRecords(qldbStreamArn: string, block: Block): StreamRecord[] {
  if (!block.transactionInfo) return [];
  const tables = documentTables(block);
  return [
    fitting(all => record(qldbStreamArn, block.transactionId, 'BLOCK_SUMMARY', summary(block, all))),
    ...documentRevisions(block).map((revision) => {
      const { id } = revision.metadata;
      const { tableName, tableId } = tables.get(id)!;
      const tableInfo = ionStruct({ tableName: ionString(tableName), tableId: ionString(tableId) });
      return fitting(all => record(qldbStreamArn, id, 'REVISION_DETAILS', ionStruct({
        tableInfo, revision: revisionToIon(all ? revision : redactRevision(revision)),
      })));
    }),
  ];
}

/** The record with all of its parts if Kinesis takes it so. */
function fitting(make: (all: boolean) => StreamRecord): StreamRecord {
  const whole = make(true);
  return whole.data.length <= STREAM_RECORD_BYTES_MAX ? whole : make(false);
}

function summary(block: Block, withTransactionInfo: boolean): IonStruct {
  const fields = blockToIon(block).fields.filter(([name]) => name !== 'revisions' && (withTransactionInfo || name !== 'transactionInfo'));
  const revisionSummaries = ionList((block.revisions ?? []).map(revision => ionStruct({
    hash: ionBlob(revision.hash),
    documentId: revision.kind === 'document' ? ionString(revision.metadata.id) : undefined,
  })));
  return { kind: 'struct', fields: [...fields, ['revisionSummaries', revisionSummaries]] };
}

function record(qldbStreamArn: string, orderKey: string, recordType: string, payload: IonValue): StreamRecord {
  return { orderKey, data: encodeIon(ionStruct({ qldbStreamArn: ionString(qldbStreamArn), recordType: ionString(recordType), payload })) };
}

/** The 128-bit position that Kinesis gives a partition key among the shards. */
export const hashKeyOf = (partitionKey: string): bigint => BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`);
