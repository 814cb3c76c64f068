/**
 * Scans bytes in up to three passes: recognisable encodings first, then private halves of given and
 * discovered public keys, which only arithmetic shows.
 */
import { randomBytes } from 'node:crypto'
import { type ByteSource, type Dump, openDump, type Range } from '@mintmark/dump'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { runsOf } from './anchors/scan_plan.ts'
import type { BufferedInput } from './buffer/buffer_layout.ts'
import { type FoundInside, MOST_BYTES, PackedList, scanPacked } from './embedded/scan_packed.ts'
import { isZlibBegin } from './encoded/packed_layers.ts'
import { SearchThreads } from './engine/pool.ts'
import { ScannerPool } from './engine/scanner_task.ts'
import type { SearchedFile } from './engine/search_file.ts'
import type { Finding } from './findings/finding.ts'
import { arrangedRuns, type MemoryOrder } from './memory/memory_order.ts'
import { dataOf, openInput, type ScanInput } from './memory/scan_input.ts'
import { SegmentBoundaries } from './memory/segment_boundaries.ts'
import type { FileBorders } from './memory/segment_chains.ts'
import { type Outcome, Passes, type PassOptions } from './passes.ts'
import { KnownKeys } from './report/known_keys.ts'
import { RawFindingList } from './report/raw_findings.ts'
import type { ScanReport } from './report/report.ts'
import { LimitList } from './report/scan_limits.ts'

export interface ScanOptions extends PassOptions {
  /** Opens packed data amid other bytes; else only what the scan of a window unpacks. */
  readonly opensPacked?: boolean
  /** Their private halves are searched for, in every encoding. */
  readonly publicKeys?: readonly PublicKey[]
}

/** First bytes that identify zlib. */
const HEAD_BYTES = 64

/**
 * Scans bytes that need not be a file; the report calls them `name`. The same bytes give the same
 * report. Some 10 MB a thread, whatever the size.
 * @throws {MintmarkError} `INPUT_UNREADABLE` if they cannot be read, or their headers
 */
export async function scanInput(
  input: ScanInput,
  name: string,
  options: ScanOptions = {},
): Promise<ScanReport> {
  const hashKey = randomBytes(32)
  try {
    const room = { bytes: MOST_BYTES }
    const scanners = new ScannerPool()
    const searched = await searchInput(input, { hashKey, scanners, options, depth: 0, room })
    return reportOf(name, searched)
  } finally {
    hashKey.fill(0)
  }
}

interface InputSearch {
  readonly hashKey: Uint8Array
  readonly scanners: ScannerPool
  readonly options: ScanOptions
  readonly depth: number
  readonly room: { bytes: number }
}

interface SearchedInput {
  readonly size: number
  readonly holeBytes: number
  readonly dump: Dump
  readonly outcome: Outcome
}

async function searchInput(input: ScanInput, how: InputSearch): Promise<SearchedInput> {
  const { options } = how
  const source = openInput(input)
  try {
    const dump = openDump(source)
    const runs = runsOf(dump)
    const borders = fileBordersOf(dump)
    const arranged = arrangedRuns(runs, borders)
    const { vectorRegisters, wideRegisters } = dump
    const asItIs = { input, source, runs, vectorRegisters, wideRegisters, borders }
    const shown = arranged === undefined ? asItIs : inOrder(asItIs, arranged)
    const data = dataOf(shown.input, shown.source.size)
    const outcome = await searchShown(shown, data, how)
    if (options.opensPacked === true) await searchPacked(shown.source, dump, outcome, how)
    const holeBytes = shown.source.size - bytesOf(data)
    return { size: source.size, holeBytes, dump, outcome }
  } finally {
    source.close()
  }
}

