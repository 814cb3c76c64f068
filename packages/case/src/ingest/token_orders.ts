/**
 * The order of day and month in a file's dates, proven by tokens: a token is used within a day or so of its issuance. A
 * file is read beside the case, once for each order, and its tokens are compared with the case's rows.
 *
 * @module
 */
import {
  type Access,
  type DateOrder,
  EvidenceReader,
  type EvidenceSource,
  type Issuance,
  type RecordSink,
} from '@mintmark/logs'
import { Scratch } from '../engine/scratch.ts'
import type { Session } from '../engine/session.ts'
import { insertRows } from '../engine/tab_separated.ts'
import { NO_ID } from '../store/access_sql.ts'
import { columnsSql } from '../store/columns.ts'
import { HOUR_MS, MINUTE_MS } from '../verdicts/losses/loss.ts'

export interface OpenFile {
  readonly evidenceId: number
  readonly source: EvidenceSource
}

/** From its issuance to its first use: no token lives longer, and clocks differ. */
const MOST_MS = 28 * HOUR_MS
const CLOCKS_MS = 5 * MINUTE_MS
/** So many tokens have to fit in one order alone, and at most so large a share of them in the other alone. */
const LEAST_TOKENS = 8
const MOST_AGAINST = 0.05
/** Records of one file that are looked at: memory is bounded, and far fewer prove an order. */
const MOST_RECORDS = 200_000

const COLUMNS = ['evidence_id', 'side', 'token_id', 'month_first', 'day_first']

/**
 * The orders that tokens prove, by evidence, for files whose dates prove none.
 * @throws {MintmarkError} `INPUT_UNREADABLE`
 */
export async function ordersByTokens(
  session: Session,
  files: readonly OpenFile[],
): Promise<ReadonlyMap<number, DateOrder>> {
  if (files.length === 0) return new Map()
  return await Scratch.lend(session, async (scratch) => {
    const dated = await scratch.table(
      'dated',
      columnsSql('evidence_id UInt32; side Low; token_id UUID; month_first Int64; day_first Int64'),
    )
    for (const { evidenceId, source } of files) {
      await insertRows(session, dated, COLUMNS, await rowsOf(evidenceId, source))
    }
    const rows = await session.rows(fits(dated))
    return new Map(
      rows.flatMap((row) => {
        const order = orderOf(Number(row['month_first']), Number(row['day_first']))
        return order === 'unproven' ? [] : [[Number(row['evidence_id']), order] as const]
      }),
    )
  })
}

function orderOf(monthFirst: number, dayFirst: number): DateOrder {
  if (monthFirst >= LEAST_TOKENS && dayFirst <= monthFirst * MOST_AGAINST) return 'month-first'
  if (dayFirst >= LEAST_TOKENS && monthFirst <= dayFirst * MOST_AGAINST) return 'day-first'
  return 'unproven'
}

const SIDES = ['issuance', 'access'] as const

/** Of each file, how many tokens fit in the one order alone, and in the other alone. */
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

/** Whether a token's first use follows its issuance, by times in one order. */
const fit = (order: string) =>
  `minIf(${order}, side = 'access') - minIf(${order}, side = 'issuance') BETWEEN ${-CLOCKS_MS} AND ${MOST_MS}`

/** The tokens of a file and their times in either order, as rows of the table. */
async function rowsOf(evidenceId: number, source: EvidenceSource): Promise<(string | number)[][]> {
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

/** Keeps what tokens are named in a file, and when. */
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
