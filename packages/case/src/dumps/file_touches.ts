/**
 * Who touched the files in which keys were found, by the verdicts on their tokens.
 *
 * @module
 */
import { isoOf, type Json } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { ARTEFACT_NAME, fileAccesses, IS_ESTABLISHED, IS_SUSPECT } from './custody.ts'
import { PACKED_NAME } from './dump_scans.ts'

/** A principal's accesses with tokens of one verdict and, where hunts hit them, the same hunts. */
export interface Toucher {
  readonly principal: string
  readonly verdict: string
  /** Hunts that hit these accesses: the established ones, and leads about the token itself. */
  readonly hunts: readonly string[]
  readonly accesses: number
  readonly first: string
  readonly last: string
}

/** What the logs show of one file. */
export interface FileTouches {
  /** The log gives the file's hash in `hash`; else it is a file of the same name, which may be another one. */
  readonly by: 'hash' | 'name'
  readonly accesses: number
  readonly principals: number
  /** Accesses that a verdict or a hunt points at, established or as a lead. */
  readonly suspect: number
  /** Of these, how many by what is established. */
  readonly established: number
  /** Suspect ones first, established before leads, then those with most accesses; at most 100. */
  readonly people: readonly Toucher[]
}

const MOST_PEOPLE = 100
const WHO = "if(principal != '', principal, principal_id)"

/**
 * The accesses to a file: by its hash where a log gives it, else by its name, whatever the case of its letters, packed
 * or not.
 *
 * @param names of the file, as `dumpName` gives them
 * @returns undefined where no record names such a file
 * @throws {MintmarkError} as `Session.rows`
 */
export async function fileTouches(
  session: Session,
  sha256: string,
  names: readonly string[],
): Promise<FileTouches | undefined> {
  const byHash = await touches(session, "object_hash != '' AND object_hash = {sha256:String}", {
    sha256,
  })
  if (byHash !== undefined) return { by: 'hash', ...byHash }
  const plain = `replaceRegexpOne(lower(${ARTEFACT_NAME}), {packed:String}, '')`
  const byName = await touches(session, `${plain} IN {names:Array(String)}`, {
    names,
    packed: PACKED_NAME,
  })
  return byName === undefined ? undefined : { by: 'name', ...byName }
}

async function touches(
  session: Session,
  where: string,
  params:
    | { readonly sha256: string }
    | { readonly names: readonly string[]; readonly packed: string },
): Promise<Omit<FileTouches, 'by'> | undefined> {
  const accesses = fileAccesses(where)
  const [sums] = await session.rows(
    `SELECT count() AS touches, uniqExact(${WHO}) AS people, countIf(${IS_SUSPECT}) AS suspects,
       countIf(${IS_ESTABLISHED}) AS sure
     FROM (${accesses}) ${BOUNDED}`,
    params,
  )
  if (sums === undefined || Number(sums['touches']) === 0) return undefined
  const rows = await session.rows(
    `SELECT ${WHO} AS who, verdict, hunts, count() AS touches,
       toUnixTimestamp64Milli(min(at)) AS first_ms, toUnixTimestamp64Milli(max(at)) AS last_ms
     FROM (${accesses}) GROUP BY who, verdict, hunts
     ORDER BY countIf(${IS_ESTABLISHED}) > 0 DESC, ${IS_SUSPECT} DESC, touches DESC, who, verdict, hunts LIMIT {limit:UInt32} ${BOUNDED}`,
    { ...params, limit: MOST_PEOPLE },
  )
  return {
    accesses: Number(sums['touches']),
    principals: Number(sums['people']),
    suspect: Number(sums['suspects']),
    established: Number(sums['sure']),
    people: rows.map(toucherOf),
  }
}

function toucherOf(row: Json): Toucher {
  const hunts: unknown = row['hunts']
  return {
    principal: String(row['who']),
    verdict: String(row['verdict']),
    hunts: Array.isArray(hunts) ? hunts.map(String) : [],
    accesses: Number(row['touches']),
    first: isoOf(Number(row['first_ms'])),
    last: isoOf(Number(row['last_ms'])),
  }
}
