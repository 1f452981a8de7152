import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const SUPERUSER = 'postgres';

/** Who runs the server: it refuses to be root. */
interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** A PostgreSQL of its own, with its own data folder and port, as durable as it comes. */
export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly version: string;
  /** Runs SQL and answers what psql prints. */
  sql(text: string): Promise<string>;
  /** Transactions a second of a pgbench script with these variables, connecting not counted. */
  pgbench(script: string, variables: Readonly<Record<string, string>>, clients: number, seconds: number): Promise<number>;
  stop(): Promise<void>;
}

/** @throws Error that says what to install if PostgreSQL is missing */
export async function startPostgres(): Promise<Postgres> {
  const tools = toolsDirectory();
  const identity = serverIdentity();
  const directory = mkdtempSync(join(tmpdir(), 'cdk-ledger-postgres-'));
  if (identity.uid !== undefined) chownSync(directory, identity.uid, identity.gid!);
  chmodSync(directory, 0o755);
  const data = join(directory, 'data');
  const options = { ...identity, cwd: directory, env: { ...process.env, LC_ALL: 'C' } };
  await run(join(tools, 'initdb'), ['-D', data, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8'], options);
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: directory,
    fsync: 'on',
    synchronous_commit: 'on',
    wal_sync_method: 'fdatasync',
    shared_buffers: '256MB',
    max_wal_size: '4GB',
  };
  const server = spawn(join(tools, 'postgres'), ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])], {
    ...options, stdio: 'ignore',
  });
  const ended = once(server, 'exit');
  const connection = ['-h', directory, '-p', String(port), '-U', SUPERUSER];
  const sql = async (text: string): Promise<string> =>
    (await run(join(tools, 'psql'), [...connection, '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', '-qAtc', text], options)).stdout.trim();
  await acceptsConnections(sql, () => server.exitCode);
  let scripts = 0;
  const files = new Map<string, string>();
  return {
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    version: await sql('SHOW server_version'),
    sql,
    async pgbench(script, variables, clients, seconds) {
      const file = files.get(script) ?? join(directory, `script-${scripts++}.sql`);
      if (!files.has(script)) writeFileSync(file, script);
      files.set(script, file);
      const load = ['-c', String(clients), '-j', String(Math.min(2, clients)), '-T', String(seconds), '-f', file];
      const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
      const { stdout } = await run(join(tools, 'pgbench'), [...connection, '-n', '-M', 'prepared', ...defined, ...load, 'postgres'], options);
      const [, rate] = /tps = ([\d.]+) \(without initial connection time\)/.exec(stdout) ?? [];
      if (rate === undefined) throw new Error(`pgbench did not tell its rate:\n${stdout}`);
      return Number(rate);
    },
    async stop() {
      server.kill('SIGINT');
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}

function toolsDirectory(): string {
  const versions = existsSync(DEBIAN_VERSIONS) ? readdirSync(DEBIAN_VERSIONS).sort((one, other) => Number(other) - Number(one)) : [];
  const candidates = [...versions.map(version => join(DEBIAN_VERSIONS, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  const found = candidates.find(directory => ['initdb', 'postgres', 'psql', 'pgbench'].every(tool => existsSync(join(directory, tool))));
  if (found === undefined) {
    throw new Error('This benchmark compares with PostgreSQL, of which initdb, postgres, psql and pgbench were not found. Install it: apt-get install postgresql');
  }
  return found;
}

function serverIdentity(): Identity {
  if (process.getuid?.() !== 0) return {};
  const idOf = (option: string): number => Number(execFileSync('id', [option, SUPERUSER]));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function acceptsConnections(sql: Postgres['sql'], exitCode: () => number | null): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await sql('SELECT 1');
      return;
    } catch (error) {
      if (exitCode() !== null || attempt === 200) throw error;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}
