/**
 * Appends to a ledger in a folder, durably: how many a second, and how long each waits.
 *
 * Entries are made beforehand: making one is the work of a signing gate. First they come at a steady rate, whatever the
 * ledger does; then as fast as 512 callers get their acknowledgements. *Published* is from the call until a checkpoint that covers the entry has been renamed into its place. Beside it, in
 * the same run: one append and fsync of the same bytes for each entry, which is what a log without group commit does.
 *
 * Usage: node bench/dist/src/ledger.bench.js [folder] [--seconds N]. The folder decides which disk is measured.
 * BENCH_TINY=1 only checks that everything that was acknowledged is there.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import {
  auditLedger,
  createFolderLedger,
  diskFiles,
  encodeEntry,
  type Issuance,
  issuanceOf,
  LedgerReader,
  logPolicy,
  newSalt,
  openFolderLedger,
  SALT_CLAIM,
} from '@mintmark/ledger'

const isTiny = process.env['BENCH_TINY'] === '1'
const ISSUER = 'https://id.example.org/realms/agency'
const { folder, seconds } = argumentsOf(process.argv.slice(2))

function argumentsOf(args: readonly string[]): { folder: string; seconds: number } {
  const at = args.indexOf('--seconds')
  const given = args.find((arg, i) => !arg.startsWith('--') && (at === -1 || i !== at + 1))
  const wanted = at === -1 ? 10 : Number(args[at + 1])
  return { folder: given ?? tmpdir(), seconds: isTiny ? 0.3 : wanted }
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const HEADER = part({ alg: 'ES256', kid: 'key-1', typ: 'at+jwt' })

/** A signing input of about 600 bytes. */
function makeEntry(): Issuance {
  const iat = Math.floor(Date.now() / 1000)
  const payload = {
    iss: ISSUER,
    jti: randomUUID(),
    iat,
    exp: iat + 3000,
    sub: randomUUID(),
    client_id: 'wiki',
    aud: 'https://wiki.example.org/api',
    scope: 'openid profile mail.read mail.send calendar.read',
    tenant: randomUUID(),
    [SALT_CLAIM]: newSalt(),
  }
  return issuanceOf(`${HEADER}.${part(payload)}`)
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN

function row(name: string, count: number, tookMs: number, waits: readonly number[]): void {
  const ms = waits.toSorted((a, b) => a - b)
  const rate = Math.round((count / tookMs) * 1000).toLocaleString('en')
  const times = [0.5, 0.99, 1].map((q) => quantile(ms, q).toFixed(1).padStart(7)).join(' ')
  console.log(`${name.padEnd(34)} ${rate.padStart(8)}/s   p50, p99, max ms ${times}`)
}

/** How entries come: so many a second, or from so many callers that wait for each. */
type Load = { readonly perSecond: number } | { readonly callers: number }

const TICK_MS = 5

/** Hands out entries for some seconds, and resolves when all are acknowledged. */
async function drive(load: Load, next: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1000
  if ('callers' in load) {
    const caller = async () => {
      // oxlint-disable-next-line no-await-in-loop -- a caller waits for its answer
      while (performance.now() < end && (await next()));
    }
    await Promise.all(Array.from({ length: load.callers }, caller))
    return
  }
  const start = performance.now()
  const asked: Promise<boolean>[] = []
  while (performance.now() < end) {
    // What a late timer missed is made up for: the rate holds.
    const due = ((performance.now() - start) / 1000) * load.perSecond
    while (asked.length < due) asked.push(next())
    // oxlint-disable-next-line no-await-in-loop -- time passes
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  await Promise.all(asked)
}

async function measure(place: string, load: Load, pool: Issuance[]): Promise<void> {
  await createFolderLedger(place, {
    name: 'ledger.example.org',
    period: 'day',
    issuers: new Map([['agency', ISSUER]]),
    maxLifetimeMs: 3_600_000,
    skewMs: 60_000,
    retentionDays: undefined,
  })
  const published: number[] = []
  /** When each entry was asked for, by its index. */
  const asked: number[] = []
  let covered = 1
  let heads: { size: number }[] = []
  const files: typeof diskFiles = {
    ...diskFiles,
    rename: async (from, to) => {
      await diskFiles.rename(from, to)
      if (!to.endsWith('/checkpoint')) return
      const at = performance.now()
      for (const { size } of heads)
        for (; covered < size; covered++) published.push(at - (asked[covered] ?? at))
    },
  }
  const ledger = await openFolderLedger(place, {
    now: Date.now,
    files,
    onHeads: (next) => {
      heads = [...next]
      return Promise.resolve()
    },
  })
  const name = 'callers' in load ? `${load.callers} callers` : `${load.perSecond}/s come`
  const waits: number[] = []
  const before = process.cpuUsage()
  const start = performance.now()
  await drive(load, async () => {
    const entry = pool.pop()
    if (entry === undefined) return false
    const at = performance.now()
    const { index } = await ledger.append(entry)
    asked[index] = at
    waits.push(performance.now() - at)
    return true
  })
  const tookMs = performance.now() - start
  await ledger.close()
  const { user, system } = process.cpuUsage(before)
  const cpu = ((user + system) / waits.length).toFixed(0)
  console.log(`${`${name}, processor time`.padEnd(34)} ${cpu.padStart(8)} µs an entry`)
  row(`${name}, acknowledged`, waits.length, tookMs, waits)
  row(`${name}, published`, published.length, tookMs, published)
  await verify(place, waits.length)
}

/** A number that counts only what is really there. */
async function verify(place: string, count: number): Promise<void> {
  const reader = await LedgerReader.open((name) => diskFiles.read(`${place}/public/${name}`))
  const policy = logPolicy(reader.description.key)
  const start = performance.now()
  const report = await auditLedger(reader, { policy, seen: [], nowMs: Date.now() })
  if (report.findings.length > 0 || report.issuances !== count)
    throw new Error(`${report.issuances} of ${count} entries, ${report.findings.length} findings`)
  const rate = Math.round((count / (performance.now() - start)) * 1000).toLocaleString('en')
  console.log(`${'its audit'.padEnd(34)} ${rate.padStart(8)}/s`)
}

/** The same bytes, each with an fsync of its own. */
async function baseline(place: string): Promise<void> {
  const file = await open(path.join(place, 'one-by-one'), 'a')
  const bytes = encodeEntry(makeEntry())
  const waits: number[] = []
  const start = performance.now()
  const end = start + Math.min(seconds, 3) * 1000
  while (performance.now() < end) {
    const at = performance.now()
    // oxlint-disable-next-line no-await-in-loop -- one by one is the point
    await file.write(bytes)
    // oxlint-disable-next-line no-await-in-loop -- one by one is the point
    await file.datasync()
    waits.push(performance.now() - at)
  }
  const tookMs = performance.now() - start
  await file.close()
  row('one append and fsync an entry', waits.length, tookMs, waits)
}

const scratch = mkdtempSync(path.join(folder, 'mintmark-bench-ledger-'))
try {
  if (!statSync(scratch).isDirectory()) throw new Error('no folder')
  console.log(
    `node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? ''}, ${seconds} s each`,
  )
  await baseline(scratch)
  const loads: readonly Load[] = isTiny
    ? [{ callers: 16 }, { perSecond: 1000 }]
    : [{ perSecond: 5000 }, { callers: 512 }]
  for (const [i, load] of loads.entries()) {
    const pool = Array.from({ length: isTiny ? 2000 : 40_000 * seconds }, makeEntry)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await measure(path.join(scratch, String(i)), load, pool)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
