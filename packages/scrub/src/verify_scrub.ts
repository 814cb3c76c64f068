/** Verifies the erased input and decides whether it is clean. @module */
import { countsOf } from '@mintmark/scan/findings/policy'
import { openInput, type ScanInput } from '@mintmark/scan/memory/scan_input'
import { bytesOf, commonRanges } from './copy/erased_ranges.ts'
import { findPieces } from './pieces/piece_search.ts'
import type { Piece } from './pieces/piece_table.ts'
import { remaindersOf } from './remainders.ts'
import { type Scrub, verifiedLeft } from './scrub.ts'
import type { Scrubbed } from './scrub_options.ts'
import { keysOf } from './scrubbed_keys.ts'
import type { Left, VerificationScans } from './verification_scans.ts'

const NOT_SEARCHED: Left = { inMemory: [], inStructure: [] }

/**
 * The result of a scrub. Searches the erased input for pieces of every key, unless there is too much to be clean.
 */
export async function verifyScrub(
  scrub: Scrub,
  view: ScanInput,
  scans: VerificationScans,
): Promise<Scrubbed> {
  const left = scrub.isTooMuch() ? NOT_SEARCHED : await piecesLeft(scrub, view)
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
      others: scrub.others,
      moreOthers: scrub.moreOthers,
      erased: {
        ranges: scrub.erased,
        bytes: scrub.erasedBytes,
        vectorRegisters: { places: scrub.vectors.length, bytes: bytesOf(scrub.vectors) },
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

async function piecesLeft(scrub: Scrub, view: ScanInput): Promise<Left> {
  const { dump, data } = scrub.task
  const inMemory: Piece[] = []
  const inStructure: Piece[] = []
  const source = openInput(view)
  try {
    const { pieces, isFull } = await findPieces({ source, data }, scrub.materials())
    if (isFull) scrub.isFull = true
    for (const piece of pieces) {
      const common = commonRanges([piece], dump.structure)
      const bytes = common.reduce((sum, { length }) => sum + length, 0)
      if (bytes > 0) inStructure.push(piece)
      if (bytes < piece.length && isRelevant(piece, piece.length - bytes)) inMemory.push(piece)
    }
  } finally {
    source.close()
  }
  return { inMemory, inStructure }
}

/** A few equal bytes beside a register are chance. */
const FEW_BYTES = 4

const isRelevant = ({ isWhole }: Piece, bytesInMemory: number): boolean =>
  isWhole || bytesInMemory > FEW_BYTES
