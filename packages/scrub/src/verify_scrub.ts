import type { Range } from '@mintmark/dump'
import { secretBits } from '@mintmark/scan/engine/found_keys'
import { countsOf } from '@mintmark/scan/findings/policy'
import { openInput, type ScanInput } from '@mintmark/scan/memory/scan_input'
import { isCut, type Left, shownBits, unseen, type VerificationScans } from './evidence.ts'
import { findPieces } from './pieces/piece_search.ts'
import type { Piece } from './pieces/piece_table.ts'
import { bytesOf, commonRanges } from './ranges.ts'
import { type Scrub, verifiedLeft } from './scrub.ts'
import type { Remainder, Scrubbed } from './scrub_report.ts'
import { keysOf } from './scrubbed_keys.ts'

export async function verifyScrub(
  scrub: Scrub,
  view: ScanInput,
  scans: VerificationScans,
): Promise<Scrubbed> {
  const left = scrub.isTooMuch() ? { inMemory: [], inStructure: [] } : await piecesLeft(scrub, view)
  const remainders = remaindersOf(scrub, left, scans)
  const { name, dump, source } = scrub.task
  const { report, deepScans } = scans
  const isClean = remainders.length === 0
  const findings = verifiedLeft(scrub, report).length
  return {
    erased: scrub.erased,
    isClean,
    counts: countsOf(scrub.classes),
    report: {
      schema: 'mintmark-scrub/1',
      file: name,
      size: source.size,
      container: dump.container,
      isClean,
      remainders,
      keys: keysOf(scrub, left, scans),
      otherSecrets: scrub.otherSecrets,
      moreOtherSecrets: scrub.moreOtherSecrets,
      erased: {
        ranges: scrub.erased,
        bytes: bytesOf(scrub.erased),
        vectorRegisters: { locations: scrub.vectors.length, bytes: bytesOf(scrub.vectors) },
      },
      verification: {
        deepScans,
        scannedBytes: report.scannedBytes,
        findings,
        published: report.findings.length - findings,
        limits: report.limits,
      },
      flaws: dump.flaws,
    },
  }
}

/** Of a piece that is not whole, a few equal bytes beside a register are chance. */
const FEW_BYTES = 4

async function piecesLeft(scrub: Scrub, view: ScanInput): Promise<Left> {
  const { dump, data } = scrub.task
  const inMemory: Piece[] = []
  const inStructure: Piece[] = []
  const source = openInput(view)
  try {
    const { pieces, isFull } = await findPieces({ source, data }, scrub.materials())
    if (isFull) scrub.isFull = true
    for (const piece of pieces) {
      const bytes = bytesOf(commonRanges([piece], dump.structure))
      const others = piece.length - bytes
      if (bytes > 0) inStructure.push(piece)
      if (others > (piece.isWhole ? 0 : FEW_BYTES)) inMemory.push(piece)
    }
  } finally {
    source.close()
  }
  return { inMemory, inStructure }
}

const MOST_LISTED = 256

/** What is left, and what was cut short that would have shown it. */
function remaindersOf(scrub: Scrub, left: Left, scans: VerificationScans): readonly Remainder[] {
  const remainder = (
    code: Remainder['code'],
    message: string,
    ranges: readonly Range[] = [],
  ): Remainder => {
    const locations = ranges.slice(0, MOST_LISTED).map((range) => scrub.segments.locationOf(range))
    return { code, message, locations: locations }
  }
  const { report, given } = scans
  const reports = given === undefined ? [report] : [report, given]
  const { acceptCut = false } = scrub.task.options
  const { leftOut } = scrub.foundKeys
  const found = reports.flatMap((each) => verifiedLeft(scrub, each))
  const isFixed = found.every((finding) => scrub.isInStructure(finding))
  const fixed = isFixed ? ', in headers or names (--structure-too erases its values)' : ''
  const revealing = scrub.foundKeys.all.flatMap((key) => {
    const pieces = left.inStructure.filter((piece) => piece.key === key.number)
    return shownBits(pieces) >= secretBits(key) ? pieces : []
  })
  const limits = reports.flatMap(unseen)
  const cut = limits.filter(({ code }) => !acceptCut || code !== 'anchor-flood')
  const all: readonly (Remainder | false)[] = [
    found.length > 0 &&
      remainder('key-found', `${found.length} locations still contain a key${fixed}`, found),
    left.inMemory.length > 0 &&
      remainder(
        'piece-found',
        `${left.inMemory.length} pieces of keys are still in memory`,
        left.inMemory,
      ),
    revealing.length > 0 &&
      remainder(
        'in-structure',
        'headers or names hold so much of a key that it could be rebuilt (--structure-too erases it)',
        revealing,
      ),
    ...cut.map(({ message }) => remainder('search-cut', message)),
    given !== undefined &&
      isCut(given) &&
      !acceptCut &&
      remainder(
        'search-cut',
        'a given key was not found, but the search for it was cut short: it may be there (--accept-cut)',
      ),
    leftOut > 0 &&
      remainder('too-many-keys', `${leftOut} more keys were found than can be looked for by value`),
    scrub.isFull &&
      remainder('too-many-pieces', 'more pieces of keys were found than can be erased'),
  ]
  return all.filter((each) => each !== false)
}
