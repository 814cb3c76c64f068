/**
 * Reconcile against one `LEFT ANTI JOIN` on the token id in the same engine and the same tables.
 * The join answers much less: whether an id was ever issued, and not to whom, nor what its absence proves.
 * Each run is a process of its own, alternately, so that both meet the same machine; ratios are what counts.
 * Reconcile's time has everything in it: both match pipelines, sessions, verdicts, base rates.
 * The world: 25 tenants, twice as many tokens as accesses, so that half of the tokens are never used; one
 * access in a thousand is made with a forged token, and one in ten thousand with the id of somebody else's;
 * each of these tokens is used 25 times.
 * Usage: node bench/src/reconcile.bench.ts [accesses…] [--rounds N] [--worlds DIR]. Worlds are kept in DIR
 * and found there again; without it they are made anew and removed. BENCH_TINY=1 only checks that it runs and
 * that both find the same.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildCoverage, openCase, reconcile, type Session } from '@mintmark/case'
import { isObject } from '@mintmark/core'

const isTiny = process.env['BENCH_TINY'] === '1'
const FORGED_EVERY = 1000
const USES = 25
const REUSED_EVERY = 10_000
/** 46 days of seconds: the world's time. */
const SPAN_S = 4_000_000

const guid = (number: string, salt: number) =>
  `reinterpretAsUUID(concat(reinterpretAsFixedString(cityHash64(${number}, ${salt})), reinterpretAsFixedString(cityHash64(${number}, ${salt + 1}))))`
const at = (number: string) =>
  `toDateTime64('2023-05-01 00:00:00', 3, 'UTC') + intHash32(${number}) % ${SPAN_S}`
const principal = (number: string) =>
  `concat('person', toString(${number} % 50000), '@example.org')`

/** What a token's number says of its holder: the same in both tables. */
const HOLDER = (number: string) => `
  ${principal(number)} AS principal, toString(${guid(`${number} % 50000`, 5)}) AS principal_id,
  concat('tenant', toString(${number} % 25)) AS tenant, concat('app', toString(intHash32(${number}) % 40)) AS app`

async function makeWorld(session: Session, accesses: number): Promise<void> {
  const tokens = accesses * 2
  await session.command(
    `INSERT INTO issuance (evidence_id, line, record_id, token_id, at, source, category, outcome, session_id,
       principal, principal_id, tenant, app_id, grouped)
     SELECT 1, number, ${guid('number', 1)}, ${guid('number', 1)}, ${at('number')}, 'entra-signin',
       if(intHash32(number + 7) % 5 = 0, 'interactive', 'non-interactive'), 'issued', toString(${guid('intDiv(number, 20)', 7)}),
       principal, principal_id, tenant, app, 1
     FROM (SELECT number, ${HOLDER('number')} FROM numbers({tokens:UInt64}))`,
    { tokens },
  )
  await session.command(
    `INSERT INTO access (evidence_id, line, record_id, token_id, at, source, operation, service, record_type,
       outcome, token_state, session_id, issued_at, principal, principal_id, actor_kind, mailbox, tenant,
       client_app_id, ip, client, throttled)
     SELECT 1, number, ${guid('number', 11)},
       if(number % ${FORGED_EVERY} = 0, ${guid(`intDiv(number, ${FORGED_EVERY * USES})`, 13)}, ${guid('holder', 1)}),
       ${at('holder')} + 600, 'ual', 'MailItemsAccessed', 'Exchange', 50, 'succeeded', 'present',
       toString(if(number % ${FORGED_EVERY} = 0, ${guid(`intDiv(number, ${FORGED_EVERY * USES})`, 15)}, ${guid('intDiv(holder, 20)', 7)})), ${at('holder')},
       if(number % ${REUSED_EVERY} = 1, 'thief@example.org', principal),
       if(number % ${REUSED_EVERY} = 1, '', principal_id), 'user', principal, tenant, app,
       concat('198.51.100.', toString(number % 250)), 'Client=OWA', 0
     FROM (SELECT number,
       if(number % ${REUSED_EVERY} = 1, intDiv(number, ${REUSED_EVERY * USES}) * ${REUSED_EVERY * USES} + 3, number) * 2 AS holder,
       ${HOLDER('holder')} FROM numbers({accesses:UInt64}))`,
    { accesses },
  )
  // Rows of a file that is not listed are taken for those of an interrupted ingest.
  await session.command(
    `INSERT INTO evidence (evidence_id, path, sha256, issuances, accesses)
     SELECT 1, 'made.ndjson', 'made', {tokens:UInt64}, {accesses:UInt64}`,
    { tokens, accesses },
  )
  await session.everywhere(`OPTIMIZE TABLE ${session.localTable('issuance')} FINAL`)
  await session.everywhere(`OPTIMIZE TABLE ${session.localTable('access')} FINAL`)
  await buildCoverage(session)
}

interface Measure {
  readonly found: number
  readonly ms: number
  /** User and system time: what busy neighbours change least. */
  readonly cpuMs: number
  /** Above what the process has once the case is open. */
  readonly bytes: number
  readonly peakBytes: number
}

async function measured(session: Session, work: () => Promise<number>): Promise<Measure> {
  const before = process.resourceUsage().maxRSS * 1024
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  const found = await work()
  const ms = performance.now() - startMs
  const { user, system } = process.cpuUsage(cpu)
  const peakBytes = process.resourceUsage().maxRSS * 1024
  await session.rows('SELECT 1')
  return { found, ms, cpuMs: (user + system) / 1000, bytes: peakBytes - before, peakBytes }
}

