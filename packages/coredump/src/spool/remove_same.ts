/** Removes a raw file, if it is still the file that was read. @module */
import { lstatSync, type Stats, unlinkSync } from 'node:fs'
import { safeText } from '@mintmark/core'

/** @returns why it is still there */
export function removeSame(place: string, read: Stats): string | undefined {
  const now = lstatSync(place)
  const isSame = now.dev === read.dev && now.ino === read.ino
  if (!isSame || now.size !== read.size || now.mtimeMs !== read.mtimeMs)
    return `${safeText(place)} was changed while it was read: it is left there`
  unlinkSync(place)
  return undefined
}
