/** Makes a folder and its parents. Node's recursive `mkdir` never comes back from below `/proc`. */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'

/** A folder that is there stays. @throws the system's error; `EEXIST` for what is no folder */
export function makeFolder(folder: string, mode = 0o777): void {
  const above = path.dirname(folder)
  if (above !== folder && !existsSync(above)) makeFolder(above, mode)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}
