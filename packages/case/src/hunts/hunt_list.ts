/** The hunts that there are: Mintmark's own, and the user's. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MintmarkError, unreadable } from '@mintmark/core'
import { type Hunt, parseHunt } from './hunt_file.ts'

const BUILT_IN = fileURLToPath(new URL('../../hunts/', import.meta.url))
const MAX_BYTES = 1 << 20
const MAX_HUNTS = 1000

export interface HuntSelection {
  readonly dirs?: readonly string[]
  readonly only?: readonly string[]
}

/**
 * In the order of their ids.
 * @throws {MintmarkError} `HUNT_INVALID`, `INPUT_UNREADABLE`, `INPUT_INVALID`
 */
export function huntList(selection: HuntSelection = {}): Hunt[] {
  const hunts = new Map<string, Hunt>()
  for (const dir of [BUILT_IN, ...(selection.dirs ?? [])]) {
    for (const hunt of readHunts(dir)) {
      const known = hunts.get(hunt.id)
      if (known !== undefined && known.file !== hunt.file)
        throw invalid(hunt.file, `${hunt.file}: the id ${hunt.id} is taken by ${known.file}`)
      hunts.set(hunt.id, hunt)
    }
  }
  const all = [...hunts.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const { only } = selection
  if (only === undefined) return all
  const missing = only.find((id) => !hunts.has(id))
  if (missing !== undefined)
    throw new MintmarkError(
      'INPUT_INVALID',
      `there is no hunt ${missing}: mintmark hunt --list lists them`,
      { option: 'hunt' },
    )
  return all.filter((hunt) => only.includes(hunt.id))
}

export const isBuiltIn = ({ file }: Hunt): boolean => dirname(file) === dirname(join(BUILT_IN, 'x'))

function readHunts(dir: string): Hunt[] {
  const names = attempt(dir, () => readdirSync(dir))
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
  if (names.length > MAX_HUNTS)
    throw new MintmarkError('HUNT_INVALID', `${dir} holds more than ${MAX_HUNTS} hunts`, { dir })
  return names.map((name) => readHunt(join(dir, name), name))
}

function readHunt(path: string, name: string): Hunt {
  const source = attempt(path, () => {
    const { size } = statSync(path)
    if (size > MAX_BYTES) throw invalid(path, `${path}:1: too long for a hunt`)
    return readFileSync(path, 'utf8')
  })
  const hunt = parseHunt(source, path)
  if (`${hunt.id}.sql` === name) return hunt
  throw invalid(path, `${path}: the id is not the name of the file`)
}

const invalid = (file: string, message: string) =>
  new MintmarkError('HUNT_INVALID', message, { file, line: 1 })

function attempt<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw cause instanceof MintmarkError ? cause : unreadable(path, cause)
  }
}
