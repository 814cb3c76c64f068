/** Debian's PostgreSQL in a folder of its own, on loopback, with its usual durability. */
import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { ServerProcess } from './server_process.ts'

const VERSIONS = '/usr/lib/postgresql'
const ROLE = 'mintmark'

export interface PostgresServer {
  /** `postgres://…` of its first database. */
  readonly url: string
  /** The same database, with a schema of this name, which is made, before all others. */
  readonly schema: (name: string) => string
  readonly start: () => Promise<void>
  /** Without warning, as a power cut: nothing that was not written is kept. */
  readonly kill: () => Promise<void>
  /** In good order, and its folder is taken away. */
  readonly stop: () => Promise<void>
  /** Ends in good order and starts again. */
  readonly restart: () => Promise<void>
  /** Makes a folder the server's own. */
  readonly give: (folder: string) => void
  /** What a statement prints, unaligned. */
  readonly sql: (statement: string) => string
}

/** Why it cannot be started here; false where it can. */
export function postgresMissing(): string | false {
  if (programs() === undefined) return 'no PostgreSQL (Debian package postgresql)'
  if (process.getuid?.() === 0 && userOf('postgres') === undefined) return 'no user postgres'
  return false
}

/** Folder of the newest version's programs. */
function programs(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  const newest = readdirSync(VERSIONS)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'))
  return newest.find((bin) => existsSync(join(bin, 'initdb')))
}

/** PostgreSQL refuses to run as root. */
function userOf(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

export async function startPostgres(): Promise<PostgresServer> {
  const bin = programs() ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-postgres-'))
  const user: { uid?: number; gid?: number } =
    process.getuid?.() === 0 ? (userOf('postgres') ?? {}) : {}
  const give = (path: string) => {
    if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid)
  }
  give(folder)
  const data = join(folder, 'data')
  const cluster = ['-D', data, '-U', ROLE, '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
  const made = spawnSync(join(bin, 'initdb'), cluster, { ...user, encoding: 'utf8', cwd: folder })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '32MB',
    max_connections: '100',
  }
  const server = new ServerProcess({
    command: join(bin, 'postgres'),
    args: ['-D', data, '-p', String(port)].concat(
      ...Object.entries(settings).map(([name, value]) => ['-c', `${name}=${value}`]),
    ),
    port,
    // It refuses what it accepts while it starts, above all where it was killed.
    answers: () =>
      spawnSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status ===
      0,
    user,
    // Fast: statements that run are undone.
    stopSignal: 'SIGINT',
  })
  await server.start()
  const url = `postgres://${ROLE}@127.0.0.1:${port}/postgres`
  const sql = (statement: string) => run(join(bin, 'psql'), url, statement)
  const stop = async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    url,
    schema: (name) => {
      sql(`CREATE SCHEMA IF NOT EXISTS ${name}`)
      return `${url}?options=-csearch_path%3D${name}`
    },
    start: () => server.start(),
    kill: () => server.kill(),
    stop,
    restart: async () => {
      await server.stop()
      await server.start()
    },
    give,
    sql,
  }
}

function run(psql: string, url: string, statement: string): string {
  const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', statement]
  const { status, stdout, stderr } = spawnSync(psql, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`psql: ${stderr}`)
  return stdout.trim()
}
