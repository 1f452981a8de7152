import { createHash } from 'crypto';
import { type Properties } from './lifecycle';
import { optionalText, text } from './properties';

/** Whose digest is kept, and where. */
export interface LedgerDigestDeclaration {
  readonly serviceUrl: string;
  readonly ledgerName: string;
  /** The construct's name in metrics. */
  readonly digestName: string;
  readonly bucket: string;
  /** Ends in a slash, unless empty. */
  readonly prefix: string;
  readonly trigger?: string;
}

/** @throws naming the property that is missing or wrong */
export function ledgerDigestDeclaration(properties: Properties): LedgerDigestDeclaration {
  return {
    serviceUrl: text(properties, 'ServiceUrl'),
    ledgerName: text(properties, 'LedgerName'),
    digestName: text(properties, 'DigestName'),
    bucket: text(properties, 'Bucket'),
    prefix: optionalText(properties, 'Prefix') ?? '',
    trigger: optionalText(properties, 'Trigger'),
  };
}

/** A short name for whose digest is kept and where, and for the trigger: a different one asks for another digest, the same one does not. */
export function digestFingerprint({ serviceUrl, ledgerName, bucket, prefix, trigger }: LedgerDigestDeclaration): string {
  return createHash('sha256').update(JSON.stringify([serviceUrl, ledgerName, bucket, prefix, trigger ?? null])).digest('hex').slice(0, 16);
}
