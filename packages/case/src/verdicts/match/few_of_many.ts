/**
 * Few rows of a large table, by hashes of theirs.
 *
 * A table that lies in this process's files is gone over twice: the first time in the column of hashes alone, for the
 * places of the rows, the second time at these places. Else, or where there are many rows, one pass must do.
 *
 * @module
 */
import { countOf } from '../../engine/count_of.ts'

import type { Params, Session } from '../../engine/session.ts'
import { bucketsOf, isWhole, type Range } from './ranges.ts'

/** So many places are looked up one by one; with more, most of a table is read anyhow. */
const MOST_PLACES = 200_000
/** So many hashes have so few first bits that these alone leave little. */
const FEW_HASHES = 4000

/** Rows of a table. */
export interface FewRows {
  readonly table: string
  /** A column whose lowest `bits` are a hash. */
  readonly column: string
  readonly bits: 32 | 64
  /** SQL that selects those that are looked for as `hash`. */
  readonly hashes: string
  /** About how many hashes there are. Default few. */
  readonly count?: number
  /** Where they are. Default everywhere. */
  readonly range?: Range
}

/** Column of the table of places, which lies in memory. */
export const PLACE_COLUMNS = 'place UInt64'

/** What a statement needs to read the rows. */
export interface Reading {
  /** `PREWHERE …`. */
  readonly where: string
  /** Settings, without the word. */
  readonly settings: string
}

/**
 * How to read these rows best.
 *
 * @param places an own table of {@link PLACE_COLUMNS}, which is emptied first, and read by the statement
 * @param params of `hashes`
 */
export async function readingOf(
  session: Session,
  places: string,
  rows: FewRows,
  params: Params = {},
): Promise<Reading> {
  if (session.kind === 'embedded' && (await findPlaces(session, places, rows, params)))
    return readingAt(places, rows)
  const exact = exactly(rows)
  return {
    where: `PREWHERE ${bucketsAnd(rows.range)}${isFew(rows) ? `if(${mayBe(rows, 16)}, ${exact}, 0)` : exact}`,
    // A branch of an `if` is worked out only where it is taken.
    settings: `short_circuit_function_evaluation = 'force_enable', use_index_for_in_with_subqueries = 0`,
  }
}

/** How to read those of these rows that lie at the places. */
export function readingAt(places: string, rows: FewRows): Reading {
  return {
    // Each part of the table has its own places: what lies at another's is no such row.
    where: `PREWHERE ${bucketsAnd(rows.range)}${exactly(rows)} AND _part_offset IN (SELECT place FROM ${places})`,
    settings: 'use_index_for_in_with_subqueries = 1',
  }
}

const exactly = ({ column, hashes }: FewRows) => `${column} GLOBAL IN (${hashes})`

/** A condition that is always true takes time as well. */
const bucketsAnd = (range: Range | undefined) =>
  range === undefined || isWhole(range) ? '' : `${bucketsOf(range)} AND `

const isFew = ({ count = 0 }: FewRows) => count < FEW_HASHES

/** Whether the table of places has them all. */
async function findPlaces(
  session: Session,
  places: string,
  rows: FewRows,
  params: Params,
): Promise<boolean> {
  const first = mayBe(rows, 16)
  const maybe = isFew(rows) ? first : `bitAnd(${first}, ${mayBe(rows, 32)})`
  await session.command(`TRUNCATE TABLE ${places}`)
  await session.command(
    // Not LIMIT, which takes one core.
    `INSERT INTO ${places} SELECT arrayJoin(groupArray(${MOST_PLACES + 1})(_part_offset)) FROM ${rows.table}
     PREWHERE ${bucketsAnd(rows.range)}${maybe} WHERE ${rows.column} IN (${rows.hashes})
     SETTINGS use_index_for_in_with_subqueries = 0, optimize_move_to_prewhere = 0`,
    params,
  )
  return (await countOf(session, places)) <= MOST_PLACES
}

/**
 * SQL that is true where 16 bits of the hash are those of one that is looked for: an eighth of the time of the whole.
 * The highest bits come first: the lowest ones of a key say its kind.
 */
function mayBe({ column, bits, hashes }: FewRows, upTo: 16 | 32): string {
  const shift = bits - upTo
  const some = (value: string) => `toUInt16(bitShiftRight(${value}, ${shift}))`
  return `${some(column)} GLOBAL IN (SELECT ${some('hash')} FROM (${hashes}))`
}
