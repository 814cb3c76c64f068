/** What keeps a scrubbed dump from being clean. @module */
import type { Range } from '@mintmark/dump'
import { secretBits } from '@mintmark/scan/engine/found_keys'
import { shownBits } from './in_structure.ts'
import { type Scrub, verifiedLeft } from './scrub.ts'
import type { Location, Remainder } from './scrub_report.ts'
import { isCut, type Left, unseen, type VerificationScans } from './verification_scans.ts'

/** Offsets that are listed of one reason. */
const MOST_LISTED = 256

/** Empty if nothing is left and nothing was cut short that would have shown it. */
export function remaindersOf(
  scrub: Scrub,
  left: Left,
  scans: VerificationScans,
): readonly Remainder[] {
  return [...keysLeft(scrub, scans), ...piecesLeft(scrub, left), ...cutShort(scrub, scans)]
}

function keysLeft(scrub: Scrub, { report, given }: VerificationScans): Remainder[] {
  const found = [report, ...(given ? [given] : [])].flatMap((last) => verifiedLeft(scrub, last))
  if (found.length === 0) return []
  const isFixed = found.every((finding) => scrub.isInStructure(finding))
  const message = isFixed
    ? `${found.length} locations still contain a key, in headers or names (--structure-too erases its values)`
    : `${found.length} locations still contain a key`
  return [{ code: 'key-found', message, places: listed(scrub, found) }]
}

function piecesLeft(scrub: Scrub, { inMemory, inStructure }: Left): Remainder[] {
  const remainders: Remainder[] = []
  if (inMemory.length > 0) {
    const message = `${inMemory.length} pieces of keys are still in memory`
    remainders.push({ code: 'piece-found', message, places: listed(scrub, inMemory) })
  }
  const revealing = scrub.foundKeys.all.flatMap((key) => {
    const pieces = inStructure.filter((piece) => piece.key === key.number)
    return shownBits(pieces) >= secretBits(key) ? pieces : []
  })
  if (revealing.length > 0) {
    const message =
      'headers or names hold so much of a key that it could be rebuilt (--structure-too erases it)'
    remainders.push({ code: 'in-structure', message, places: listed(scrub, revealing) })
  }
  return remainders
}

function cutShort(scrub: Scrub, { report, given }: VerificationScans): Remainder[] {
  const { acceptCut } = scrub.task.options
  const limits = [...unseen(report), ...(given === undefined ? [] : unseen(given))].filter(
    ({ code }) => acceptCut !== true || code !== 'anchor-flood',
  )
  const remainders = limits.map(
    ({ message }): Remainder => ({ code: 'search-cut', message, places: [] }),
  )
  if (given !== undefined && isCut(given) && acceptCut !== true) {
    const message =
      'a given key was not found, but the search for it was cut short: it may be there (--accept-cut)'
    remainders.push({ code: 'search-cut', message, places: [] })
  }
  if (scrub.foundKeys.leftOut > 0) {
    const message = `${scrub.foundKeys.leftOut} more keys were found than can be looked for by value`
    remainders.push({ code: 'too-many-keys', message, places: [] })
  }
  if (scrub.isFull) {
    const message = 'more pieces of keys were found than can be erased'
    remainders.push({ code: 'too-many-pieces', message, places: [] })
  }
  return remainders
}

function listed(scrub: Scrub, ranges: readonly Range[]): readonly Location[] {
  return ranges.slice(0, MOST_LISTED).map((range) => scrub.places.of(range))
}
