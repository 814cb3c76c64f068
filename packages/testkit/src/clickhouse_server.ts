/**
 * A real ClickHouse for tests, with nothing to download: libchdb.so of the npm package `chdb` carries
 * ClickHouse's own servers. One node, or two shards that know each other.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setInterval } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const CLUSTER = 'mintmark'
const START_LIMIT_MS = 60_000
/** What this process has started and not stopped: it must not outlive the tests. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

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
  const children = ports.map((port, index) => startNode(join(folder, String(index)), port, ports))
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(stopNode))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(ports.map((port, index) => answering(port, children[index])))
  } catch (cause) {
    await stop()
    throw cause
  }
  const hosts = ports.map(({ http }) => `127.0.0.1:${http}`)
  const query = options.shards === 1 ? '' : `?cluster=${CLUSTER}`
  const url = `clickhouse://${hosts.join(',')}/mintmark_test${query}`
  return { url, nodes: hosts.map((host) => `http://${host}`), stop }
}

function startNode(folder: string, port: Ports, all: readonly Ports[]): ChildProcess {
  const config = `${folder}.xml`
  writeFileSync(config, configOf(all))
  const script = fileURLToPath(new URL('clickhouse_node.js', import.meta.url))
  const child = spawn(
    process.execPath,
    [
      script,
      `--config-file=${config}`,
      `--path=${folder}`,
      `--http_port=${port.http}`,
      `--tcp_port=${port.tcp}`,
      '--listen_host=127.0.0.1',
    ],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  )
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
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

async function answering(port: Ports, child: ChildProcess | undefined): Promise<void> {
  const until = Date.now() + START_LIMIT_MS
  for await (const _ of setInterval(50)) {
    if (child?.exitCode !== null) throw new Error(`the server ended with ${child?.exitCode}`)
    if (await answers(port)) return
    if (Date.now() > until) throw new Error('the server did not answer in time')
  }
}

async function answers(port: Ports): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port.http}/ping`)).ok
  } catch {
    return false
  }
}

async function stopNode(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  child.kill('SIGKILL')
  await ended
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => {
            const address = server.address()
            resolve(isAddress(address) ? address.port : 0)
          })
        }),
    ),
  )
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
  )
  return ports
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}
