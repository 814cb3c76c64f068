/**
 * Appends to a ledger in a folder, durably: how many a second, and how long each waits.
 * Entries are made beforehand: making one is the work of a signing gate. First they come at a steady rate, whatever the
 * ledger does; then as fast as 512 callers get their acknowledgements. *Published* is from the call until a checkpoint that covers the entry has been renamed into its place. Beside it, in
 * the same run: one append and fsync of the same bytes for each entry, which is what a log without group commit does.
 * Usage: node bench/src/ledger.bench.ts [folder] [--seconds N]. The folder decides which disk is measured.
 * BENCH_TINY=1 only checks that everything that was acknowledged is there.
 */
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
  LedgerReader,
  logPolicy,
  openFolderLedger,
} from '@mintmark/ledger'
import { DESCRIPTION, drive, type Load, makeEntry, row } from './parts/ledger_load.ts'

const isTiny = process.env['BENCH_TINY'] === '1'
const { folder, seconds } = argumentsOf(process.argv.slice(2))

function argumentsOf(args: readonly string[]): { folder: string; seconds: number } {
  const at = args.indexOf('--seconds')
  const given = args.find((arg, i) => !arg.startsWith('--') && (at === -1 || i !== at + 1))
  const wanted = at === -1 ? 10 : Number(args[at + 1])
  return { folder: given ?? tmpdir(), seconds: isTiny ? 0.3 : wanted }
}

async function measure(place: string, load: Load, pool: Issuance[]): Promise<void> {
  await createFolderLedger(place, DESCRIPTION)
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
  await drive(load, seconds, async () => {
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
