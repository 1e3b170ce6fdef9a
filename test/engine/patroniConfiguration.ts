/** What one of Patroni's servers is told: when a primary is lost, who may take over, and who may connect. */
import { join } from 'node:path';
import { installedPostgres } from './postgres.ts';

export interface PatroniServer {
  address: string;
  /** Of PostgreSQL; Patroni's own is 8008. */
  port: number;
  /** Holds the database; the user postgres owns it. */
  directory: string;
  /** `host:port` of etcd. */
  etcd: string;
  superuser: string;
  /** Of every account: nothing but this machine reaches the server. */
  password: string;
}

export function patroniConfiguration(server: PatroniServer): object {
  const { address, port, directory, etcd, superuser, password } = server;
  const account = (username: string) => ({ username, password });
  const from = '127.0.0.0/8 scram-sha-256';
  return {
    scope: 'refunds',
    name: address,
    restapi: { listen: `${address}:8008`, connect_address: `${address}:8008` },
    etcd3: { hosts: [etcd] },
    bootstrap: {
      dcs: {
        // A primary that is silent for this long has lost its place.
        ttl: 10,
        loop_wait: 1,
        retry_timeout: 3,
        // A commit is acknowledged when the standby has it too, and only such a standby may take over.
        synchronous_mode: true,
        postgresql: { use_pg_rewind: true, parameters: { max_connections: 100 } },
      },
      initdb: ['data-checksums', { encoding: 'UTF8' }, { locale: 'C.UTF-8' }, { auth: 'scram-sha-256' }],
    },
    postgresql: {
      listen: `${address}:${port}`,
      connect_address: `${address}:${port}`,
      data_dir: join(directory, 'data'),
      bin_dir: installedPostgres(),
      pgpass: join(directory, 'pgpass'),
      authentication: {
        superuser: account(superuser),
        replication: account('replicator'),
        rewind: account('rewind'),
      },
      pg_hba: [`host all all ${from}`, `host replication replicator ${from}`],
      parameters: { unix_socket_directories: '', shared_buffers: '128MB' },
    },
  };
}
