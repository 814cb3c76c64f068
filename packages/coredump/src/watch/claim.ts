/**
 * Takes a file for one watch alone, by a link in the spool that points at the mark of its process.
 */

import { createHash } from 'node:crypto'
import { readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { errnoOf } from '@mintmark/core'
import { isGone, ownMark } from '../spool/process_mark.ts'

/** Gives what releases it; undefined if another process has it. @param id of the present state */
export function claimFile(spool: string, id: string): (() => void) | undefined {
  const name = createHash('sha256').update(id).digest('hex').slice(0, 32)
  const link = path.join(spool, `.taking-${name}`)
  if (!isMade(link)) {
    const mark = targetOf(link)
    if (mark !== undefined && !isGone(mark)) return undefined
    remove(link)
    if (!isMade(link)) return undefined
  }
  return () => remove(link)
}

function isMade(link: string): boolean {
  try {
    symlinkSync(ownMark(), link)
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

function remove(link: string): void {
  try {
    unlinkSync(link)
  } catch {
    // Another process found it stale and removed it.
  }
}
