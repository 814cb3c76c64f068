/** What the scanner found in the dumps of a case, by content. Keys are named by hashes of their public halves. */
import { createHash } from 'node:crypto'
import { isObject, parseObject } from '@mintmark/core'
import { firstRow, insertRows } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { NEXT_TIME } from '../store/sql.ts'

export const DUMP_SHAPE = 'memory-dump'
export const KEYS_SHAPE = 'public-keys'

export interface DumpKeyEncoding {
  readonly encoding: string
  readonly locations: number
  /** Of the first copy: bytes from the file's start. */
  readonly offset: number
  /** Of the first copy, in the process as 0x-hex; null where the dump does not show it. */
  readonly address: string | null
  /** Of the first copy: `file NAME`, `stack NAME` and the like; null where the dump does not show it. */
  readonly owner: string | null
  readonly verification: string
}

export interface DumpKey {
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
  readonly spkiSha256: string
  /** RFC 7638, SHA-256, base64url; `''` where the kind has none. */
  readonly jwkThumbprint: string
  readonly kind: string
  readonly bits: number
  /** Of a key that is ignored, why: `self-test` for a published test key. `''` for any other. */
  readonly note: string
  readonly kid: string
  readonly subject: string
  readonly notAfter: string | null
  readonly encodings: readonly DumpKeyEncoding[]
}

export interface DumpScan {
  readonly sha256: string
  readonly given: string
  readonly container: string
  readonly scannedBytes: number
  readonly keys: readonly DumpKey[]
  readonly otherKeys: number
  readonly limits: readonly string[]
}

export async function dumpScans(session: Session): Promise<DumpScan[]> {
  const rows = await session.rows(
    'SELECT sha256, argMax(found, at) AS scan FROM dump_scan GROUP BY sha256 ORDER BY sha256',
  )
  return rows.flatMap((row) => {
    const scan: unknown = parseObject(inPresentWords(String(row['scan'])))
    return isScan(scan) ? [scan] : []
  })
}

/** Members of scans stored by earlier versions. A quotation mark within a text has a backslash. */
const inPresentWords = (scan: string): string =>
  scan
    .replaceAll('"forms":', '"encodings":')
    .replaceAll('"form":', '"encoding":')
    .replaceAll('"places":', '"locations":')
    .replaceAll('"proof":', '"verification":')

/** Only {@link keepScan} writes what is read here, so that one member identifies it. */
const isScan = (value: unknown): value is DumpScan =>
  isObject(value) && Array.isArray(value['keys'])

export async function keepScan(session: Session, scan: DumpScan): Promise<void> {
  const { sha256, given } = scan
  const sql = `SELECT ${NEXT_TIME} AS at FROM dump_scan WHERE sha256 = {sha256:String}`
  const { at } = await firstRow(session, sql, { sha256 })
  const cells = [sha256, given, JSON.stringify(scan), String(at)]
  await insertRows(session, 'dump_scan', ['sha256', 'given', 'found', 'at'], [cells])
}

export async function scansMark(session: Session): Promise<string> {
  const scans = await dumpScans(session)
  if (scans.length === 0) return ''
  return createHash('sha256').update(JSON.stringify(scans)).digest('hex')
}

export interface DumpFile {
  readonly sha256: string
  readonly files: readonly string[]
}

export async function dumpFiles(session: Session): Promise<DumpFile[]> {
  const rows = await session.rows(
    'SELECT path, sha256 FROM evidence WHERE shape = {shape:String} ORDER BY evidence_id',
    { shape: DUMP_SHAPE },
  )
  const files = Map.groupBy(rows, (row) => String(row['sha256']))
  return [...files].map(([sha256, own]) => ({ sha256, files: own.map(({ path }) => String(path)) }))
}

/** What packs one file by itself, and then adds to its name. RE2 and JavaScript read it alike. */
export const PACKED_NAME: string = String.raw`\.(gz|xz|zst|zstd|bz2|lz4)$`

/** The name by which a dump is known, compressed or not: `core.4711` of `/var/crash/Core.4711.zst`. */
export function dumpName(path: string): string {
  const name = path.split(/[\\/!]/).at(-1) ?? path
  return name.toLowerCase().replace(new RegExp(PACKED_NAME), '')
}
