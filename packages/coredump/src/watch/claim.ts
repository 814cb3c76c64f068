/**
 * Takes a file for one watch alone, so that another on the same folder leaves it: a scheduled watch may still be at
 * work when the next begins. A link in the spool, named after the file, that points at the mark of the process: it is
 * made at once or not at all, and what a killed process left is known by its mark. Two that find such a link at one
 * moment may both take the file; then there are two cores of it.
 */
import { createHash } from 'node:crypto'
import { readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import { errnoOf } from '@mintmark/core'
import { isGone, ownMark } from '../spool/process_mark.ts'

/**
 * @param spool where cores of the file are written
 * @param id of the file in its present state
 * @returns a function that releases it; undefined where another process has it
 */
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
