/**
 * A real ClickHouse for tests, with nothing to download: libchdb.so of the npm package `chdb`
 * carries ClickHouse's own servers. One node, or two shards that know each other.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from './ports.ts'
import { ServerProcess } from './server_process.ts'

const CLUSTER = 'mintmark'

export interface ClickHouse {
  /** `clickhouse://…` for `openCase`; its database does not exist yet. */
  readonly url: string
  /** HTTP address of each node. */
  readonly nodes: readonly string[]
  stop(): Promise<void>
}

/** Why a server cannot be started here, or undefined when it can. */
export function clickHouseMissing(): string | undefined {
  const require = createRequire(import.meta.url)
  for (const name of ['ffi-rs', '@chdb/lib-linux-x64-gnu/libchdb.so']) {
    try {
      require.resolve(name)
    } catch {
      return `${name} is not installed`
    }
  }
  return undefined
}

interface Ports {
  readonly http: number
  readonly tcp: number
}

/** Starts one server, or two that are the shards of a cluster, and waits until they answer. */
export async function startClickHouse(options: { readonly shards: 1 | 2 }): Promise<ClickHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-clickhouse-'))
  const all = await freePorts(2 * options.shards)
  const ports = Array.from({ length: options.shards }, (_, i) => ({
    http: all[2 * i] ?? 0,
    tcp: all[2 * i + 1] ?? 0,
  }))
  const nodes = ports.map((port, index) => node(join(folder, String(index)), port, ports))
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((each) => each.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(nodes.map((each) => each.start()))
  } catch (cause) {
    await stop()
    throw cause
  }
  const hosts = ports.map(({ http }) => `127.0.0.1:${http}`)
  const query = options.shards === 1 ? '' : `?cluster=${CLUSTER}`
  const url = `clickhouse://${hosts.join(',')}/mintmark_test${query}`
  return { url, nodes: hosts.map((host) => `http://${host}`), stop }
}

function node(folder: string, port: Ports, all: readonly Ports[]): ServerProcess {
  const config = `${folder}.xml`
  writeFileSync(config, configOf(all))
  return new ServerProcess({
    command: process.execPath,
    args: [
      fileURLToPath(new URL('clickhouse_node.ts', import.meta.url)),
      `--config-file=${config}`,
      `--path=${folder}`,
      `--http_port=${port.http}`,
      `--tcp_port=${port.tcp}`,
      '--listen_host=127.0.0.1',
    ],
    port: port.http,
    answers: () => answers(port),
    user: {},
    stopSignal: 'SIGKILL',
  })
}

function configOf(all: readonly Ports[]): string {
  const shards = all.map(
    ({ tcp }) =>
      `<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>${tcp}</port></replica></shard>`,
  )
  return `<clickhouse>
  <mark_cache_size>268435456</mark_cache_size>
  <remote_servers><${CLUSTER}>${shards.join('')}</${CLUSTER}></remote_servers>
</clickhouse>
`
}

async function answers(port: Ports): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port.http}/ping`)).ok
  } catch {
    return false
  }
}
