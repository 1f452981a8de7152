import { createHash } from 'crypto';
import { type Properties } from './lifecycle';
import { type Tags } from './ownership';
import { flag, moment, optionalText, tags, text } from './properties';

/** What the properties of Custom::QldbJournalStream ask for. */
export interface JournalStreamDeclaration {
  readonly serviceUrl: string;
  readonly ledgerName: string;
  readonly streamName: string;
  readonly roleArn: string;
  readonly kinesisStreamArn: string;
  readonly isAggregated: boolean;
  readonly start: Date | 'LEDGER_CREATION';
  /** Absent: without end. */
  readonly end?: Date;
  readonly tags: Tags;
}

/** @throws naming the property that is missing or wrong */
export function journalStreamDeclaration(properties: Properties): JournalStreamDeclaration {
  return {
    serviceUrl: text(properties, 'ServiceUrl'),
    ledgerName: text(properties, 'LedgerName'),
    streamName: text(properties, 'StreamName'),
    roleArn: text(properties, 'RoleArn'),
    kinesisStreamArn: text(properties, 'KinesisStreamArn'),
    isAggregated: flag(properties, 'AggregationEnabled', true),
    start: properties.InclusiveStartTime === 'LEDGER_CREATION' ? 'LEDGER_CREATION' : moment(properties, 'InclusiveStartTime'),
    end: optionalText(properties, 'ExclusiveEndTime') === undefined ? undefined : moment(properties, 'ExclusiveEndTime'),
    tags: tags(properties),
  };
}

/** A short name for everything but the tags: a stream cannot be changed, so a different one asks for another stream. */
export function fingerprint(declared: JournalStreamDeclaration): string {
  const { serviceUrl, ledgerName, streamName, roleArn, kinesisStreamArn, isAggregated, start, end } = declared;
  const wish = [serviceUrl, ledgerName, streamName, roleArn, kinesisStreamArn, isAggregated, start, end ?? null];
  return createHash('sha256').update(JSON.stringify(wish)).digest('hex').slice(0, 16);
}
