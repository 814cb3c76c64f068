/**
 * Makes a folder and those above it that are missing.
 *
 * Not by `recursive` of `mkdirSync`: Node never comes back from that below `/proc`, where a folder that is there takes
 * no other (`ENOENT`). @module
 */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

/**
 * For its owner alone. A folder that is there stays as it is.
 *
 * @throws the system's own error; `EEXIST` if it is there and no folder
 */
export function makeFolder(folder: string): void {
  const above = path.dirname(folder)
  if (above !== folder && !existsSync(above)) makeFolder(above)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}
