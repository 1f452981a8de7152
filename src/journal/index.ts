/** The journal: blocks, their hashes, the digest tree, proofs and verification, equal to Amazon QLDB's. */
export * from './block';
export * from './block-hash';
export * from './block-ion';
export * from './block-json';
export * from './build-block';
export * from './digest-accumulator';
export * from './digest-tree';
export * from './dot';
export * from './merkle';
export * from './receipt';
export * from './redact';
export * from './revision-proof';
export * from './statement-digest';
export * from './unique-id';
export * from './verify-block';
export * from './verify-chain';
export * from './verify-proof';
