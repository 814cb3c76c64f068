/**
 * Files below a folder, and which of them no rule is for.
 *
 * @module
 */
import { type Dirent, promises as fs } from 'node:fs'
import path from 'node:path'
import { errnoOf, unreadable } from '@mintmark/core'

/** Code of others, built code and tests. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(
  'node_modules bower_components vendor third_party dist build out target bin obj test tests __tests__ __mocks__ spec specs testdata fixtures e2e'.split(
    ' ',
  ),
)
const TEST_FILE =
  /(?:[._-](?:test|spec|tests)\.\w+|^test_\w+\.py|_test\.(?:go|py)|Tests?\.(?:java|cs))$/
export const MOST_FILES = 200_000

export interface Walk {
  /** Also what `SKIPPED_FOLDERS` names. */
  readonly isWithAll: boolean
  readonly onSkip: (what: string) => void
  readonly onUnread: (file: string, why: string) => void
}

/** Regular files, sorted; links are not followed. @throws {MintmarkError} `INPUT_UNREADABLE` for a place that is not there */
export async function* filesBelow(place: string, walk: Walk): AsyncGenerator<string> {
  const stat = await fs.stat(place).catch((cause: unknown) => {
    throw unreadable(place, cause)
  })
  if (stat.isFile()) yield place
  else yield* filesIn(place, walk)
}

async function* filesIn(folder: string, walk: Walk): AsyncGenerator<string> {
  let entries: Dirent[]
  try {
    entries = await fs.readdir(folder, { withFileTypes: true })
  } catch (cause) {
    walk.onUnread(folder, errnoOf(cause))
    return
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = entry
    const isSkipped = entry.isDirectory() ? SKIPPED_FOLDERS.has(name) : TEST_FILE.test(name)
    if (name === '.git') continue
    if (isSkipped && !walk.isWithAll) walk.onSkip(entry.isDirectory() ? name : 'test files')
    else if (entry.isDirectory()) yield* filesIn(path.join(folder, name), walk)
    else if (entry.isFile()) yield path.join(folder, name)
  }
}
