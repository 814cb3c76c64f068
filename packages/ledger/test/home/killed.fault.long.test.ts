/** Real processes: killed without warning, two at once, a disk without room, a back-up restored. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  auditLedger,
  diskFiles,
  type Head,
  logPolicy,
  openFolderLedger,
  type SeenHead,
  verifiedEntries,
  walkShards,
} from '../../src/index.ts'
import { newLedger, readerOf } from '../ledger_folder.ts'
import { issuance } from '../tokens.ts'

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 200)
/** Ledgers that are appended to and killed at once: a process takes most of its time to start. */
const LEDGERS = 4
/** Between two batches, so that one process does not keep the others from starting. */
const PAUSE_MS = 3
const APPENDER = fileURLToPath(new URL('../appender.ts', import.meta.url))

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-killed-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

interface Appender {
  readonly child: ChildProcess
  /** What it said so far, whole lines only. */
  readonly lines: () => string[]
  readonly ended: Promise<void>
}

function startAppender(folder: string, wait = 0): Appender {
  const child = spawn(process.execPath, [APPENDER, folder, String(wait)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString('latin1')
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  return { child, ended, lines: () => out.split('\n').slice(0, -1) }
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 120_000; !condition(); ) {
    assert.ok(Date.now() < end, 'waited for too long')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Audits the ledger, and demands what was acknowledged. */
async function assertHolds(
  folder: string,
  acknowledged: readonly string[],
  seen: readonly SeenHead[] = [],
): Promise<readonly Head[]> {
  const reader = await readerOf(folder)
  const policy = logPolicy(reader.description.key)
  const report = await auditLedger(reader, { policy, seen, nowMs: Date.now() })
  assert.deepEqual(report.findings, [])
  const there = new Set<string>()
  for await (const { shard } of walkShards(reader, 'agency'))
    for await (const { entry, index } of verifiedEntries(shard))
      if (entry.kind === 'issuance') there.add(`${entry.tokenId} ${index}`)
  const missing = acknowledged.filter((line) => !there.has(line))
  assert.deepEqual(missing, [])
  return report.heads
}

async function openAndClose(folder: string): Promise<void> {
  const ledger = await openFolderLedger(folder, { now: Date.now })
  await ledger.close()
}

/** Kills whoever appends to a ledger, over and over, each time at another moment. */
async function killedOver(name: string, rounds: number): Promise<void> {
  const folder = await newLedger(join(scratch, name))
  const acknowledged: string[] = []
  for (let round = 0; round < rounds; round++) {
    const appender = startAppender(folder, PAUSE_MS)
    await until(() => appender.lines().length > 1)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
    appender.child.kill('SIGKILL')
    await appender.ended
    acknowledged.push(...appender.lines().filter((line) => line !== 'open'))
  }
  assert.ok(acknowledged.length > rounds)
  await openAndClose(folder)
  await assertHolds(folder, acknowledged)
}

describe('a ledger whose process is killed', () => {
  it(`has what it acknowledged, ${ROUNDS} times over`, async () => {
    const numbers = Array.from({ length: LEDGERS }, (_, number) => number)
    await Promise.all(numbers.map((number) => killedOver(`killed-${number}`, ROUNDS / LEDGERS)))
  })
})

describe('two writers', () => {
  it('cannot both open a ledger: the second gets the process id and host of the first', async () => {
    const folder = await newLedger(join(scratch, 'two'))
    const first = startAppender(folder, 10)
    await until(() => first.lines().length > 0)
    await assert.rejects(openFolderLedger(folder, { now: Date.now }), {
      code: 'LEDGER_BUSY',
      facts: { pid: first.child.pid, host: hostname() },
    })
    first.child.kill('SIGKILL')
    await first.ended
  })

  it('cannot both acknowledge where the lock was lost: the journal is fenced', async () => {
    const folder = await newLedger(join(scratch, 'fenced'))
    const first = startAppender(folder, 5)
    await until(() => first.lines().length > 100)
    await diskFiles.remove(join(folder, 'private/lock'))
    const second = await openFolderLedger(folder, { now: Date.now })
    const entry = issuance()
    const { index } = await second.append(entry)
    // The first finds out with its next commit, and ends.
    await first.ended
    await second.close()
    const acknowledged = first.lines().filter((line) => line !== 'open')
    await assertHolds(folder, [...acknowledged, `${entry.tokenId} ${index}`])
  })
})

describe("yesterday's back-up", () => {
  it('is refused where the heads of today are known, and found out by an audit', async () => {
    const folder = await newLedger(join(scratch, 'today'))
    const backup = join(scratch, 'yesterday')
    const kept: SeenHead[] = []
    const append = async (count: number) => {
      const ledger = await openFolderLedger(folder, {
        now: Date.now,
        onHeads: (heads) => Promise.resolve(void kept.push(...heads)),
      })
      await Promise.all(Array.from({ length: count }, () => ledger.append(issuance())))
      await ledger.close()
    }
    await append(10)
    cpSync(folder, backup, { recursive: true })
    await append(10)
    const behind = openFolderLedger(backup, { now: Date.now, seen: kept })
    await assert.rejects(behind, {
      code: 'LEDGER_BEHIND',
      facts: { ...origin(kept), seen: 21, size: 11 },
    })
    const reader = await readerOf(backup)
    const policy = logPolicy(reader.description.key)
    const { findings } = await auditLedger(reader, { policy, seen: kept, nowMs: Date.now() })
    assert.ok(findings.length > 0 && findings.every(({ code }) => code === 'seen'))
    await assertHolds(folder, [], kept)
  })
})

const origin = (heads: readonly SeenHead[]) => ({ origin: heads[0]?.origin ?? '' })
