/** Order of day and month, proven across files: it depends on their set, not on their order. */
import { dirname, resolve } from 'node:path'
import {
  type Access,
  type DateOrder,
  EvidenceReader,
  type EvidenceSource,
  evidenceAt,
  type Issuance,
  type RecordSink,
} from '@mintmark/logs'
import { cell, insertRows, rowReader } from '../engine/rows.ts'
import { Scratch } from '../engine/scratch.ts'
import type { Session } from '../engine/session.ts'
import { columnsSql, NO_ID } from '../store/sql.ts'
import { HOUR_MS, MINUTE_MS } from '../verdicts/losses/loss.ts'

const MOST_MS = 28 * HOUR_MS
const CLOCKS_MS = 5 * MINUTE_MS
/** So many tokens have to fit in one order alone, and at most so large a share of them in the other alone. */
const LEAST_TOKENS = 8
const MOST_AGAINST = 0.05
/** Records of one file that are looked at: memory is bounded, and far fewer prove an order. */
const MOST_RECORDS = 200_000
const COLUMNS = ['evidence_id', 'side', 'token_id', 'month_first', 'day_first']

/**
 * A token is used within a day or so of its issuance.
 * @throws {MintmarkError} `INPUT_UNREADABLE`
 */
async function ordersByTokens(
  session: Session,
  files: readonly DatedFile[],
  given: ReadonlyMap<string, EvidenceSource>,
): Promise<ReadonlyMap<number, DateOrder>> {
  const found = new Map<number, DateOrder>()
  if (files.length === 0) return found
  return await Scratch.lend(session, async (scratch) => {
    const dated = await scratch.table(
      'dated',
      columnsSql('evidence_id UInt32; side Low; token_id UUID; month_first Int64; day_first Int64'),
    )
    for (const file of files) {
      const { evidenceId, shared } = file
      const source = await sourceOf(file, given)
      if (source !== undefined)
        await insertRows(session, dated, COLUMNS, await datedRows(evidenceId, source))
      else if (shared === 'month-first' || shared === 'day-first') found.set(evidenceId, shared)
    }
    for (const row of await session.rows(fits(dated))) {
      const order = orderBy(Number(row['month_first']), Number(row['day_first']))
      if (order !== 'unproven') found.set(Number(row['evidence_id']), order)
    }
    return found
  })
}

function orderBy(monthFirst: number, dayFirst: number): DateOrder {
  if (monthFirst >= LEAST_TOKENS && dayFirst <= monthFirst * MOST_AGAINST) return 'month-first'
  if (dayFirst >= LEAST_TOKENS && monthFirst <= dayFirst * MOST_AGAINST) return 'day-first'
  return 'unproven'
}

const SIDES = ['issuance', 'access'] as const

function fits(dated: string): string {
  const elsewhere = SIDES.map(
    (side) => `
    SELECT '${side}', token_id, toUnixTimestamp64Milli(at) AS month_first, month_first AS day_first FROM ${side}
    WHERE token_id GLOBAL IN (SELECT token_id FROM ${dated}) AND toUnixTimestamp64Milli(at) > 0
      AND evidence_id GLOBAL NOT IN (SELECT evidence_id FROM ${dated})`,
  )
  return `
    SELECT evidence_id, countIf(by_month AND NOT by_day) AS month_first, countIf(by_day AND NOT by_month) AS day_first
    FROM (SELECT DISTINCT evidence_id, token_id FROM ${dated}) AS own
    INNER JOIN (
      SELECT token_id, ${fit('month_first')} AS by_month, ${fit('day_first')} AS by_day
      FROM (SELECT side, token_id, month_first, day_first FROM ${dated} UNION ALL ${elsewhere.join(' UNION ALL ')})
      GROUP BY token_id HAVING uniqExact(side) = 2
    ) AS both ON own.token_id = both.token_id
    GROUP BY evidence_id ORDER BY evidence_id`
}

const fit = (order: string) =>
  `minIf(${order}, side = 'access') - minIf(${order}, side = 'issuance') BETWEEN ${-CLOCKS_MS} AND ${MOST_MS}`

