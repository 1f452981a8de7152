import * as fc from 'fast-check';
import { arbitraryBlock, arbitraryBlockContent, spelledOut } from './arbitrary-block';
import { decodeIon, encodeIon, ionEquals, ionInt, ionList, ionString, IonStruct, ionStruct, IonValue, parseIon, printIon, readIon } from '../../src/ion';
import {
  Block, blockFromIon, blockProof, blockToIon, buildBlock, ChainVerifier, dot, encodeBlock, GENESIS_PREVIOUS_HASH, inspectBlock, InvalidBlock,
  merkleProof, merkleRoot, OWN_JOURNAL, redactBlock, Revision, revisionProof, verifyBlock, verifyProof,
} from '../../src/journal';

const HASHED_FIELDS = ['blockHash', 'entriesHash', 'previousBlockHash', 'entriesHashList', 'transactionInfo', 'redactionInfo', 'revisions'];

type Replace = (changed: IonValue) => IonValue;

/** Every value nested in another that is no container, with a function that replaces it. */
function* leaves(value: IonValue, replaceIn: Replace): Generator<{ leaf: IonValue; replace: Replace }> {
  if (value.kind === 'struct') {
    for (const [index, [name, field]] of value.fields.entries()) {
      yield* leaves(field, (changed) => replaceIn({ ...value, fields: replaced(value.fields, index, [name, changed] as const) }));
    }
  } else if (value.kind === 'list' || value.kind === 'sexp') {
    for (const [index, item] of value.items.entries()) {
      yield* leaves(item, (changed) => replaceIn({ ...value, items: replaced(value.items, index, changed) }));
    }
  } else {
    yield { leaf: value, replace: replaceIn };
  }
}

/** The same kind of value with one thing about it changed. */
function altered(value: IonValue, seed: number): IonValue {
  switch (value.kind) {
    case 'blob':
    case 'clob': return { ...value, value: value.value.length === 0 ? Uint8Array.of(1) : flipped(value.value, seed) };
    case 'string':
    case 'symbol': return { ...value, value: `${value.value}x` };
    case 'int': return { ...value, value: value.value + 1n };
    case 'bool': return { ...value, value: !value.value };
    case 'decimal': return { ...value, exponent: value.exponent + 1 };
    case 'timestamp': return { ...value, year: value.year === 2000 ? 2004 : 2000 };
    default: return { ...value, annotations: [...value.annotations ?? [], 'altered'] };
  }
}

function flipped(bytes: Uint8Array, seed: number): Uint8Array {
  return bytes.map((byte, index) => (index === seed % bytes.length ? byte ^ (1 + seed % 255) : byte));
}

function replaced<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((existing, position) => (position === index ? item : existing));
}

