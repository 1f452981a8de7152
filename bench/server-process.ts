import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own, which goes with this one. */
export interface ServerProcess {
  readonly url: string;
  /** Processor time that it has taken so far, all of its threads, in microseconds. */
  processorMicros(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a script that calls `serveParent`. */
export async function startServerProcess(script: string, options: readonly string[] = []): Promise<ServerProcess> {
  const server = fork(script, options);
  const [url] = await once(server, 'message') as [string];
  return {
    url,
    async processorMicros() {
      server.send('processor time');
      return (await once(server, 'message') as [number])[0];
    },
    async stop() {
      const ended = once(server, 'exit');
      server.disconnect();
      await ended;
    },
  };
}

/** In the process of the server: tells the parent the URL, then the processor time whenever it asks; `close` once the parent goes. */
export function serveParent(url: string, close: () => void): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!(user + system);
  });
  process.on('disconnect', close);
  process.send!(url);
}
