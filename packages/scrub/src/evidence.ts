/** Evidence of a scrub's verdict: scans of its result, and pieces that are left. */
import type { ScanReport } from '@mintmark/scan/report/report'
import type { ScanLimit } from '@mintmark/scan/report/scan_limits'
import type { Piece } from './pieces/piece_table.ts'

export interface VerificationScans {
  /** Deep, of the erased input. */
  readonly report: ScanReport
  /** Of the given keys alone that were not found, where `report` was cut short. */
  readonly given: ScanReport | undefined
  readonly deepScans: number
}

export interface Left {
  readonly inMemory: readonly Piece[]
  readonly inStructure: readonly Piece[]
}

/** Limits that concern only how far the search for known keys went. */
const OF_KNOWN_KEYS: ReadonlySet<ScanLimit['code']> = new Set<ScanLimit['code']>([
  'search-cut',
  'many-keys',
])

/** Whether the search for the private halves of public keys was cut short. */
export function isCut({ limits }: ScanReport): boolean {
  return limits.some(({ code }) => OF_KNOWN_KEYS.has(code))
}

/** Limits that leave parts of the input unseen, whatever key is searched for. */
export function unseen({ limits }: ScanReport): readonly ScanLimit[] {
  return limits.filter(({ code }) => !OF_KNOWN_KEYS.has(code))
}

/** Bits that pieces show of a key, each bit once: a register is in more than one note of a core. */
export function shownBits(pieces: readonly Piece[]): number {
  const ends = new Map<string, number>()
  let bits = 0
  for (const piece of pieces.toSorted((a, b) => a.from - b.from)) {
    const { from, length, of, valueBits } = piece
    const spelling = `${piece.value} ${piece.encoding}`
    const seen = Math.max(ends.get(spelling) ?? 0, from)
    bits += (Math.max(0, from + length - seen) * valueBits) / of
    ends.set(spelling, Math.max(seen, from + length))
  }
  return Math.ceil(bits)
}
