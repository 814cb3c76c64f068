/** Searches packed data. Findings have its offset; `inside` is that in what came out. */
import type { ByteSource } from '@mintmark/dump'
import type { PackedCoding, PackedSeen } from '../anchors/match.ts'
import type { BufferedInput } from '../buffer/buffer_layout.ts'
import { type Sink, SMALL_BYTES, SmallBuffer } from '../buffer/small_buffer.ts'
import { withBuffer } from '../buffer/temporary_buffer.ts'
import type { Finding, RawFinding } from '../findings/finding.ts'
import { EQUAL_VALUE } from '../known/values/value_search.ts'
import type { RawFindingList } from '../report/raw_findings.ts'
import { type LimitList, type LimitSeen, TOO_MANY_PACKED } from '../report/scan_limits.ts'
import { type Opened, openPacked } from './open_packed.ts'

export const MOST_DEPTH = 8
/** Limit of unpacked bytes of one file, zeros included: as many as a large core has. */
export const MOST_BYTES: number = 16 * 2 ** 30
/** Offsets that are opened: a file of 64 GiB that is full of them is searched for a day. */
const MOST_OFFSETS = 200_000
/** Programs that are started in vain: a file that is full of heads alone takes some ten seconds. */
const MOST_VAIN = 1000
const BY_PROGRAM: ReadonlySet<PackedCoding> = new Set<PackedCoding>(['zstd', 'lz4', 'xz', 'bzip2'])
/** Their heads are also signatures in programs. */
const OF_FILES: ReadonlySet<PackedCoding> = new Set<PackedCoding>(['7z', 'rar'])
const MEMORY_BYTES = 16 << 20
/** Less output means that it was a signature in a program. */
const LEAST_BYTES = 24

export interface FoundInside {
  readonly found: readonly (Finding & RawFinding)[]
  readonly limits: readonly LimitSeen[]
  readonly bytes: number
}

export class PackedList {
  readonly #locations = new Map<string, PackedSeen>()
  leftOut = 0

