/**
 * The private keys that are in the dumps of a case: which key, in which file, and who accessed it.
 *
 * @module
 */

import type { Session } from '../engine/session.ts'
import { type DumpKey, type DumpKeyForm, dumpFiles, dumpName, dumpScans } from './dump_scans.ts'
import { type FileUse, fileUse } from './file_use.ts'

/** A dump that holds the key. */
interface KeyLocation {
  /** Where the dump is, the same content under each of its names. */
  readonly files: readonly string[]
  readonly sha256: string
  readonly container: string
  /** Places in the dump, in all forms. */
  readonly copies: number
  readonly forms: readonly DumpKeyForm[]
  /** Null where no record names such a file. */
  readonly touched: FileUse | null
}

/** A key, and all dumps that hold it. */
export interface KeyFound
  extends Omit<DumpKey, 'forms' | 'jwkThumbprint' | 'note' | 'kid' | 'subject'> {
  readonly jwkThumbprint: string | null
  readonly note: string | null
  readonly kid: string | null
  readonly subject: string | null
  readonly places: readonly KeyLocation[]
}

/** Whether the key is somebody's: the scanner notes those that are not, such as published test keys. */
export function isLeak({ note }: Pick<KeyFound, 'note'>): boolean {
  return note === null
}

/**
 * Every key, named and certified ones first, test keys last. Cost: one or two passes for each dump that holds a key.
 */
export async function keysFound(session: Session): Promise<KeyFound[]> {
  const scans = new Map((await dumpScans(session)).map((scan) => [scan.sha256, scan]))
  const keys = new Map<string, KeyFound>()
  for (const { sha256, files } of await dumpFiles(session)) {
    const scan = scans.get(sha256)
    if (scan === undefined || scan.keys.length === 0) continue
    const touched = (await fileUse(session, sha256, files.map(dumpName))) ?? null
    for (const key of scan.keys) {
      const location: KeyLocation = {
        files,
        sha256,
        container: scan.container,
        copies: key.forms.reduce((sum, { places }) => sum + places, 0),
        forms: key.forms,
        touched,
      }
      keys.set(key.spkiSha256, withLocation(keys.get(key.spkiSha256), key, location))
    }
  }
  return [...keys.values()].toSorted((a, b) => rank(b) - rank(a))
}

function withLocation(known: KeyFound | undefined, key: DumpKey, location: KeyLocation): KeyFound {
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
    places: [...(known?.places ?? []), location],
  }
}

function rank(key: KeyFound): number {
  const { kid, subject } = key
  if (!isLeak(key)) return 0
  return kid !== null || subject !== null ? 2 : 1
}
