import { QldbDriver, RetryConfig } from 'amazon-qldb-driver-nodejs';
import { ledgerServiceClientConfig } from '../../../../src/client';

/** `cdk-ledger serve`, `cdk-ledger proxy`: the endpoint is all there is to set. */
export function connect(ledger: string, endpoint: string, region: string, sessions: number, retries: number): QldbDriver {
  return new QldbDriver(ledger, { endpoint, region }, {}, sessions, new RetryConfig(retries));
}

/** A deployed service: its function URL wants requests signed for `lambda`. */
export function connectToFunctionUrl(ledger: string, url: string, region: string, sessions: number, retries: number): QldbDriver {
  return new QldbDriver(ledger, ledgerServiceClientConfig({ url, region, signingName: 'lambda' }), {}, sessions, new RetryConfig(retries));
}