describe('a built block', () => {
  test('is sound, redacted or not', () => {
    fc.assert(fc.property(arbitraryBlock(), (block) => {
      expect(verifyBlock(block, block.previousBlockHash)).toEqual([]);
      const documentIds = (block.revisions ?? []).filter((revision): revision is Revision => revision.kind === 'document').map(({ metadata }) => metadata.id);
      const redacted = documentIds.reduce(redactBlock, block);
      expect(verifyBlock(redacted)).toEqual([]);
      expect(redacted.blockHash).toBe(block.blockHash);
    }), { numRuns: 200 });
  });

  test('survives Ion, binary and text, redacted or not', () => {
    fc.assert(fc.property(arbitraryBlock(), (block) => {
      for (const version of [block, redactBlock(block, (block.revisions?.[0] as Revision | undefined)?.metadata.id ?? '')]) {
        expect(blockFromIon(decodeIon(encodeBlock(version)))).toEqual(spelledOut(version));
        expect(decodeIon(encodeBlock(version))).toEqual(decodeIon(encodeIon(blockToIon(version))));
        expect(verifyBlock(blockFromIon(readIon(encodeBlock(version))))).toEqual([]);
        expect(blockFromIon(parseIon(printIon(blockToIon(version))))).toEqual(spelledOut(version));
      }
    }), { numRuns: 200 });
  });

  test('is encoded alike when its documents are copied from their bytes', () => {
    fc.assert(fc.property(arbitraryBlockContent(), fc.boolean(), (content, alike) => {
      const [first] = content.documents;
      const documents = content.documents.map(document => alike && document.data && first!.data ? { ...document, data: first!.data } : document);
      const plain = buildBlock({ ...content, documents });
      const fromBytes = documents.map(({ data, ...document }) => data ? { ...document, data: readIon(encodeIon(data)) as IonStruct } : document);
      expect(decodeIon(encodeBlock(buildBlock({ ...content, documents: fromBytes })))).toEqual(decodeIon(encodeIon(blockToIon(plain))));
    }), { numRuns: 200 });
  });

  test('is found out when any value under its hashes is altered', () => {
    fc.assert(fc.property(arbitraryBlock(), fc.nat(), fc.nat(), (block, position, seed) => {
      const ion = blockToIon(block);
      const hashed = ion.fields.filter(([name]) => HASHED_FIELDS.includes(name));
      const rest = ion.fields.filter(([name]) => !HASHED_FIELDS.includes(name));
      const candidates = [...leaves({ kind: 'struct', fields: hashed }, (changed) => changed)];
      const { leaf, replace } = candidates[position % candidates.length]!;
      const tampered: IonStruct = { kind: 'struct', fields: [...rest, ...(replace(altered(leaf, seed)) as IonStruct).fields] };
      expect(problemsOf(tampered)).not.toEqual([]);
    }), { numRuns: 1500 });
  });

  test('is found out when a byte of its encoding flips and changes what is hashed', () => {
    fc.assert(fc.property(arbitraryBlock(), fc.nat(), fc.integer({ min: 1, max: 255 }), (block, position, flip) => {
      const bytes = encodeIon(blockToIon(block));
      bytes[position % bytes.length]! ^= flip;
      let tampered: IonValue;
      try {
        tampered = decodeIon(bytes);
      } catch {
        return;
      }
      // A flip may cut an optional part out or touch only what no hash covers; neither is this test's business.
      if (tampered.kind !== 'struct' || tampered.fields.length !== blockToIon(block).fields.length) return;
      if (ionEquals(hashedPart(tampered), hashedPart(blockToIon(block)))) return;
      expect(problemsOf(tampered)).not.toEqual([]);
    }), { numRuns: 1500 });
  });

  test('names the document whose data was altered', () => {
    const block = sampleBlock();
    const [first, second] = block.revisions as readonly Revision[];
    const tampered: Block = { ...block, revisions: [first!, { ...second!, data: ionStruct({ Owner: ionString('Mallory') }) }] };
    expect(verifyBlock(tampered)).toEqual([{
      sequenceNo: 7,
      check: 'revisionHash',
      field: 'revisions[1].hash',
      documentId: second!.metadata.id,
      message: `Block 7: the revision of document ${second!.metadata.id} does not hash to its hash field.`,
    }]);
  });

  test('is found out when its revisions are cut out', () => {
    const { revisions: _, ...tampered } = sampleBlock();
    expect(verifyBlock(tampered).map(({ check, field }) => ({ check, field }))).toEqual([{ check: 'missingPart', field: 'revisions' }]);
  });

  test('is found out when one part goes by the name of another', () => {
    const { transactionInfo, revisions: _, ...rest } = buildBlock({ ...sampleContent(), documents: [] });
    expect(verifyBlock({ ...rest, redactionInfo: transactionInfo! }).map(({ field }) => field)).toEqual(['redactionInfo.revisions']);
    const redaction = parseIon('{revisions:[]}') as IonStruct;
    expect(verifyBlock({ ...sampleBlock(), transactionInfo: redaction }).map(({ field }) => field)).toContain('transactionInfo.statements');
  });

  test('explains each of its entries, which tells when a part that nothing else mentions is cut out', () => {
    const block = buildBlock({ ...sampleContent(), documents: [], previousBlockHash: GENESIS_PREVIOUS_HASH, sequenceNo: 0 });
    expect(inspectBlock(block)).toEqual({ findings: [], unknownEntryCount: 0 });
    const { transactionInfo: _, ...tampered } = block;
    expect(inspectBlock(tampered)).toEqual({ findings: [], unknownEntryCount: 1 });
    const lenient = new ChainVerifier();
    expect(lenient.add(tampered)).toEqual([]);
    expect(lenient.summary().unknownEntryCount).toBe(1);
    expect(new ChainVerifier(OWN_JOURNAL).add(tampered).map(({ message }) => message)).toEqual([
      'Block 0: entriesHashList holds 1 of something that is not in the block.',
    ]);
  });

  test('is found out when a revision claims another block', () => {
    const block = sampleBlock();
    const [first, ...others] = block.revisions as readonly Revision[];
    const moved = { ...first!, blockAddress: { ...first!.blockAddress, sequenceNo: 8 } };
    expect(verifyBlock({ ...block, revisions: [moved, ...others] }).map(({ check }) => check)).toEqual(['revisionOrigin']);
  });
});

