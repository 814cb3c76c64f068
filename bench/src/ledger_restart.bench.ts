/**
 * Starts a ledger in a folder whose newest shard is long: how long until it takes entries, and how many tokens it knows.
 * The ledger is made by its own writer, with a clock that says when each entry comes: so many a second, from midnight on.
 * Tokens live for 50 minutes. Then a process that has done nothing else opens it, with the clock of the last entry: as
 * it was closed; as it was killed, with its journal behind it; and without what is kept for a quick start.
 * With `--postgres` its record is in a PostgreSQL server that this starts, and a machine without copies opens it as well.
 * Usage: node bench/src/ledger_restart.bench.ts [folder] [--entries N] [--rate N] [--keep] [--postgres]. With `--keep` the ledger
 * stays where it is. BENCH_TINY=1 only checks that all three know the same tokens.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createFolderLedger, createPostgresLedger, type Issuance, openHome } from '@mintmark/ledger'
import { startPostgres } from '@mintmark/testkit'
import { DESCRIPTION, makeEntry } from './parts/ledger_load.ts'
import type { Start } from './parts/ledger_start.ts'

const isTiny = process.env['BENCH_TINY'] === '1'
const START = Date.parse('2026-11-25T00:00:00Z')
const LIFETIME_MS = 3_000_000
const AT_ONCE = 4096
const STARTER = fileURLToPath(new URL('parts/ledger_start.ts', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    entries: { type: 'string', default: isTiny ? '20000' : '1000000' },
    rate: { type: 'string', default: '1000' },
    keep: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
  },
})
const entries = Number(values.entries)
const rate = Number(values.rate)

/** What of entries differs is made anew; the rest is that of one. */
const pattern = makeEntry()

function entryAt(nowMs: number): Issuance {
  return {
    ...pattern,
    tokenId: randomUUID(),
    inputHash: randomBytes(32),
    issuedAtMs: nowMs,
    expiresMs: nowMs + LIFETIME_MS,
  }
}

/** @returns the clock of the last entry */
async function make(folder: string): Promise<number> {
  if (server === undefined) await createFolderLedger(folder, DESCRIPTION)
  else await createPostgresLedger(folder, server.schema('restart'), DESCRIPTION)
  const home = await openHome(folder)
  let nowMs = START
  // Its clock is that of the entries: no time passes between two of them for anybody else.
  const ledger = await home.open({ now: () => nowMs, elapsed: () => nowMs })
  const from = performance.now()
  for (let made = 0; made < entries; made += AT_ONCE) {
    nowMs = START + Math.floor((made / rate) * 1000)
    const batch = Array.from({ length: Math.min(AT_ONCE, entries - made) }, () => entryAt(nowMs))
    // oxlint-disable-next-line no-await-in-loop -- one batch after the other
    await Promise.all(batch.map((entry) => ledger.append(entry)))
  }
  const perSecond = Math.round((entries / (performance.now() - from)) * 1000)
  console.log(`${entries.toLocaleString('en')} entries made, ${perSecond.toLocaleString('en')}/s`)
  await ledger.close()
  await home.close()
  return nowMs
}

function start(name: string, folder: string, nowMs: number, isKilled: boolean): number {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [STARTER, folder, String(nowMs), isKilled ? 'killed' : 'closed'],
    { encoding: 'utf8' },
  )
  if (status !== 0 && !isKilled) throw new Error(stderr)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the start has written it
  const { tookMs, cpuMs, liveTokens, rssBytes } = JSON.parse(stdout) as Start
  const seconds = (tookMs / 1000).toFixed(2)
  const cpu = (cpuMs / 1000).toFixed(2)
  const memory = (rssBytes / 2 ** 20).toFixed(0)
  const live = liveTokens.toLocaleString('en')
  console.log(
    `${name.padEnd(24)} ${seconds.padStart(7)} s (processor ${cpu} s), ${live} live tokens, ${memory} MiB`,
  )
  return liveTokens
}

const server = values.postgres ? await startPostgres() : undefined
const scratch = mkdtempSync(path.join(positionals[0] ?? tmpdir(), 'mintmark-bench-restart-'))
try {
  const folder = path.join(scratch, 'ledger')
  const nowMs = await make(folder)
  const known = [start('closed', folder, nowMs, true), start('killed', folder, nowMs, false)]
  rmSync(path.join(folder, 'private/live'), { recursive: true, force: true })
  if (server !== undefined) {
    known.push(start('on another machine', folder, nowMs, false))
    server.sql('TRUNCATE restart.mintmark_live')
    rmSync(path.join(folder, 'private/live'), { recursive: true, force: true })
  }
  known.push(start('nothing kept', folder, nowMs, false))
  if (new Set(known.map((count, i) => count - (i > 0 ? AT_ONCE : 0))).size !== 1)
    throw new Error(`live tokens: ${known.join(', ')}`)
} finally {
  await server?.stop()
  if (values.keep) console.log(scratch)
  else rmSync(scratch, { recursive: true, force: true })
}