async function joined(session: Session): Promise<number> {
  const [row] = await session.rows(
    'SELECT count() AS n FROM access AS a LEFT ANTI JOIN issuance AS i ON a.token_id = i.token_id',
  )
  return Number(row?.['n'])
}

async function reconciled(session: Session): Promise<number> {
  const { verdicts, reasons } = await reconcile(session, { force: true })
  const known = verdicts.issued + verdicts.mismatched
  if (reasons['principal-differs'] === 0)
    throw new Error('no access by another principal was found')
  const [row] = await session.rows('SELECT count() AS n FROM access')
  return Number(row?.['n']) - known
}

async function child(side: string, folder: string, accesses: number): Promise<void> {
  const opened = await openCase(folder)
  const { session } = opened
  await session.rows('SELECT count() FROM access')
  if (side === 'make') await makeWorld(session, accesses)
  else {
    const measure = await measured(session, () =>
      side === 'join' ? joined(session) : reconciled(session),
    )
    console.log(JSON.stringify(measure))
  }
  await opened.close()
}

/** Runs one side in a process of its own. */
function inChild(side: string, folder: string, accesses: number): string {
  const args = ['--enable-source-maps', fileURLToPath(import.meta.url), side, folder, `${accesses}`]
  return execFileSync(process.execPath, args, { encoding: 'utf8' })
}

function measureIn(side: string, folder: string, accesses: number): Measure {
  const value: unknown = JSON.parse(inChild(side, folder, accesses))
  if (!isObject(value)) throw new TypeError('a child answers with its measure')
  const number = (name: string) => Number(value[name])
  return {
    found: number('found'),
    ms: number('ms'),
    cpuMs: number('cpuMs'),
    bytes: number('bytes'),
    peakBytes: number('peakBytes'),
  }
}

const medianOf = (measures: readonly Measure[], pick: (one: Measure) => number): number =>
  measures.map(pick).toSorted((a, b) => a - b)[Math.floor(measures.length / 2)] ?? 0
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`

/** The case with a world of that many accesses: made, unless it is there. */
function worldIn(root: string, accesses: number): string {
  const folder = join(root, `accesses-${accesses}`)
  if (existsSync(folder)) return folder
  const unfinished = mkdtempSync(join(root, 'making-'))
  inChild('make', unfinished, accesses)
  renameSync(unfinished, folder)
  return folder
}

/** Runs both alternately, prints a row of the table. @returns reconcile's time */
function compare(folder: string, accesses: number, rounds: number): number {
  const joins: Measure[] = []
  const ours: Measure[] = []
  for (let round = 0; round < rounds; round++) {
    joins.push(measureIn('join', folder, accesses))
    ours.push(measureIn('reconcile', folder, accesses))
  }
  const [join_, our] = [joins[0], ours[0]]
  if (join_?.found !== our?.found)
    throw new Error(`the join finds ${join_?.found}, reconcile ${our?.found}`)
  const ratio = (pick: (one: Measure) => number) => medianOf(joins, pick) / medianOf(ours, pick)
  const told = (measures: readonly Measure[]) =>
    `${seconds(medianOf(measures, (one) => one.ms))} (CPU ${seconds(medianOf(measures, (one) => one.cpuMs))}), ` +
    megabytes(medianOf(measures, (one) => one.peakBytes))
  console.log(
    `${accesses / 1e6} M x ${(accesses * 2) / 1e6} M: join ${told(joins)}; reconcile ${told(ours)}; ` +
      `${ratio((one) => one.ms).toFixed(2)} times as fast (CPU ${ratio((one) => one.cpuMs).toFixed(2)}), ` +
      `${(1 / ratio((one) => one.peakBytes)).toFixed(2)} of its peak memory, ` +
      `${(1 / ratio((one) => one.bytes)).toFixed(2)} of what it adds to an open case`,
  )
  return medianOf(ours, (one) => one.ms)
}

function optionOf(args: readonly string[], option: string): string | undefined {
  const place = args.indexOf(option)
  return place < 0 ? undefined : args[place + 1]
}

function main(args: readonly string[]): void {
  const rounds = isTiny ? 1 : Number(optionOf(args, '--rounds') ?? 3)
  const sizes = args.filter((arg) => /^\d{3,}$/u.test(arg)).map(Number)
  const worlds = isTiny ? [20_000] : sizes.length > 0 ? sizes : [5_000_000, 20_000_000]
  const kept = optionOf(args, '--worlds')
  const root = kept ?? mkdtempSync(join(tmpdir(), 'mintmark-bench-'))
  const times: number[] = []
  try {
    for (const accesses of worlds) {
      const folder = worldIn(root, accesses)
      times.push(compare(folder, accesses, rounds))
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    }
  } finally {
    if (kept === undefined) rmSync(root, { recursive: true, force: true })
  }
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0]
  if (times.length > 1)
    console.log(
      `${(worlds.at(-1) ?? 0) / (worlds[0] ?? 1)} times the accesses take ${(last / first).toFixed(2)} times as long`,
    )
}

const [side = '', folder = '', accesses = '0'] = process.argv.slice(2)
if (['make', 'join', 'reconcile'].includes(side)) await child(side, folder, Number(accesses))
else main(process.argv.slice(2))
