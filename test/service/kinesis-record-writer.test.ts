import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { KinesisRecord } from '../../src/engine';
import { kinesisRecordWriter } from '../../src/service/kinesis-record-writer';
import { seededRandom } from '../engine/faulty-store';

const ARN = 'arn:aws:kinesis:eu-central-1:111122223333:stream/journal';

interface Sent { readonly PartitionKey: string; readonly Data: Uint8Array }
type Reply = (records: readonly Sent[]) => { ErrorCode?: string; ErrorMessage?: string }[];
const taken: Reply = records => records.map(() => ({}));
/** Refuses those with the given indexes and takes the others, as Kinesis does. */
const refusing = (code: string, ...indexes: number[]): Reply => records =>
  records.map((_, index) => indexes.includes(index) ? { ErrorCode: code, ErrorMessage: 'because' } : {});

function newWriter(...replies: (Reply | Error)[]) {
  const calls: string[][] = [];
  const durable: string[] = [];
  const waits: number[] = [];
  const send = async ({ input }: { input: { Records: readonly Sent[] } }) => {
    const reply = replies.shift() ?? taken;
    if (reply instanceof Error) throw reply;
    const Records = reply(input.Records);
    calls.push(input.Records.map(({ PartitionKey }) => PartitionKey));
    durable.push(...input.Records.filter((_, index) => Records[index]!.ErrorCode === undefined).map(({ PartitionKey }) => PartitionKey));
    return { Records };
  };
  return { writer: kinesisRecordWriter({ send } as unknown as KinesisClient, async millis => waits.push(millis)), calls, durable, waits };
}

const record = (partitionKey: string, byteCount = 1): KinesisRecord => ({ partitionKey, data: Buffer.alloc(byteCount) });
const named = (name: string, message = 'x') => Object.assign(new Error(message), { name });

test('five hundred records go in one call', async () => {
  const { writer, calls } = newWriter();
  await writer.put(ARN, Array.from({ length: 1_001 }, (_, index) => record(`${index}`)));
  expect(calls.map(({ length }) => length)).toEqual([500, 500, 1]);
  expect(calls.flat()).toEqual(Array.from({ length: 1_001 }, (_, index) => `${index}`));
});

test('a call carries five megabytes at most', async () => {
  const { writer, calls } = newWriter();
  await writer.put(ARN, Array.from({ length: 12 }, (_, index) => record(`${index}`, 1_000_000)));
  expect(calls.map(({ length }) => length)).toEqual([5, 5, 2]);
});

test('a refused record is sent again, and no other', async () => {
  const { writer, durable, waits } = newWriter(refusing('ProvisionedThroughputExceededException', 1));
  await writer.put(ARN, [record('a'), record('b'), record('c')]);
  expect(durable).toEqual(['a', 'c', 'b']);
  expect(waits).toHaveLength(1);
});

test('a call never carries two records of one partition, which Kinesis could take the wrong way round', async () => {
  const { writer, calls } = newWriter();
  await writer.put(ARN, ['a', 'a', 'b', 'a', 'b', 'c'].map(key => record(key)));
  expect(calls).toEqual([['a', 'b', 'c'], ['a', 'b'], ['a']]);
});

test('no record overtakes another of its partition, whatever Kinesis refuses and however often', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const durable: string[] = [];
    const send = async ({ input }: { input: { Records: readonly (Sent & { ExplicitHashKey: string })[] } }) => {
      if (random() < 0.1) {
        // All of them durable, and the answer lost.
        if (random() < 0.5) durable.push(...input.Records.map(({ Data }) => Buffer.from(Data).toString()));
        throw named('ProvisionedThroughputExceededException');
      }
      return {
        Records: input.Records.map(({ Data }) => {
          if (random() < 0.3) return { ErrorCode: 'InternalFailure' };
          durable.push(Buffer.from(Data).toString());
          return {};
        }),
      };
    };
    const records = Array.from({ length: 200 }, (_, index) => {
      const place = Math.floor(random() * 8);
      return { partitionKey: `document-${index}`, explicitHashKey: `${place}`, data: Buffer.from(`${place} ${index}`) };
    });
    await kinesisRecordWriter({ send } as unknown as KinesisClient, async () => undefined).put(ARN, records);
    for (let place = 0; place < 8; place++) {
      const ofPlace = (texts: readonly string[]) => [...new Set(texts.filter(text => text.startsWith(`${place} `)))];
      expect(ofPlace(durable)).toEqual(ofPlace(records.map(({ data }) => data.toString())));
    }
  }
});

test('attempts that move something are not counted', async () => {
  const { writer, durable } = newWriter(...Array.from({ length: 10 }, () => refusing('ProvisionedThroughputExceededException', 1)));
  await writer.put(ARN, Array.from({ length: 11 }, (_, index) => record(`${index}`)));
  expect(new Set(durable).size).toBe(11);
});

test('a stream that is throttled for long is unavailable, after growing pauses', async () => {
  const { writer, waits } = newWriter(...Array.from({ length: 20 }, () => refusing('ProvisionedThroughputExceededException', 0)));
  await expect(writer.put(ARN, [record('a')])).rejects.toMatchObject({ reason: 'unavailable', code: 'ProvisionedThroughputExceededException' });
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.length).toBeLessThan(10);
});

test('a call that is throttled as a whole is repeated', async () => {
  const { writer, durable } = newWriter(named('ProvisionedThroughputExceededException'));
  await writer.put(ARN, [record('a')]);
  expect(durable).toEqual(['a']);
});

test.each([
  ['ResourceNotFoundException', 'not-found'],
  ['AccessDeniedException', 'access-denied'],
  ['KMSAccessDeniedException', 'access-denied'],
  ['KMSDisabledException', 'access-denied'],
  ['TimeoutError', 'unavailable'],
])('%s is reported at once as %s', async (name, reason) => {
  const { writer } = newWriter(named(name, 'said Kinesis'));
  await expect(writer.put(ARN, [record('a')])).rejects.toMatchObject({ name: 'DestinationRefused', reason, code: name, message: 'said Kinesis' });
});

test('a check asks for the stream', async () => {
  const send = jest.fn().mockRejectedValue(named('ResourceNotFoundException', 'no stream'));
  await expect(kinesisRecordWriter({ send } as unknown as KinesisClient).check(ARN)).rejects.toMatchObject({ reason: 'not-found' });
  expect((send.mock.calls[0] as [{ input: object }])[0].input).toEqual({ StreamARN: ARN });
});
