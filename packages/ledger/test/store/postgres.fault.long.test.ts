/** A ledger in a database that is killed, restarted and set back, and of which two processes want to write. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { PostgresServer } from '@mintmark/testkit'
import {
  auditLedger,
  type Head,
  logPolicy,
  openHome,
  openLedger,
  ReopeningLedger,
  type SeenHead,
  verifiedEntries,
  walkShards,
} from '../../src/index.ts'
import { PostgresStore } from '../../src/store/postgres_store.ts'
import { readerOf, wantedLedger } from '../tested_store.ts'
import { issuance } from '../tokens.ts'
import { createIn, skip, startPostgres } from './postgres_world.ts'

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 3)
const PATIENCE_MS = 60_000
const APPENDER = fileURLToPath(new URL('../appender.ts', import.meta.url))

const server = await startPostgres()
const scratch = mkdtempSync(join(tmpdir(), 'mintmark-postgres-fault-'))
after(async () => {
  await server?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

let made = 0

interface InPostgres {
  readonly server: PostgresServer
  readonly folder: string
  readonly url: string
  readonly sql: (text: string) => string
}

async function newLedger(): Promise<InPostgres> {
  if (server === undefined) throw new Error('no server')
  const folder = join(scratch, String(made++))
  const url = await createIn(server, folder, wantedLedger())
  const schema = /search_path%3D(\w+)/.exec(url)?.[1] ?? ''
  return { server, folder, url, sql: (text) => server.sql(`SET search_path = ${schema}; ${text}`) }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await condition()); ) {
    assert.ok(Date.now() < end, 'waited for too long')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Audits the ledger; each acknowledged token must have its index, and no token occurs twice. */
async function assertHolds(
  folder: string,
  acknowledged: ReadonlyMap<string, number>,
  seen: readonly SeenHead[] = [],
): Promise<void> {
  await (await openLedger(folder, { now: Date.now, seen })).close()
  const reader = await readerOf(folder)
  const policy = logPolicy(reader.description.key)
  const report = await auditLedger(reader, { policy, seen, nowMs: Date.now() })
  assert.deepEqual(report.findings, [])
  const there = new Map<string, number>()
  for await (const { shard } of walkShards(reader, 'agency'))
    for await (const { entry, index } of verifiedEntries(shard))
      if (entry.kind === 'issuance') {
        assert.ok(!there.has(entry.tokenId), 'a token twice')
        there.set(entry.tokenId, index)
      }
  const wrong = [...acknowledged].filter(([tokenId, index]) => there.get(tokenId) !== index)
  assert.deepEqual(wrong, [])
}

