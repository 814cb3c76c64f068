/**
 * Appends to a ledger in PostgreSQL beside one in a folder, on the same disk and alternately: how many a second, durably, and
 * what share of the folder's rate that is.
 * 512 callers wait for each acknowledgement. The server is Debian's, with its usual settings but for 32 MB of shared
 * buffers, on loopback; it, the ledger and the callers share the machine.
 * Usage: node bench/src/ledger_postgres.bench.ts [--seconds N]. BENCH_TINY=1 only checks that everything that was
 * acknowledged is there.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import {
  auditLedger,
  createFolderLedger,
  createPostgresLedger,
  type Issuance,
  LedgerReader,
  logPolicy,
  openHome,
} from '@mintmark/ledger'
import { type PostgresServer, postgresMissing, startPostgres } from '@mintmark/testkit'
import { DESCRIPTION, drive, makeEntry, quantile, row } from './parts/ledger_load.ts'

const isTiny = process.env['BENCH_TINY'] === '1'
const ROUNDS = isTiny ? 1 : 3
const CALLERS = isTiny ? 16 : 512
const seconds = isTiny ? 0.3 : secondsOf(process.argv.slice(2))

function secondsOf(args: readonly string[]): number {
  const at = args.indexOf('--seconds')
  return at === -1 ? 5 : Number(args[at + 1])
}

type Store = 'folder' | 'PostgreSQL'

async function make(store: Store, place: string, server: PostgresServer): Promise<void> {
  if (store === 'folder') await createFolderLedger(place, DESCRIPTION)
  else await createPostgresLedger(place, server.schema(path.basename(place)), DESCRIPTION)
}

/** @returns entries a second */
async function measure(store: Store, place: string, server: PostgresServer): Promise<number> {
  await make(store, place, server)
  const pool: Issuance[] = Array.from({ length: isTiny ? 2000 : 25_000 * seconds }, makeEntry)
  const home = await openHome(place)
  const ledger = await home.open({ now: Date.now })
  const waits: number[] = []
  const start = performance.now()
  await drive({ callers: CALLERS }, seconds, async () => {
    const entry = pool.pop()
    if (entry === undefined) return false
    const at = performance.now()
    await ledger.append(entry)
    waits.push(performance.now() - at)
    return true
  })
  const tookMs = performance.now() - start
  await ledger.close()
  row(`${store}, acknowledged`, waits.length, tookMs, waits)
  const reader = await LedgerReader.open(home.read)
  const policy = logPolicy(reader.description.key)
  const report = await auditLedger(reader, { policy, seen: [], nowMs: Date.now() })
  await home.close()
  if (report.findings.length > 0 || report.issuances !== waits.length)
    throw new Error(`${report.issuances} of ${waits.length}, ${report.findings.length} findings`)
  return (waits.length / tookMs) * 1000
}

const missing = postgresMissing()
if (missing !== false && process.env['CI'] === 'true') throw new Error(missing)
if (missing === false) await compare()
else console.log(`skipped: ${missing}`)

async function compare(): Promise<void> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'mintmark-bench-postgres-'))
  const server = await startPostgres()
  const rates: Record<Store, number[]> = { folder: [], PostgreSQL: [] }
  try {
    const load = loadavg()[0]?.toFixed(1)
    console.log(
      `node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model}, load ${load}`,
    )
    for (let round = 0; round < ROUNDS; round++)
      for (const store of ['folder', 'PostgreSQL'] as const) {
        const place = path.join(scratch, `${store.toLowerCase()}_${round}`)
        // oxlint-disable-next-line no-await-in-loop -- alternately
        rates[store].push(await measure(store, place, server))
      }
    const median = (store: Store) =>
      quantile(
        rates[store].toSorted((a, b) => a - b),
        0.5,
      )
    const [folder, postgres] = [median('folder'), median('PostgreSQL')].map(Math.round)
    const factor = ((folder ?? 0) / (postgres ?? 1)).toFixed(2)
    console.log(
      `medians: folder ${folder}/s, PostgreSQL ${postgres}/s: slower by a factor of ${factor}`,
    )
  } finally {
    await server.stop()
    rmSync(scratch, { recursive: true, force: true })
  }
}
