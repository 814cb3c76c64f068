/**
 * What was found in the memory dumps of a case: told by whoever scanned them, kept with the case by content.
 *
 * This package scans nothing. What it keeps names keys by hashes of their public halves, never by their bytes.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { isObject, parseObject } from '@mintmark/core'
import type { Session } from '../engine/session.ts'
import { tabSeparated } from '../engine/tab_separated.ts'

/** Shapes of evidence that is no log: see `IngestOptions.otherShape`. */
export const DUMP_SHAPE = 'memory-dump'
export const KEYS_SHAPE = 'public-keys'

/** A form in which a key lies in a dump. */
export interface DumpKeyForm {
  readonly form: string
  readonly places: number
  /** Of the first place: bytes from the file's start. */
  readonly offset: number
  /** Of the first place, in the process as 0x-hex; null where the dump does not tell. */
  readonly address: string | null
  /** Of the first place: `file NAME`, `stack NAME` and the like; null where the dump does not tell. */
  readonly owner: string | null
  readonly proof: string
}

/** A private key that lies in a dump, proven by arithmetic. */
export interface DumpKey {
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
  readonly spkiSha256: string
  /** RFC 7638, SHA-256, base64url; `''` where the kind has none. */
  readonly jwkThumbprint: string
  readonly kind: string
  readonly bits: number
  /** Of a key that is ignored, why: `self-test` for a published test key. `''` for any other. */
  readonly note: string
  /** Of a public key of the evidence, or of the dump, that matches; `''` for none. */
  readonly kid: string
  readonly subject: string
  /** When the certificate of that public key runs out, ISO; null for none. */
  readonly notAfter: string | null
  readonly forms: readonly DumpKeyForm[]
}

/** One scan of one dump. */
export interface DumpScan {
  /** Of the dump. */
  readonly sha256: string
  /** Which public keys it was searched for, and by which rules: another value is another scan. */
  readonly given: string
  readonly container: string
  readonly scannedBytes: number
  readonly keys: readonly DumpKey[]
  /** Proven keys without a public half, such as AES schedules. */
  readonly otherKeys: number
  /** What was not searched, in words. */
  readonly limits: readonly string[]
}

/** The newest scan of each dump. Throws as `Session.rows`. */
export async function dumpScans(session: Session): Promise<DumpScan[]> {
  const rows = await session.rows(
    'SELECT sha256, argMax(found, at) AS scan FROM dump_scan GROUP BY sha256 ORDER BY sha256',
  )
  return rows.flatMap((row) => {
    const scan: unknown = parseObject(String(row['scan']))
    return isScan(scan) ? [scan] : []
  })
}

/** Only {@link keepScan} writes what is read here, so that one member is proof enough. */
function isScan(value: unknown): value is DumpScan {
  return isObject(value) && Array.isArray(value['keys'])
}

/** Keeps a scan, in place of an earlier one of the same dump. Throws as `Session.command`. */
export async function keepScan(session: Session, scan: DumpScan): Promise<void> {
  const [row] = await session.rows(
    `SELECT toString(greatest(now64(3, 'UTC'), addMilliseconds(max(at), 1))) AS at
     FROM dump_scan WHERE sha256 = {sha256:String}`,
    { sha256: scan.sha256 },
  )
  const cells = [scan.sha256, scan.given, JSON.stringify(scan), String(row?.['at'])]
  const columns = ['sha256', 'given', 'found', 'at']
  await session.insert('dump_scan', columns, 'TabSeparated', tabSeparated(cells))
}

/** Says which scans the case has: equal as long as none is added or made anew. Throws as `Session.rows`. */
export async function scansMark(session: Session): Promise<string> {
  const scans = await dumpScans(session)
  if (scans.length === 0) return ''
  return createHash('sha256').update(JSON.stringify(scans)).digest('hex')
}

/** A dump of the case, scanned or not. */
export interface DumpFile {
  readonly sha256: string
  readonly files: readonly string[]
}

/** The dumps of the case, each content once, in the order in which they came. Throws as `Session.rows`. */
export async function dumpFiles(session: Session): Promise<DumpFile[]> {
  const rows = await session.rows(
    'SELECT path, sha256 FROM evidence WHERE shape = {shape:String} ORDER BY evidence_id',
    { shape: DUMP_SHAPE },
  )
  const files = new Map<string, string[]>()
  for (const row of rows) {
    const sha256 = String(row['sha256'])
    files.set(sha256, [...(files.get(sha256) ?? []), String(row['path'])])
  }
  return [...files].map(([sha256, paths]) => ({ sha256, files: paths }))
}

/** What packs one file by itself, and then adds to its name. RE2 and JavaScript read it alike. */
export const PACKED_NAME: string = String.raw`\.(gz|xz|zst|zstd|bz2|lz4)$`

/**
 * The name by which a dump is known, whether packed or not: `core.4711` of `/var/crash/Core.4711.zst`. Who copies a dump
 * packs it, and who looks at one unpacks it.
 */
export function dumpName(path: string): string {
  return fileNameOf(path).toLowerCase().replace(new RegExp(PACKED_NAME), '')
}

/** Last part of a path; of a member of an archive, the member's. */
function fileNameOf(path: string): string {
  return path.split(/[\\/!]/).at(-1) ?? path
}