/** Appends from several callers until it is stopped; remembers what was acknowledged. */
function callersOf(ledger: ReopeningLedger) {
  const acknowledged = new Map<string, number>()
  let turnedAway = 0
  const over = new AbortController()
  const caller = async () => {
    while (!over.signal.aborted) {
      const entry = issuance()
      try {
        const { index } = await ledger.append(entry)
        acknowledged.set(entry.tokenId, index)
      } catch {
        turnedAway++
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  const all = Promise.all(Array.from({ length: 20 }, caller))
  const stop = async () => {
    over.abort()
    await all
  }
  return { acknowledged, turnedAway: () => turnedAway, stop }
}

for (const [name, fall] of [
  ['is killed', (each: PostgresServer) => each.kill().then(() => each.start())],
  ['restarts', (each: PostgresServer) => each.restart()],
] as const)
  it(`a database that ${name} while it commits loses nothing, and is gone on with`, {
    skip,
  }, async () => {
    const world = await newLedger()
    const heads: Head[] = []
    const ledger = await ReopeningLedger.open(await openHome(world.folder), {
      now: Date.now,
      segmentBytes: 100_000,
      publishIntervalMs: 5,
      onHeads: (next) => Promise.resolve(void heads.push(...next)),
    })
    const callers = callersOf(ledger)
    for (let round = 0; round < ROUNDS; round++) {
      const before = callers.acknowledged.size
      await until(() => callers.acknowledged.size > before + 100)
      const turnedAway = callers.turnedAway()
      await fall(world.server)
      await until(() => callers.turnedAway() > turnedAway)
    }
    const before = callers.acknowledged.size
    await until(() => callers.acknowledged.size > before)
    await callers.stop()
    await ledger.close()
    await assertHolds(world.folder, callers.acknowledged, heads)
  })

const mount = (...args: readonly string[]) => execFileSync('mount', args, { stdio: 'ignore' })

/** Whether this process may mount: root outside of a narrow container. */
function canMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'mintmark-mount-'))
  try {
    mount('-t', 'tmpfs', 'tmpfs', place)
    execFileSync('umount', [place])
    return true
  } catch {
    return false
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

interface Appender {
  readonly child: ChildProcess
  readonly lines: () => string[]
  readonly ended: Promise<void>
}

function startAppender(folder: string): Appender {
  const child = spawn(process.execPath, [APPENDER, folder], { stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString('latin1')
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  return { child, ended, lines: () => out.split('\n').slice(0, -1) }
}

it('a process that is killed over and over has what it acknowledged', { skip }, async () => {
  const { folder } = await newLedger()
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    const appender = startAppender(folder)
    await until(() => appender.lines().length > 1)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120))
    appender.child.kill('SIGKILL')
    await appender.ended
    for (const line of appender.lines().filter((each) => each !== 'open')) {
      const [tokenId = '', index] = line.split(' ')
      acknowledged.set(tokenId, Number(index))
    }
  }
  assert.ok(acknowledged.size > ROUNDS)
  await assertHolds(folder, acknowledged)
})

describe('two writers of a database', { skip }, () => {
  it('cannot both open it: the second is refused with the process id of the first', async () => {
    const { folder } = await newLedger()
    const first = startAppender(folder)
    await until(() => first.lines().length > 0)
    await assert.rejects(
      openLedger(folder, { now: Date.now }),
      (error: unknown) =>
        error instanceof Error &&
        'facts' in error &&
        assert.deepEqual(Reflect.get(Object(error.facts), 'pid'), first.child.pid) === undefined,
    )
    first.child.kill('SIGKILL')
    await first.ended
  })

  it('cannot both write where the lock was lost: what the first adds or publishes is refused', async () => {
    const { url, sql } = await newLedger()
    const store = await PostgresStore.open(url)
    for await (const _ of store.recover());
    await store.start(new Map())
    // As another one does that was let in.
    sql('UPDATE mintmark_ledger SET epoch = epoch + 1')
    const tables = () => [sql('TABLE mintmark_record'), sql('TABLE mintmark_file')]
    const before = tables()
    const busy = { code: 'LEDGER_BUSY' }
    const file = { path: 'agency/latest', bytes: Buffer.from('2026-11-25\n') }
    const other = await PostgresStore.open(url).catch((cause: unknown) => cause)
    assert.ok(other instanceof Error, 'the lock is there yet')
    await assert.rejects(store.publish([], [file], store.part), busy)
    await assert.rejects(store.commit([{ shard: 'a/2026', first: 0, entries: [] }]), busy)
    assert.deepEqual(tables(), before)
    await assert.rejects(store.commit([]), busy)
    await store.close(undefined)
  })
})

it('a database without room refuses the batch, and takes the next one when there is room', {
  skip: skip || !canMount(),
}, async () => {
  const { folder, server: own, sql } = await newLedger()
  const place = mkdtempSync(join(tmpdir(), 'mintmark-small-'))
  mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place)
  try {
    own.give(place)
    own.sql(`CREATE TABLESPACE small LOCATION '${place}'`)
    sql('ALTER TABLE mintmark_record SET TABLESPACE small')
    const ledger = await openLedger(folder, { now: Date.now, segmentBytes: 1 << 30 })
    const refused = async () => {
      const batch = Array.from({ length: 1000 }, () => issuance())
      const outcomes = await Promise.allSettled(batch.map((entry) => ledger.append(entry)))
      return outcomes.find((each) => each.status === 'rejected')
    }
    let first = await refused()
    for (let i = 0; i < 30 && first === undefined; i++) first = await refused()
    assert.equal(Reflect.get(Object(first?.reason), 'code'), 'DISK_FULL')
    mount('-o', 'remount,size=64m', place)
    const entry = issuance()
    const { index } = await ledger.append(entry)
    await ledger.close()
    await assertHolds(folder, new Map([[entry.tokenId, index]]))
    sql('DROP TABLE mintmark_record')
    own.sql('DROP TABLESPACE small')
  } finally {
    spawnSync('umount', ['-l', place])
    rmSync(place, { recursive: true, force: true })
  }
})

it('a database that comes back with less than was published is not gone on with', {
  skip,
}, async () => {
  const { folder, sql } = await newLedger()
  const ledger = await ReopeningLedger.open(await openHome(folder), { now: Date.now })
  await ledger.append(issuance())
  await ledger.publishedAfter(0, AbortSignal.timeout(PATIENCE_MS))
  const names = ['mintmark_record', 'mintmark_file']
  for (const name of names) sql(`CREATE TABLE yesterday_${name} AS TABLE ${name}`)
  const seen = ledger.publications
  await ledger.append(issuance())
  await ledger.publishedAfter(seen, AbortSignal.timeout(PATIENCE_MS))
  for (const name of names) sql(`TRUNCATE ${name}; INSERT INTO ${name} TABLE yesterday_${name}`)
  sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'mintmark' AND pid <> pg_backend_pid()`)
  const failed = assert.rejects(ledger.failed, { code: 'LEDGER_BEHIND' })
  await assert.rejects(ledger.append(issuance()), { code: 'LEDGER_FAILED' })
  await failed
  await ledger.close()
})
