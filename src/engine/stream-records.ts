import { createHash } from 'node:crypto';
import { encodeIon, ionBlob, ionList, ionString, ionStruct, type IonStruct, type IonValue } from '../ion';
import { blockToIon, revisionToIon, type Block } from '../journal';
import { documentRevisions, documentTables } from './block-documents';

/** One record of a journal stream: its Ion binary, and the document or block that it must keep its place with. */
export interface StreamRecord {
  /** Records of one document share it, so that Kinesis keeps their order. */
  readonly orderKey: string;
  readonly data: Uint8Array;
}

export function controlRecord(qldbStreamArn: string, streamId: string, controlRecordType: 'CREATED' | 'COMPLETED'): StreamRecord {
  return record(qldbStreamArn, streamId, 'CONTROL', ionStruct({ controlRecordType: ionString(controlRecordType) }));
}

/** The summary of a block and the details of each of its revisions. System blocks are not streamed. */
export function blockRecords(qldbStreamArn: string, block: Block): StreamRecord[] {
  if (!block.transactionInfo) return [];
  const tables = documentTables(block);
  return [
    record(qldbStreamArn, block.transactionId, 'BLOCK_SUMMARY', summary(block)),
    ...documentRevisions(block).map((revision) => {
      const { id } = revision.metadata;
      const { tableName, tableId } = tables.get(id)!;
      const tableInfo = ionStruct({ tableName: ionString(tableName), tableId: ionString(tableId) });
      return record(qldbStreamArn, id, 'REVISION_DETAILS', ionStruct({ tableInfo, revision: revisionToIon(revision) }));
    }),
  ];
}

function summary(block: Block): IonStruct {
  const fields = blockToIon(block).fields.filter(([name]) => name !== 'revisions');
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
