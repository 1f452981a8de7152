import { setTimeout as sleep } from 'timers/promises';
import { QLDBClient } from '@aws-sdk/client-qldb';
import { QLDBSessionClient } from '@aws-sdk/client-qldb-session';
import { ledgerServiceClientConfig, reachableUrl } from '../client';
import { type Edges, type LedgerServiceClients } from './lifecycle';

/** The real world of a handler that runs in a Lambda function; clients live as long as the function's instance. */
export function lambdaEdges(environment: NodeJS.ProcessEnv, { maxAttempts = 4 } = {}): Edges {
  const connections = new Map<string, LedgerServiceClients>();
  return {
    connect(serviceUrl) {
      const connected = connections.get(serviceUrl);
      if (connected) {
        return connected;
      }
      const config = {
        ...ledgerServiceClientConfig({ url: reachableUrl(serviceUrl, environment), region: environment.AWS_REGION ?? '' }),
        maxAttempts,
        // Well below any function timeout, so that a service that hangs is a failure we can answer for.
        requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
      };
      const clients = { control: new QLDBClient(config), session: new QLDBSessionClient(config) };
      connections.set(serviceUrl, clients);
      return clients;
    },
    now: () => new Date(),
    waitUntil: moment => sleep(Math.max(0, moment.getTime() - Date.now())),
    log: line => console.log(line),
  };
}
