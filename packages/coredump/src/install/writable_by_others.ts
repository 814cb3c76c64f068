/** Whether a user other than root can change a program that root is about to run. */
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'

const OTHERS_WRITE = 0o022
const STICKY = 0o1000

/**
 * The first of a file and the folders above it that another user than root may write to; undefined if there is none.
 * A folder that all may write to is safe where it is sticky, as `/tmp` is: the names in it are their owners'.
 */
export function writableByOthers(file: string): string | undefined {
  for (let at = realpathSync(file); ; at = path.dirname(at)) {
    const stats = statSync(at)
    const isShared = (stats.mode & OTHERS_WRITE) !== 0
    const isSticky = stats.isDirectory() && (stats.mode & STICKY) !== 0
    if (stats.uid !== 0 || (isShared && !isSticky)) return at
    if (at === path.dirname(at)) return undefined
  }
}