async function searchPacked(
  source: ByteSource,
  { container }: Dump,
  outcome: Outcome,
  how: InputSearch,
): Promise<void> {
  const { depth, room, options } = how
  noteZlib(source, outcome.packed)
  const search = async (input: BufferedInput, packedBytes: number): Promise<FoundInside> => {
    const inner = { options: { ...options, packedBytes }, depth: depth + 1 }
    const searched = await searchInput(input, { ...how, ...inner })
    const { rawFindings, keys, limits, scannedBytes, unpackedBytes } = searched.outcome
    const found = rawFindings
      .tagged('', searched.dump, keys.isShown)
      .map((finding) => keys.named(finding))
    return { found, limits: limits.seen(), bytes: scannedBytes + unpackedBytes }
  }
  await scanPacked(source, outcome, { depth, room, isDump: container !== 'raw', search })
}

/** What is zlib and nothing else: two bytes identify that only at the begin. */
function noteZlib(source: ByteSource, packed: PackedList): void {
  const head = new Uint8Array(HEAD_BYTES)
  const present = source.read(0, head)
  if (isZlibBegin(head.subarray(0, present))) packed.addAll([{ coding: 'zlib', at: 0 }])
}

interface Shown
  extends Pick<SearchedFile, 'source' | 'runs' | 'vectorRegisters' | 'wideRegisters' | 'borders'> {
  readonly input: ScanInput
  readonly view?: SegmentBoundaries
}

function inOrder(
  { input, source, vectorRegisters, wideRegisters }: Shown,
  arranged: MemoryOrder,
): Shown {
  const view = SegmentBoundaries.whole(arranged, source)
  const { runs, parts } = arranged
  const placed = (ranges: readonly Range[]): readonly Range[] =>
    ranges.flatMap((range) => {
      const offset = view.offsetOf(range)
      return offset === undefined ? [] : [{ ...range, offset }]
    })
  return {
    input: { kind: 'arranged', input, parts },
    source: view.source,
    runs,
    vectorRegisters: placed(vectorRegisters),
    wideRegisters: placed(wideRegisters),
    view,
  }
}

async function searchShown(
  { input, view, ...file }: Shown,
  data: readonly Range[],
  { hashKey, scanners, options }: InputSearch,
): Promise<Outcome> {
  const limits = new LimitList(view)
  const rawFindings = new RawFindingList(limits, view)
  const keys = new KnownKeys(options.publicKeys ?? [])
  const packed = new PackedList()
  const outcome: Outcome = { limits, rawFindings, keys, packed, scannedBytes: 0, unpackedBytes: 0 }
  const threads = new SearchThreads({ input, hashKey }, scanners)
  try {
    const passes = new Passes({ ...file, data, hashKey, threads }, options, outcome)
    if (options.isGivenOnly !== true) await passes.allEncodings()
    if (keys.leftOut > 0) limits.add({ code: 'many-keys', name: '', offset: 0 }, keys.leftOut)
    await passes.known()
    await passes.values()
    return outcome
  } finally {
    await threads.close()
  }
}

/** A file that ends too soon has its borders where they were. */
function fileBordersOf({ flaws, isShared }: Dump): FileBorders {
  return isShared || flaws.some(({ code }) => code !== 'segment-cut') ? 'all' : 'unclaimed'
}

function bytesOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0)
}

function reportOf(name: string, { size, holeBytes, dump, outcome }: SearchedInput): ScanReport {
  const { keys, scannedBytes, unpackedBytes } = outcome
  const all = outcome.rawFindings
    .findings(name, dump, keys.isShown)
    .map((finding) => keys.named(finding))
  const limits = keys.open(all, outcome.limits.list())
  const isDamaged = dump.flaws.some(({ code }) => code !== 'names-damaged')
  const given = keys.answers(all, limits, isDamaged)
  const ofClass = (wanted: Finding['certainty']) =>
    all.filter(({ certainty }) => certainty === wanted)
  return {
    file: name,
    size,
    container: dump.container,
    segments: dump.segments.length,
    // Other orders search some borders twice, and a page of a hole along with its neighbours.
    scannedBytes: Math.min(size - holeBytes, scannedBytes),
    holeBytes,
    unpackedBytes,
    findings: ofClass('verified'),
    unverified: ofClass('unverified'),
    protected: ofClass('protected'),
    flaws: dump.flaws,
    limits,
    absent: given.flatMap(({ state, keyId }) => (state === 'absent' ? keyId : [])),
    given,
    publicRoots: keys.publicRoots,
  }
}