  addAll(locations: readonly PackedSeen[]): void {
    for (const location of locations) {
      const name = `${location.coding} ${location.at}`
      if (this.#locations.has(name)) continue
      if (this.#locations.size < MOST_OFFSETS) this.#locations.set(name, location)
      else this.leftOut++
    }
  }

  get all(): readonly PackedSeen[] {
    return [...this.#locations.values()].toSorted((a, b) => a.at - b.at)
  }
}

export interface PackedSearch {
  readonly depth: number
  readonly room: { bytes: number }
  /** In a dump, packed data may be partly overwritten: then that is no limit. */
  readonly isDump: boolean
  readonly search: (input: BufferedInput, packedBytes: number) => Promise<FoundInside>
}

export interface PackedOutcome {
  readonly packed: PackedList
  readonly rawFindings: RawFindingList
  readonly limits: LimitList
  unpackedBytes: number
}

/** @throws {MintmarkError} `INPUT_UNREADABLE` if output cannot be buffered, or the disk is full */
export async function scanPacked(
  source: ByteSource,
  outcome: PackedOutcome,
  how: PackedSearch,
): Promise<void> {
  const locations = outcome.packed
  const { limits } = outcome
  if (locations.leftOut > 0) limits.add(unsearched(TOO_MANY_PACKED, 0, locations.leftOut))
  // The inside of packed data is skipped; text can have two encodings.
  let opened = { at: -1, end: 0 }
  let vain = 0
  for (const location of locations.all) {
    const isInside = location.at > opened.at && location.at < opened.end
    if (isInside || (how.depth === 0 && isOfFile(location))) continue
    if (vain >= MOST_VAIN && BY_PROGRAM.has(location.coding)) {
      limits.add(unsearched(TOO_MANY_PACKED, location.at))
      continue
    }
    if (how.depth >= MOST_DEPTH) {
      limits.add(unsearched(`it is packed more than ${MOST_DEPTH} times`, location.at))
      continue
    }
    if (how.room.bytes <= 0) {
      limits.add(unsearched('more comes out than is searched', location.at))
      continue
    }
    // oxlint-disable-next-line no-await-in-loop -- one after another: each may fill the buffer
    const end = await scanOffset(source, location, how, outcome)
    if (end === location.at && BY_PROGRAM.has(location.coding)) vain++
    if (end > opened.end) opened = { at: location.at, end }
  }
}

function isOfFile({ coding, at }: PackedSeen): boolean {
  return OF_FILES.has(coding) && at === 0
}

/** Of packed data that is not opened, or not to its end. */
const unsearched = (name: string, offset: number, count = 1): LimitSeen => {
  return { code: 'packed-unsearched', name, offset, count }
}

/** @returns behind the packed data; the offset itself where there is none */
async function scanOffset(
  source: ByteSource,
  location: PackedSeen,
  how: PackedSearch,
  outcome: PackedOutcome,
): Promise<number> {
  const { room } = how
  const small = new SmallBuffer()
  try {
    const opened = await openPacked(source, location, small, Math.min(room.bytes, SMALL_BYTES))
    if (opened.end !== 'too-large' || room.bytes <= SMALL_BYTES) {
      return await searchBuffered(location, { opened, buffer: small }, how, outcome)
    }
  } finally {
    small.wipe()
  }
  return await withBuffer(async (buffer) => {
    const opened = await openPacked(source, location, buffer, room.bytes)
    return await searchBuffered(location, { opened, buffer }, how, outcome)
  }, MEMORY_BYTES)
}

interface BufferedContent {
  readonly opened: Opened
  readonly buffer: Sink & { readonly input: () => BufferedInput }
}

async function searchBuffered(
  location: PackedSeen,
  { opened, buffer }: BufferedContent,
  { room, isDump, search }: PackedSearch,
  outcome: PackedOutcome,
): Promise<number> {
  room.bytes -= buffer.size
  if (opened.end === 'unopened') {
    if (!isDump || !OF_FILES.has(location.coding))
      outcome.limits.add(unsearched(opened.reason ?? location.coding, location.at))
    return location.at
  }
  if (buffer.size < LEAST_BYTES) return location.at
  if (opened.end === 'too-large')
    outcome.limits.add(unsearched('more comes out than is searched', location.at))
  if (opened.end === 'cut' && !isDump)
    outcome.limits.add(unsearched(`${location.coding} that is damaged or cut`, location.at))
  const { found, limits, bytes } = await search(buffer.input(), opened.length)
  for (const finding of bestOfEach(found)) {
    outcome.rawFindings.add(seenOutside(finding, location, opened.length))
  }
  for (const limit of limits) outcome.limits.add({ ...limit, offset: location.at })
  outcome.unpackedBytes += bytes
  // Where damaged data ends is unknown: what else begins in it is opened by itself.
  return opened.end === 'cut' ? location.at : location.at + opened.length
}

/** One finding a key, as all have one offset: the verified encoding rather than a copied value. */
function bestOfEach(found: FoundInside['found']): FoundInside['found'] {
  const best = new Map<string, FoundInside['found'][number]>()
  for (const [i, each] of found.entries()) {
    const name = each.tag === '' ? String(i) : each.tag
    const existing = best.get(name)
    if (existing === undefined || rankOf(each) > rankOf(existing)) best.set(name, each)
  }
  return [...best.values()]
}

function rankOf({ certainty, verification }: Finding): number {
  if (certainty !== 'verified') return 0
  return verification.startsWith(EQUAL_VALUE) ? 1 : 2
}

function seenOutside(
  finding: Finding & RawFinding,
  { coding, at }: PackedSeen,
  length: number,
): RawFinding {
  const { kind, encoding, bits, verification, note, keyId, offset, address, owner, isWellFormed } =
    finding
  const { inside = { offset, address, owner, firstAt: finding.sameKeyAt ?? offset } } = finding
  return {
    offset: at,
    length,
    kind,
    encoding: `${coding}-of-${encoding}`,
    bits,
    // Well-formed keys are classified with the rest of the file.
    certainty: isWellFormed === true ? 'verified' : finding.certainty,
    verification,
    note,
    keyId,
    inside,
    ...(isWellFormed === true ? { isWellFormed } : {}),
    ...(finding.isRebuilt === true ? { isRebuilt: true } : {}),
    tag: finding.tag,
  }
}