describe('a revision proof', () => {
  test('leads from every revision to the digest, and from no other hash', async () => {
    await fc.assert(fc.asyncProperty(fc.array(arbitraryBlockContent(), { minLength: 1, maxLength: 9 }), fc.nat(), async (contents, seed) => {
      const blocks = chain(contents);
      const hashes = blocks.map(({ blockHash }) => blockHash);
      const sequenceNo = seed % blocks.length;
      const block = blocks[sequenceNo]!;
      const proofOfBlock = merkleProof(hashes, sequenceNo);
      for (const revision of block.revisions ?? []) {
        if (revision.kind === 'internal') continue;
        const proof = revisionProof(block, revision.metadata.id, proofOfBlock);
        expect(verifyProof(revision.hash, proof, merkleRoot(hashes))).toBe(true);
        expect(verifyProof(block.blockHash, proof, merkleRoot(hashes))).toBe(false);
      }
      const levels = (level: number, index: number): Promise<Uint8Array> => {
        return Promise.resolve(merkleRoot(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)));
      };
      expect(await blockProof(sequenceNo, blocks.length, levels)).toEqual(proofOfBlock);
    }), { numRuns: 50 });
  });

  test('is refused for a document that the block does not hold', () => {
    expect(() => revisionProof(sampleBlock(), 'nobody', [])).toThrow('Block 7 holds no revision of document nobody');
  });
});

describe('a chain', () => {
  const blocks = fc.sample(fc.array(arbitraryBlockContent(), { minLength: 20, maxLength: 20 }), { numRuns: 1, seed: 1 }).map(chain)[0]!;
  const findingsOf = (sequence: readonly Block[]): string[] => {
    const verifier = new ChainVerifier(OWN_JOURNAL);
    return sequence.flatMap((block) => verifier.add(block)).map(({ check, sequenceNo }) => `${check} ${sequenceNo}`);
  };

  test('of sound blocks has no findings and yields the digest at every length', () => {
    const verifier = new ChainVerifier(OWN_JOURNAL);
    for (const [index, block] of blocks.entries()) {
      expect(verifier.add(block)).toEqual([]);
      expect(verifier.summary().digest).toEqual(merkleRoot(blocks.slice(0, index + 1).map(({ blockHash }) => blockHash)));
    }
    expect(verifier.summary()).toMatchObject({ blockCount: 20, findingCount: 0, first: { sequenceNo: 0 }, tip: { sequenceNo: 19 } });
  });

  test('may start in the middle, but then has no digest', () => {
    const verifier = new ChainVerifier({ previousBlockHash: blocks[4]!.blockHash });
    expect(blocks.slice(5).flatMap((block) => verifier.add(block))).toEqual([]);
    expect(verifier.summary()).not.toHaveProperty('digest');
  });

  test('shows a missing block', () => {
    expect(findingsOf([...blocks.slice(0, 5), ...blocks.slice(6)])).toEqual(['sequence 6']);
  });

  test('shows a block that was replaced as a whole', () => {
    const { strandId } = blocks[5]!.blockAddress;
    const forged = buildBlock({ ...sampleContent(), strandId, sequenceNo: 5, previousBlockHash: blocks[4]!.blockHash });
    expect(findingsOf(replaced(blocks, 5, forged))).toEqual(['previousBlockHash 6']);
  });

  test('shows a block of another ledger', () => {
    const foreign = { ...blocks[5]!, blockAddress: { ...blocks[5]!.blockAddress, strandId: 'another' } };
    expect(findingsOf(replaced(blocks, 5, foreign))).toContain('strand 5');
  });

  test('shows a wrong beginning', () => {
    const first = buildBlock({ ...sampleContent(), sequenceNo: 0, previousBlockHash: new Uint8Array(32).fill(1) });
    expect(findingsOf([first])).toEqual(['previousBlockHash 0']);
    expect(new ChainVerifier().add(first)).toEqual([]);
  });
});

