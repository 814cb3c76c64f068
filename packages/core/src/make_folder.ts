/**
 * Makes a folder and those above it that are missing. Not by `recursive` of `mkdir`: Node never comes back from that
 * below `/proc`, where a folder that is there takes no other (`ENOENT`).
 */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

/**
 * A folder that is there stays as it is.
 * @param mode of the folders that it makes
 * @throws the system's own error; `EEXIST` if it is there and no folder
 */
export function makeFolder(folder: string, mode = 0o777): void {
  const above = path.dirname(folder)
  if (above !== folder && !existsSync(above)) makeFolder(above, mode)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}
