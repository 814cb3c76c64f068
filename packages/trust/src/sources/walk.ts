/** Regular files below a folder, sorted. Links are not followed. @module */
import { type Dirent, promises as fs } from 'node:fs'
import path from 'node:path'
import { errnoOf } from '@mintmark/core'

export interface Walk {
  readonly onUnread: (folder: string, cause: unknown) => void
  readonly isLeftOut?: ((entry: Dirent) => boolean) | undefined
  /** Left out by default: the documents of a record of keys are observations that somebody made already. */
  readonly isWithRecords?: boolean
}

/** A file is a tree of its own. */
export async function* filesBelow(location: string, walk: Walk): AsyncGenerator<string> {
  let entries: Dirent[]
  try {
    entries = await fs.readdir(location, { withFileTypes: true })
  } catch (cause) {
    if (errnoOf(cause) === 'ENOTDIR' && (await fs.stat(location)).isFile()) yield location
    else walk.onUnread(location, cause)
    return
  }
  if (walk.isWithRecords !== true && isRecordFolder(entries)) return
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const whole = path.join(location, entry.name)
    if (entry.name === '.git' || walk.isLeftOut?.(entry) === true) continue
    if (entry.isDirectory()) yield* filesBelow(whole, walk)
    else if (entry.isFile()) yield whole
  }
}

function isRecordFolder(entries: readonly Dirent[]): boolean {
  const names = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name))
  return names.has('observations') && names.has('checkpoint')
}