async function datedRows(evidenceId: number, source: EvidenceSource) {
  const readers = (['month-first', 'day-first'] as const).map((order) => {
    const sink = new TokenTimes()
    const dates = { order, hasAmbiguous: true, isContradicted: false }
    return { sink, reader: new EvidenceReader(sink, { dates }) }
  })
  for await (const chunk of source.open()) {
    for (const { reader } of readers) reader.push(chunk)
    if (readers.every(({ sink }) => sink.found.length >= MOST_RECORDS)) break
  }
  for (const { reader } of readers) reader.end()
  const [monthFirst, dayFirst] = readers.map(({ sink }) => sink.found)
  return (monthFirst ?? []).flatMap(({ side, tokenId, line, atMs }, at) => {
    const other = dayFirst?.[at]
    if (other === undefined || other.line !== line) return []
    return [[evidenceId, side, tokenId, atMs, other.atMs]]
  })
}

interface TokenTime {
  readonly side: (typeof SIDES)[number]
  readonly tokenId: string
  readonly line: number
  readonly atMs: number
}

class TokenTimes implements RecordSink {
  readonly found: TokenTime[] = []

  issuance({ tokenId, outcome, atMs }: Issuance, line: number): void {
    if (outcome === 'issued') this.#take({ side: 'issuance', tokenId, line, atMs })
  }

  access({ tokenId, atMs }: Access, line: number): void {
    this.#take({ side: 'access', tokenId, line, atMs })
  }

  directory(): void {}
  inventory(): void {}
  reject(): void {}
  statement(): void {}

  #take(time: TokenTime): void {
    if (time.tokenId !== '' && time.tokenId !== NO_ID && this.found.length < MOST_RECORDS)
      this.found.push(time)
  }
}

interface Reread {
  readonly evidenceId: number
  readonly source: EvidenceSource
  readonly order: DateOrder
}

type DatedFile = ReturnType<typeof readFile>

export async function wronglyOrdered(
  session: Session,
  given: ReadonlyMap<string, EvidenceSource>,
): Promise<Reread[]> {
  const rows = await session.rows(
    `SELECT evidence_id, path, sha256, d.shape AS shape, header, own, shared, has_ambiguous
     FROM date_order AS d INNER JOIN evidence AS e ON e.evidence_id = d.evidence_id ORDER BY evidence_id`,
  )
  const files = rows.map(readFile)
  const provenFor = proofsOf(files)
  const open = files.filter((file) => isOpen(file) && provenFor(file) === 'unproven')
  const byTokens = await ordersByTokens(session, open, given)
  const orderFor = proofsOf(
    files.map((file) => ({ ...file, own: byTokens.get(file.evidenceId) ?? file.own })),
  )
  const rereads: Reread[] = []
  for (const file of files.filter(isOpen)) {
    const { evidenceId, shared } = file
    const order = byTokens.get(evidenceId) ?? orderFor(file)
    const source = order === shared ? undefined : await sourceOf(file, given)
    if (source !== undefined) rereads.push({ evidenceId, source, order })
  }
  return rereads
}

const isOpen = ({ own, hasAmbiguous }: DatedFile) => own === 'unproven' && hasAmbiguous

const readFile = rowReader(
  cell.number('evidenceId'),
  cell.text('path sha256 shape header own shared'),
  cell.flag('hasAmbiguous'),
)

function proofsOf(files: readonly DatedFile[]): (file: DatedFile) => DateOrder {
  const proofs = files
    .filter(({ own }) => own !== 'unproven')
    .flatMap((file) => exportersOf(file).map((exporter) => ({ exporter, own: file.own })))
  const byExporter = Map.groupBy(proofs, ({ exporter }) => exporter)
  return (file) => {
    const related = exportersOf(file).flatMap((exporter) => byExporter.get(exporter) ?? [])
    const [only, ...others] = new Set(related.map(({ own }) => own))
    const isProven = others.length === 0 && (only === 'day-first' || only === 'month-first')
    return isProven ? only : 'unproven'
  }
}

function exportersOf({ shape, header, path }: DatedFile): string[] {
  const inFolder = `${shape}\0in ${dirname(resolve(path))}`
  return header === '' ? [inFolder] : [inFolder, `${shape}\0with ${header}`]
}

async function sourceOf({ path, sha256 }: DatedFile, given: ReadonlyMap<string, EvidenceSource>) {
  try {
    const source = given.get(path) ?? (await evidenceAt(path))
    if (source === undefined || source.refused !== undefined) return undefined
    return (await source.sha256()) === sha256 ? source : undefined
  } catch {
    return undefined
  }
}