describe('Ion that is not a block', () => {
  const good = blockToIon(sampleBlock());
  const without = (name: string): IonStruct => ({ kind: 'struct', fields: good.fields.filter(([field]) => field !== name) });
  const having = (name: string, value: IonValue): IonStruct => ({ kind: 'struct', fields: [...without(name).fields, [name, value]] });

  test.each<[string, IonValue, string]>([
    ['a list', ionList([]), 'block must be a struct, not list'],
    ['no address', without('blockAddress'), 'block.blockAddress is missing'],
    ['a number for an id', having('transactionId', ionInt(1)), 'block.transactionId must be a string, not int'],
    ['a short hash', having('blockHash', { kind: 'blob', value: new Uint8Array(31) }), 'block.blockHash must be a blob of 32 bytes'],
    ['a text for a time', having('blockTimestamp', ionString('now')), 'block.blockTimestamp must be a timestamp, not string'],
    ['a null list', having('entriesHashList', { kind: 'null', nullOf: 'list' }), 'block.entriesHashList must be a list, not null'],
    ['a text among the entries', having('entriesHashList', ionList([ionString('x')])), 'block.entriesHashList[0] must be a blob of 32 bytes'],
    ['a negative number', having('blockAddress', parseIon('{strandId:"s",sequenceNo:-1}')), 'block.blockAddress.sequenceNo must be an int from 0 up'],
    ['a field of its own', having('note', ionString('x')), 'block.note is no field of the journal format'],
    ['a repeated field', { kind: 'struct', fields: [...good.fields, good.fields[1]!] }, 'block.transactionId is there twice'],
    ['an odd revision', having('revisions', parseIon('[{hash:1}]')), 'block.revisions[0].hash must be a blob of 32 bytes'],
    ['a list for transactionInfo', having('transactionInfo', ionList([])), 'block.transactionInfo must be a struct, not list'],
  ])('is refused with its place: %s', (_, value, message) => {
    expect(() => blockFromIon(value)).toThrow(new InvalidBlock(message.split(' ')[0]!, message.slice(message.indexOf(' ') + 1)));
  });
});

function problemsOf(value: IonValue): unknown[] {
  try {
    return verifyBlock(blockFromIon(value));
  } catch (error) {
    if (error instanceof InvalidBlock) return [error];
    throw error;
  }
}

/** Without addresses and times, which no hash covers. */
function hashedPart(block: IonStruct): IonValue {
  const fields = block.fields.filter(([name]) => HASHED_FIELDS.includes(name));
  return {
    kind: 'struct',
    fields: fields.map(([name, value]) => [name, name === 'revisions' && value.kind === 'list' ? ionList(value.items.map(withoutAddress)) : value]),
  };
}

function withoutAddress(revision: IonValue): IonValue {
  return revision.kind === 'struct' ? { ...revision, fields: revision.fields.filter(([name]) => name !== 'blockAddress') } : revision;
}

/** The contents as consecutive blocks of one strand from 0 on. */
function chain(contents: readonly Parameters<typeof buildBlock>[0][]): Block[] {
  const blocks: Block[] = [];
  for (const [sequenceNo, content] of contents.entries()) {
    const previousBlockHash = blocks.at(-1)?.blockHash ?? GENESIS_PREVIOUS_HASH;
    blocks.push(buildBlock({ ...content, strandId: contents[0]!.strandId, sequenceNo, previousBlockHash }));
  }
  return blocks;
}

function sampleContent(): Parameters<typeof buildBlock>[0] {
  const data = ionStruct({ Owner: ionString('Alice'), Year: ionInt(2011) });
  return {
    strandId: 'HbD9IggL584EPHmfwjmVz0',
    sequenceNo: 7,
    previousBlockHash: new Uint8Array(32).fill(3),
    transactionId: '0007KbqoyqAIch6XRbQ4iA',
    blockTimestampMillis: 1576048851261,
    txTimeMillis: 1576048851245,
    statements: [{ statement: 'INSERT INTO Vehicle ?', startTimeMillis: 1576048851223, statementDigest: dot(new Uint8Array(32), new Uint8Array(32).fill(1)) }],
    documents: [
      { documentId: 'D35qd3e2prnJYmtKW6kok1', tableName: 'Vehicle', tableId: '1SUXCa3wwV0GD7kV78RbSg', statementIndexes: [0], version: 0, data },
      { documentId: 'JUJgkIcNbhS2goq8RqLuZ4', tableName: 'Vehicle', tableId: '1SUXCa3wwV0GD7kV78RbSg', statementIndexes: [0], version: 4, data },
    ],
  };
}

function sampleBlock(): Block {
  return buildBlock(sampleContent());
}
