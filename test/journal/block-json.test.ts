import * as fc from 'fast-check';
import { arbitraryBlock, spelledOut } from './arbitrary-block';
import { ionToJson, parseIon, type IonStruct, type IonValue } from '../../src/ion';
import { blockFromJson, blockToIon, InvalidBlock, redactBlock, revisionHash, sameHash, verifyBlock, type Block, type Revision } from '../../src/journal';

const jsonOf = (block: Block): IonValue => parseIon(ionToJson(blockToIon(block)));
const revisionsOf = (block: Block): Revision[] => (block.revisions ?? []).filter((revision): revision is Revision => revision.kind === 'document');

describe('a block in JSON', () => {
  test('yields all that the block was, but for the types within documents', () => {
    fc.assert(fc.property(arbitraryBlock(), (block) => {
      const read = blockFromJson(jsonOf(block));
      const withoutData = (one: Block): unknown => ({ ...one, revisions: spelledOut(one).revisions?.map(({ data: _, ...rest }: any) => rest) });
      expect(withoutData(read)).toEqual(withoutData(block));
      expect(verifyBlock(read).filter(({ check }) => check !== 'revisionHash')).toEqual([]);
    }), { numRuns: 200 });
  });

  test('is sound as a whole where no document is left in it', () => {
    fc.assert(fc.property(arbitraryBlock(), (block) => {
      const redacted = revisionsOf(block).map(({ metadata }) => metadata.id).reduce(redactBlock, block);
      expect(verifyBlock(blockFromJson(jsonOf(redacted)))).toEqual([]);
    }), { numRuns: 100 });
  });

  test.each([
    ['{text:"x",count:12,flag:true,nothing:null,nested:{list:[1,"two",[3.25]]}}', true],
    ['{time:2020-01-01T}', false],
    ['{symbol:abc}', false],
    ['{float:1e0}', false],
  ])('proves the document %s: %s', (document, proven) => {
    const [revision] = revisionsOf(fc.sample(arbitraryBlock().filter(block => revisionsOf(block).length > 0), { numRuns: 1, seed: 3 })[0]!);
    const original: Revision = { ...revision!, data: parseIon(document) as IonStruct };
    const read = parseIon(ionToJson(original.data!)) as IonStruct;
    expect(sameHash(revisionHash({ ...original, data: read }), revisionHash(original))).toBe(proven);
  });

  const sample = fc.sample(arbitraryBlock(), { numRuns: 1, seed: 1 })[0]!;

  test.each<[string, string, string, string]>([
    ['a hash that is no base64', 'blockHash', '"%%%"', 'block.blockHash must be base64 text'],
    ['base64 with bits that no byte takes', 'entriesHash', '"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="', 'block.entriesHash must be base64 text'],
    ['a hash that is too short', 'previousBlockHash', '"AAAA"', 'block.previousBlockHash must be a blob of 32 bytes'],
    ['a number for a hash', 'blockHash', '1', 'block.blockHash must be base64 text'],
    ['a time that is none', 'blockTimestamp', '"now"', 'block.blockTimestamp must be the text of a timestamp'],
    ['a time that is a number', 'blockTimestamp', '"2020"', 'block.blockTimestamp must be the text of a timestamp'],
    ['a list of something else', 'entriesHashList', '[[]]', 'block.entriesHashList[0] must be base64 text'],
  ])('is refused for %s', (_, name, json, message) => {
    const struct = jsonOf(sample) as IonStruct;
    const changed: IonStruct = { ...struct, fields: struct.fields.map(([field, value]) => [field, field === name ? parseIon(json) : value]) };
    expect(() => blockFromJson(changed)).toThrow(InvalidBlock);
    expect(() => blockFromJson(changed)).toThrow(message);
  });

  test('is refused when it is no struct', () => {
    expect(() => blockFromJson(parseIon('[1]'))).toThrow('block must be a struct, not list');
  });
});
