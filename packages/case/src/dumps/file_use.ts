/**
 * Who accessed the files in which keys were found, by the verdicts on their tokens.
 *
 * @module
 */
import { asNumber, asText, asTexts, asTime, firstRow, rowReader } from '../engine/rows.ts'
import type { Params, Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { PRINCIPAL, SPAN } from '../store/access_sql.ts'
import { ARTEFACT_NAME, fileAccesses, IS_ESTABLISHED, IS_SUSPECT } from './custody.ts'
import { PACKED_NAME } from './dump_scans.ts'

/** A principal's accesses with tokens of one verdict and, where hunts hit them, the same hunts. */
export interface FileUser {
  readonly principal: string
  readonly verdict: string
  /** Hunts that hit these accesses: the established ones, and leads about the token itself. */
  readonly hunts: readonly string[]
  readonly accesses: number
  readonly first: string
  readonly last: string
}

/** What the logs show of one file. */
export interface FileUse {
  /** The log gives the file's hash in `hash`; else it is a file of the same name, which may be another one. */
  readonly by: 'hash' | 'name'
  readonly accesses: number
  readonly principals: number
  /** Accesses that a verdict or a hunt points at, established or as a lead. */
  readonly suspect: number
  /** Of these, how many by what is established. */
  readonly established: number
  /** Suspect ones first, established before leads, then those with most accesses; at most 100. */
  readonly people: readonly FileUser[]
}

const MOST_PEOPLE = 100

/** The accesses to a file: by its hash where a log has one, else by its name as `dumpName` gives it. */
export async function fileUse(
  session: Session,
  sha256: string,
  names: readonly string[],
): Promise<FileUse | undefined> {
  const isSame = "object_hash != '' AND object_hash = {sha256:String}"
  const byHash = await usesOf(session, isSame, { sha256 })
  if (byHash !== undefined) return { by: 'hash', ...byHash }
  const plain = `replaceRegexpOne(lower(${ARTEFACT_NAME}), {packed:String}, '')`
  const named = { names, packed: PACKED_NAME }
  const byName = await usesOf(session, `${plain} IN {names:Array(String)}`, named)
  return byName === undefined ? undefined : { by: 'name', ...byName }
}

async function usesOf(
  session: Session,
  where: string,
  params: Params,
): Promise<Omit<FileUse, 'by'> | undefined> {
  const accesses = fileAccesses(where)
  const sums = await firstRow(
    session,
    `SELECT count() AS accesses, uniqExact(${PRINCIPAL}) AS people, countIf(${IS_SUSPECT}) AS suspects,
       countIf(${IS_ESTABLISHED}) AS sure
     FROM (${accesses}) ${BOUNDED}`,
    params,
  )
  const counts = readCounts(sums)
  if (counts.accesses === 0) return undefined
  const rows = await session.rows(
    `SELECT ${PRINCIPAL} AS who, verdict, hunts, count() AS access_count, ${SPAN}
     FROM (${accesses}) GROUP BY who, verdict, hunts
     ORDER BY countIf(${IS_ESTABLISHED}) > 0 DESC, ${IS_SUSPECT} DESC, access_count DESC, who, verdict, hunts
     LIMIT ${MOST_PEOPLE} ${BOUNDED}`,
    params,
  )
  return { ...counts, people: rows.map(readPerson) }
}

const readCounts = rowReader(
  asNumber('accesses principals:people suspect:suspects established:sure'),
)
const readPerson = rowReader(
  asText('principal:who verdict'),
  asTexts('hunts'),
  asNumber('accesses:access_count'),
  asTime('first last'),
)
