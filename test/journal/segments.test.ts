import * as fc from 'fast-check';
import { arbitraryBlockContent } from './arbitrary-block';
import { Block, BlockContent, buildBlock, ChainOptions, ChainSummary, ChainVerifier, Finding, GENESIS_PREVIOUS_HASH, OWN_JOURNAL, verifySegments } from '../../src/journal';

type Verdict = { readonly findings: readonly Finding[]; readonly summary: ChainSummary };

function oneByOne(blocks: readonly Block[], options: ChainOptions): Verdict {
  const chain = new ChainVerifier(options);
  return { findings: blocks.flatMap((block) => chain.add(block)), summary: chain.summary() };
}

/** Each segment travels as it would between threads. */
function inSegments(blocks: readonly Block[], cuts: readonly number[], options: ChainOptions): Verdict {
  const chain = new ChainVerifier(options);
  const bounds = [0, ...cuts.map((cut) => cut % (blocks.length + 1)).sort((one, other) => one - other), blocks.length];
  const findings = bounds.slice(1).flatMap((end, index) => {
    return [...verifySegments(blocks.slice(bounds[index], end), options)].flatMap((segment) => chain.addSegment(structuredClone(segment)));
  });
  return { findings, summary: chain.summary() };
}

function chained(contents: readonly BlockContent[]): Block[] {
  const blocks: Block[] = [];
  for (const [sequenceNo, content] of contents.entries()) {
    const previousBlockHash = blocks.at(-1)?.blockHash ?? GENESIS_PREVIOUS_HASH;
    blocks.push(buildBlock({ ...content, strandId: contents[0]!.strandId, sequenceNo, previousBlockHash }));
  }
  return blocks;
}

/** Ways in which a journal may be wrong; the first leaves it as it is. */
const TAMPERINGS: readonly ((blocks: readonly Block[], at: number) => readonly Block[])[] = [
  (blocks) => blocks,
  (blocks, at) => blocks.filter((_, index) => index !== at),
  (blocks, at) => [...blocks.slice(0, at), ...blocks.slice(at, at + 2).reverse(), ...blocks.slice(at + 2)],
  (blocks, at) => blocks.map((block, index) => index === at ? { ...block, blockAddress: { ...block.blockAddress, strandId: 'another' } } : block),
  (blocks, at) => blocks.map((block, index) => index === at ? { ...block, previousBlockHash: new Uint8Array(32) } : block),
  (blocks, at) => blocks.map((block, index) => index === at ? { ...block, entriesHashList: [...block.entriesHashList, new Uint8Array(32)] } : block),
  (blocks, at) => blocks.map((block, index) => index === at ? { ...block, transactionInfo: undefined } : block),
];

test('blocks verified in segments, however cut, come to the same findings and digest as one by one', () => {
  const journals = fc.array(arbitraryBlockContent(), { minLength: 1, maxLength: 12 }).map(chained);
  const tamper = fc.constantFrom(...TAMPERINGS);
  const options = fc.constantFrom<ChainOptions>(OWN_JOURNAL, {}, { previousBlockHash: new Uint8Array(32).fill(1) });
  const someCuts = fc.array(fc.nat(), { maxLength: 4 });
  fc.assert(fc.property(journals, tamper, fc.nat(), fc.nat(3), someCuts, options, (blocks, tampered, at, skipped, cuts, chosen) => {
    const journal = tampered(blocks, at % blocks.length).slice(skipped);
    expect(inSegments(journal, cuts, chosen)).toEqual(oneByOne(journal, chosen));
  }), { numRuns: 400 });
});

test('no blocks make no segment', () => {
  expect([...verifySegments([])]).toEqual([]);
});

test('blocks that follow each other without findings make one segment', () => {
  fc.assert(fc.property(fc.array(arbitraryBlockContent(), { minLength: 1, maxLength: 80 }).map(chained), (blocks) => {
    expect([...verifySegments(blocks, OWN_JOURNAL)]).toEqual([expect.objectContaining({ blockCount: blocks.length, findings: [] })]);
  }), { numRuns: 20 });
});
