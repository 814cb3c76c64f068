/**
 * Ingest of unified audit NDJSON against the engine's own reading of the same file with typed columns
 * into a table of the same order. Each run is a process of its own, alternately, so that both meet the same
 * machine; the ratio is what counts.
 * Usage: node bench/src/ingest.bench.ts [megabytes] [rounds]. BENCH_TINY=1 only checks that it runs.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ingest, openCase } from '@mintmark/case'
import { openChdb } from '@mintmark/case/chdb'
import { isObject } from '@mintmark/core'
import { writeAuditFile } from './parts/make_ual.ts'

const isTiny = process.env['BENCH_TINY'] === '1'
/** The fields that the adapter reads, with the types that the case gives them. */
const STRUCTURE = `
  AppAccessContext Tuple(AADSessionId String, ClientAppId LowCardinality(String),
    IssuedAtTime DateTime64(3, 'UTC'), UniqueTokenId String),
  CreationTime DateTime64(3, 'UTC'), Id UUID, Operation LowCardinality(String),
  OrganizationId LowCardinality(String), RecordType UInt16, ResultStatus LowCardinality(String),
  UserKey String, UserType UInt8, Workload LowCardinality(String), UserId String,
  AppId LowCardinality(String), ClientAppId LowCardinality(String), ClientIPAddress String,
  ClientInfoString LowCardinality(String), ExternalAccess Bool, LogonType Int8, MailboxGuid String,
  MailboxOwnerUPN String, OperationProperties Array(Tuple(Name String, Value String)), SessionId String,
  Folders Array(Tuple(FolderItems Array(Tuple(InternetMessageId String, SizeInBytes UInt64)), Id String,
    Path String)), OperationCount UInt32`
const ORDER =
  'toUInt8(cityHash64(AppAccessContext.UniqueTokenId)), AppAccessContext.UniqueTokenId, Id'

interface Measure {
  readonly rows: number
  readonly ms: number
  readonly peakBytes: number
}

async function engineReads(folder: string, file: string): Promise<Measure> {
  const session = openChdb(folder)
  await session.command(`CREATE TABLE t (${STRUCTURE}) ENGINE = MergeTree ORDER BY (${ORDER})`)
  const startMs = performance.now()
  await session.command(
    `INSERT INTO t SELECT * FROM file({file:String}, 'JSONEachRow', {structure:String})
    SETTINGS input_format_skip_unknown_fields = 1`,
    { file, structure: STRUCTURE },
  )
  const ms = performance.now() - startMs
  const [row] = await session.rows('SELECT count() AS rows FROM t')
  await session.close()
  return measured(Number(row?.['rows']), ms)
}

async function mintmarkReads(folder: string, file: string): Promise<Measure> {
  const opened = await openCase(folder)
  const startMs = performance.now()
  const { rows } = await ingest(opened, [file])
  const ms = performance.now() - startMs
  await opened.close()
  return measured(rows, ms)
}

function measured(rows: number, ms: number): Measure {
  return { rows, ms, peakBytes: process.resourceUsage().maxRSS * 1024 }
}

/** Runs one side in a process of its own. */
function inChild(side: string, folder: string, file: string): Measure {
  const args = ['--enable-source-maps', fileURLToPath(import.meta.url), side, folder, file]
  const value: unknown = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  rmSync(folder, { recursive: true, force: true })
  if (!isObject(value)) throw new TypeError('a child answers with its measure')
  return {
    rows: Number(value['rows']),
    ms: Number(value['ms']),
    peakBytes: Number(value['peakBytes']),
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function compare(megabytes: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-bench-'))
  try {
    const file = join(folder, 'audit.ndjson')
    const rows = await writeAuditFile(file, megabytes)
    const bytes = statSync(file).size
    const ours: Measure[] = []
    const engines: Measure[] = []
    for (let round = 0; round < rounds; round++) {
      engines.push(inChild('engine', join(folder, 'engine'), file))
      ours.push(inChild('mintmark', join(folder, 'case'), file))
    }
    for (const measure of [...ours, ...engines])
      if (measure.rows !== rows) throw new Error(`${measure.rows} rows of ${rows}`)
    const speed = (measures: readonly Measure[]) =>
      bytes / 1e3 / median(measures.map(({ ms }) => ms))
    const peak = (measures: readonly Measure[]) =>
      Math.max(...measures.map(({ peakBytes }) => peakBytes)) / 1e6
    const shown = (name: string, measures: readonly Measure[]) =>
      console.log(
        `${name}  ${speed(measures).toFixed(0)} MB/s, peak memory ${peak(measures).toFixed(0)} MB`,
      )
    console.log(
      `unified audit NDJSON, ${(bytes / 1e6).toFixed(0)} MB, ${rows} rows, median of ${rounds}`,
    )
    shown('engine alone, typed columns', engines)
    shown('mintmark ingest            ', ours)
    console.log(`ratio ${(speed(ours) / speed(engines)).toFixed(2)}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [side = '', folder = '', file = ''] = process.argv.slice(2)
if (side === 'engine') console.log(JSON.stringify(await engineReads(folder, file)))
else if (side === 'mintmark') console.log(JSON.stringify(await mintmarkReads(folder, file)))
else if (isTiny) await compare(3, 1)
else await compare(Number(side || 500), Number(folder || 5))
