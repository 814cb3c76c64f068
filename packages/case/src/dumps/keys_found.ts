/** The private keys in the dumps of a case: which key, in which file, and who accessed it. */

import { cell, firstRow, type Numbers, rowReader, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Params, type Session } from '../engine/session.ts'
import { PRINCIPAL, SPAN } from '../store/sql.ts'
import { ARTEFACT_NAME, fileAccesses, IS_ESTABLISHED, IS_SUSPECT } from './custody.ts'
import {
  type DumpFile,
  type DumpKey,
  type DumpScan,
  dumpFiles,
  dumpName,
  dumpScans,
  PACKED_NAME,
} from './dump_scans.ts'

export interface FileUser extends Texts<'principal verdict first last'> {
  readonly hunts: readonly string[]
  readonly accesses: number
}

export interface FileUse extends Numbers<'accesses principals suspect established'> {
  readonly by: 'hash' | 'name'
  readonly people: readonly FileUser[]
}

const MOST_PEOPLE = 100

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

async function usesOf(session: Session, where: string, params: Params) {
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
  cell.number('accesses principals:people suspect:suspects established:sure'),
)
const readPerson = rowReader(
  cell.text('principal:who verdict'),
  cell.texts('hunts'),
  cell.number('accesses:access_count'),
  cell.time('first last'),
)

interface KeyDump extends DumpFile, Pick<DumpScan, 'container'>, Pick<DumpKey, 'encodings'> {
  readonly copies: number
  readonly accessed: FileUse | null
}

export interface KeyFound
  extends Omit<DumpKey, 'encodings' | 'jwkThumbprint' | 'note' | 'kid' | 'subject'> {
  readonly jwkThumbprint: string | null
  readonly note: string | null
  readonly kid: string | null
  readonly subject: string | null
  readonly dumps: readonly KeyDump[]
}

export const isLeak = ({ note }: Pick<KeyFound, 'note'>): boolean => note === null

/** Every key, named and certified ones first, test keys last. Cost: a pass or two for each dump with a key. */
export async function keysFound(session: Session): Promise<KeyFound[]> {
  const scans = new Map((await dumpScans(session)).map((scan) => [scan.sha256, scan]))
  const keys = new Map<string, KeyFound>()
  for (const { sha256, files } of await dumpFiles(session)) {
    const scan = scans.get(sha256)
    if (scan === undefined || scan.keys.length === 0) continue
    const accessed = (await fileUse(session, sha256, files.map(dumpName))) ?? null
    for (const key of scan.keys) {
      const dump: KeyDump = {
        files,
        sha256,
        container: scan.container,
        copies: key.encodings.reduce((sum, { locations }) => sum + locations, 0),
        encodings: key.encodings,
        accessed,
      }
      keys.set(key.spkiSha256, withDump(keys.get(key.spkiSha256), key, dump))
    }
  }
  return [...keys.values()].toSorted((a, b) => rank(b) - rank(a))
}

function withDump(known: KeyFound | undefined, key: DumpKey, dump: KeyDump): KeyFound {
  const { spkiSha256, kind, bits, notAfter } = key
  return {
    spkiSha256,
    kind,
    bits,
    jwkThumbprint: key.jwkThumbprint || null,
    note: known?.note === null ? null : key.note || null,
    kid: known?.kid ?? (key.kid || null),
    subject: known?.subject ?? (key.subject || null),
    notAfter: known?.notAfter ?? notAfter,
    dumps: [...(known?.dumps ?? []), dump],
  }
}

function rank(key: KeyFound): number {
  const { kid, subject } = key
  if (!isLeak(key)) return 0
  return kid !== null || subject !== null ? 2 : 1
}
