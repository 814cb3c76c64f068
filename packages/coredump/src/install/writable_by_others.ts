/** Whether a user other than root can change a program that root is about to run. */

import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'

const OTHERS_WRITE = 0o022
const STICKY = 0o1000

/** The file or parent that others than root may write to; sticky folders (`/tmp`) are safe. */
export function writableByOthers(file: string): string | undefined {
  for (let at = realpathSync(file); ; at = path.dirname(at)) {
    const stats = statSync(at)
    const isShared = (stats.mode & OTHERS_WRITE) !== 0
    const isSticky = stats.isDirectory() && (stats.mode & STICKY) !== 0
    if (stats.uid !== 0 || (isShared && !isSticky)) return at
    if (at === path.dirname(at)) return undefined
  }
}
