/**
 * Searches one window after another: anchors and detectors, then whole windows. Owns one kernel
 * memory: a scanner for each thread.
 */
import type { ByteSource, Range } from '@mintmark/dump'
import type { Certainty } from '@mintmark/keys/material/key_kind'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../anchors/anchor.ts'
import { AnchorBudget } from '../anchors/anchor_budget.ts'
import { AnchorKernel } from '../anchors/anchors.ts'
import { KernelMemory } from '../anchors/kernel_memory.ts'
import type { Match, PackedSeen, Probe } from '../anchors/match.ts'
import { Repeats, type Sight } from '../anchors/repeats.ts'
import { type Piece, WINDOW_CAPACITY, type Window } from '../anchors/scan_plan.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import { MlKemSearch } from '../detectors/process/ml_kem_layouts.ts'
import { EncodedSearch } from '../encoded/encoded_search.ts'
import type { RawFinding } from '../findings/finding.ts'
import { LEAST_ZEROS } from '../memory/holes.ts'
import { joinedPieces, smallPieces } from '../memory/joined_pieces.ts'
import type { ProcessMemory } from '../memory/process_memory.ts'
import { keyOfNumber } from '../public_keys/bare_moduli.ts'
import { HITS_OF, type LimitSeen } from '../report/scan_limits.ts'
import { AesSearch } from '../schedules/aes.ts'
import { HmacSearch } from '../schedules/hmac.ts'

/** Block that all searches share before the next: it stays in the processor's cache. */
const BLOCK_BYTES = 256 << 10
/** Zeros searched before data: encodings may begin so. Kernels look behind `to` themselves. */
const LEAD_BYTES = 256
/** Data comes in pages; zeros of up to `gap` are searched, which is quicker than a new start. */
const DATA = { page: 4096, gap: 16 << 10 } as const

export interface ScannerOptions {
  readonly anchors: readonly Anchor[]
  readonly hasKeyTables: boolean
  readonly isDeep: boolean
  readonly searches?: readonly WindowSearch[]
  readonly blockBytes?: number
  readonly memory?: KernelMemory | undefined
}

export interface WindowTaker extends Pick<Probe, 'onPublicKey' | 'hasRoomForKey'> {
  /** Its offset is from the file's start; its material is valid until this returns. */
  readonly onMatch: (found: Match) => RawFinding | undefined
  /**
   * Undefined: copies are examined each time.
   * @returns whether it is reported, not only counted
   */
  readonly onCopy?: (
    finding: RawFinding | undefined,
    certainty: Certainty,
    offset: number,
  ) => boolean
  readonly onLimit: (seen: LimitSeen) => void
  /** Packed data that was not unpacked to its end, from the file's start. */
  readonly onPacked?: (packed: PackedSeen) => void
  /** Many zeros in a row, in order of offset; see `holes.ts`. */
  readonly onZeros?: (zeros: Range) => void
}

interface Hit {
  readonly finding: RawFinding | undefined
  readonly offset: number
  readonly certainty: Certainty
  /** False for an unverified key that a later key may verify: each of its offsets counts. */
  readonly isFinal: boolean
}

interface Location extends WindowTaker {
  bytes: Uint8Array
  offset: number
  address: bigint | undefined
  probe: Probe
}

/** No encoding is shorter. The head of an array of a Java heap is 18, between any two. */
const LEAST_PIECE = 20

export class WindowScanner {
  readonly #memory: KernelMemory
  readonly #anchors: readonly Anchor[]
  readonly #kernel: AnchorKernel
  readonly #budget: WorkBudget = new WorkBudget()
  readonly #shares: AnchorBudget
  readonly #encodedNumber: number
  readonly #blockBytes: number
  readonly #isDeep: boolean
  /** Searches that reported a cut: each is reported once. */
  readonly #cut = new Set<string>()
  /** Shares the budget of anchors, under the number after the last anchor. */
  readonly #encoded: EncodedSearch | undefined
  readonly #aligned: readonly WindowSearch[]
  readonly #unaligned: readonly WindowSearch[]
  readonly #own: readonly WindowSearch[]
  readonly #repeats: Repeats<Hit>
  /** The last probe depended only on bytes in reach: equal bytes give the same. */
  #isWhole: boolean = false
  readonly #leastPiece: number
  #process: ProcessMemory | undefined

  /** @throws {RangeError} if an anchor's pattern is wrong, or there are too many */
  constructor(options: ScannerOptions) {
    const { anchors, isDeep, hasKeyTables } = options
    this.#memory = options.memory ?? new KernelMemory(WINDOW_CAPACITY)
    this.#anchors = anchors
    this.#kernel = new AnchorKernel(this.#memory, anchors)
    this.#encoded = hasKeyTables ? new EncodedSearch(this.#memory, isDeep) : undefined
    this.#repeats = new Repeats(anchors.length, this.#budget)
    this.#leastPiece = hasKeyTables ? LEAST_PIECE : 1
    const more = options.searches ?? []
    this.#own = more
    this.#blockBytes = options.blockBytes ?? BLOCK_BYTES
    this.#encodedNumber = anchors.length
    this.#isDeep = isDeep
    this.#shares = new AnchorBudget(anchors.length + 1, this.#kernel, this.#blockBytes, isDeep)
    const pads = hasKeyTables ? [new HmacSearch(this.#memory, isDeep)] : []
    const schedules = (isEveryByte: boolean) =>
      hasKeyTables ? [new AesSearch(this.#memory, isEveryByte)] : []
    const polynomials = hasKeyTables ? [new MlKemSearch()] : []
    this.#aligned = [...schedules(isDeep), ...pads, ...polynomials, ...more]
    this.#unaligned = [...schedules(true), ...pads, ...polynomials, ...more]
  }

  follow(process: ProcessMemory | undefined): void {
    this.#process = process
  }

  /**
   * Errors become limits; the rest is searched.
   * @returns searched bytes, without surroundings
   */
  scan(source: ByteSource, window: Window, taker: WindowTaker): number {
    const target = this.#memory.windowOf(window.length)
    let present: number
    try {
      present = source.read(window.offset, target)
    } catch {
      taker.onLimit({ code: 'unreadable', name: '', offset: window.offset })
      return 0
    }
    if (present < window.length) {
      target.fill(0, present)
      taker.onLimit({ code: 'unreadable', name: '', offset: window.offset + present })
    }
    this.#shares.startWindow(window.moreCost ?? 0, window.onceCost, window.anchorShare)
    this.#process?.use(source)
    this.#budget.forget()
    const whole = present === window.length ? window.pieces : piecesPresent(window.pieces, present)
    // Without anchors a search has a costly start, and any bytes are alike.
    const { small, others } =
      this.#anchors.length > 0 ? { small: [], others: whole } : smallPieces(whole)
    const bytes = new Uint8Array(0)
    const probe = { budget: this.#budget }
    const location: Location = { ...taker, bytes, offset: 0, address: undefined, probe }
    for (const piece of others) this.#scanPiece(target, window.offset, piece, location)
    if (small.length > 0) this.#scanJoined(target, window.offset, small, taker)
    return whole.reduce((sum, { from, to }) => sum + to - from, 0)
  }

  /** What examining anchors took in the last window: a cost as in `work_budget.ts`. */
  get lastCost(): number {
    return this.#shares.total
  }

  /** Overwrites the last window. Call it when all are done. */
  wipe(): void {
    this.#memory.wipe()
    this.#repeats.start(new Uint8Array(0))
    for (const search of this.#own) search.wipe?.()
  }

  #scanPiece(target: Uint8Array, offset: number, piece: Piece, location: Location): void {
    if (piece.end - piece.begin < this.#leastPiece) return
    const bytes = target.subarray(piece.begin, piece.end)
    const begin = offset + piece.begin
    location.bytes = bytes
    location.offset = begin
    location.address = piece.address
    location.probe = {
      budget: this.#budget,
      memory: this.#process?.around(begin, this.#budget),
      onPublicKey: location.onPublicKey,
      hasRoomForKey: location.hasRoomForKey,
      onPacked: ({ coding, at }) => {
        // Its end is searched for behind what is in reach.
        this.#isWhole = false
        location.onPacked?.({ coding, at: begin + at })
      },
    }
    this.#repeats.start(bytes)
    const searches = piece.isAligned ? this.#aligned : this.#unaligned
    const isAligned = piece.isAligned && !this.#isDeep
    if (piece.array === 'number') this.#takeNumber(location)
    const to = piece.to - piece.begin
    let done = piece.from - piece.begin
    for (const [from, until] of this.#runs(bytes, done, to)) {
      reportZeros(location, done, from)
      done = until
      for (let at = from; at < until; at += this.#blockBytes) {
        const end = Math.min(at + this.#blockBytes, until)
        this.#shares.take(end - at)
        this.#kernel.find(bytes, at, end, isAligned, (hit, anchor) =>
          this.#probeAnchor(location, hit, anchor),
        )
        for (const search of searches) {
          if (bytes.length >= (search.least ?? 1)) this.#run(search, location, at, end)
        }
        this.#searchEncoded(location, at, end)
      }
    }
    reportZeros(location, done, to)
  }

  #searchEncoded(location: Location, from: number, to: number): void {
    const encoded = this.#encoded
    if (encoded === undefined || location.bytes.length < encoded.least) return
    const number = this.#encodedNumber
    this.#budget.start(this.#shares.leftFor(number))
    this.#run(encoded, location, from, to)
    const { cost, wasRefused } = this.#budget.end()
    if (wasRefused) this.#pass(location, from, number, encoded.name)
    this.#shares.spend(number, cost)
  }

  /** Small pieces joined: a hit across two pieces does not count. */
  #scanJoined(
    target: Uint8Array,
    offset: number,
    pieces: readonly Piece[],
    taker: WindowTaker,
  ): void {
    for (const { bytes, offsetOf, isWithin } of joinedPieces(target, pieces)) {
      const location: Location = {
        bytes,
        offset: 0,
        address: undefined,
        probe: { budget: this.#budget },
        onMatch: (found) => {
          const { offset: at, length } = found
          if (!isWithin(at, length)) return undefined
          return taker.onMatch({ ...found, offset: offset + offsetOf(at) })
        },
        onLimit: (seen) => taker.onLimit({ ...seen, offset: offset + offsetOf(seen.offset) }),
      }
      for (const search of this.#own) this.#run(search, location, 0, bytes.length)
    }
  }

  *#runs(bytes: Uint8Array, from: number, to: number): Generator<readonly [number, number]> {
    let start = this.#kernel.nextNonzero(bytes, from, to)
    let done = from
    while (start < to) {
      const { end, next } = this.#kernel.dataAt(bytes, start, to, DATA)
      yield [Math.max(done, start - LEAD_BYTES), end]
      done = end
      start = next
    }
  }

  #probeAnchor(location: Location, at: number, number: number): void {
    const anchor = this.#anchors[number]
    if (anchor === undefined) return
    if (this.#shares.isOff(number)) {
      this.#pass(location, at, number, anchor.name)
      return
    }
    if (anchor.mayContain?.(location.bytes, at) === false) {
      this.#shares.spend(number, PROBE_COST)
      return
    }
    this.#budget.start(this.#shares.leftFor(number))
    this.#budget.spend(PROBE_COST)
    const isCopy = this.#repeats.knows(number) && this.#takeCopy(location, at, number, anchor)
    const hit = isCopy ? undefined : this.#probeOffset(location, at, anchor)
    const { cost, wasRefused } = this.#budget.end()
    // A key verified without the refused test counts as examined: 15,360 bits in OpenSSL's program.
    if (wasRefused && hit?.certainty !== 'verified') this.#pass(location, at, number, anchor.name)
    if (this.#isWhole && !isCopy && !wasRefused) {
      this.#repeats.remember(number, at, anchor, cost, hit)
    }
    this.#shares.spend(number, cost)
  }

  #probeOffset(location: Location, at: number, anchor: Anchor): Hit | undefined {
    let hit: Hit | undefined
    this.#isWhole = true
    try {
      hit = this.#detect(anchor, location, at)
    } catch {
      this.#isWhole = false
      // Its message may contain examined bytes: it is dropped.
      location.onLimit({ code: 'detector-failed', name: anchor.name, offset: location.offset + at })
    }
    if (this.#process?.wipe() === true || hit?.isFinal === false) this.#isWhole = false
    return hit
  }

  #detect(anchor: Anchor, location: Location, at: number): Hit | undefined {
    const match = anchor.detect(location.bytes, at, location.probe)
    if (match === undefined) return undefined
    this.#budget.spend(HIT_COST)
    const { offset, key } = match
    const finding = location.onMatch({ ...match, offset: location.offset + offset })
    const isFinal = key.possible === undefined
    return { finding, offset: offset - at, certainty: key.certainty, isFinal }
  }

  #takeCopy({ offset, onCopy }: Location, at: number, number: number, sight: Sight): boolean {
    if (onCopy === undefined) return false
    const earlier = this.#repeats.earlier(number, at, sight)
    if (earlier === undefined) return false
    const { found } = earlier
    if (found === undefined) return true
    const { finding, certainty } = found
    if (onCopy(finding, certainty, offset + at + found.offset)) this.#budget.spend(COPY_COST)
    return true
  }

  #pass(location: Location, at: number, number: number, name: string): void {
    if (!this.#shares.pass(number)) return
    location.onLimit({ code: 'anchor-flood', name, offset: location.offset + at })
  }

  /** A number of a Java heap may be a modulus: its exponent is elsewhere. */
  #takeNumber({ bytes, onPublicKey, hasRoomForKey }: Location): void {
    const isWanted = onPublicKey !== undefined && hasRoomForKey?.(true) !== false
    const key = isWanted ? keyOfNumber(bytes, this.#budget) : undefined
    if (key !== undefined) onPublicKey?.(key, true)
  }

  #run(search: WindowSearch, location: Location, from: number, to: number): void {
    try {
      const hits = search.search(location.bytes, from, to, location.address, location.probe)
      for (const found of hits)
        location.onMatch({ ...found, offset: location.offset + found.offset })
    } catch {
      location.onLimit({
        code: 'detector-failed',
        name: search.name,
        offset: location.offset + from,
      })
    }
    this.#process?.wipe()
    const { over } = search
    if (over !== undefined) {
      const offset = location.offset + over.offset
      location.onLimit({ code: 'many-hits', name: HITS_OF.verified, offset, count: over.count })
    }
    for (const name of search.limits ?? []) {
      if (this.#cut.has(name)) continue
      this.#cut.add(name)
      location.onLimit({ code: 'search-cut', name, offset: location.offset + from })
    }
  }
}

function reportZeros({ offset, onZeros }: Location, from: number, to: number): void {
  if (to - from >= LEAST_ZEROS) onZeros?.({ offset: offset + from, length: to - from })
}

function piecesPresent(pieces: readonly Piece[], present: number): readonly Piece[] {
  return pieces
    .filter(({ begin }) => begin < present)
    .map((piece): Piece => {
      const end = Math.min(piece.end, present)
      return Object.assign({}, piece, {
        end,
        to: Math.max(piece.from, Math.min(piece.to, present)),
      })
    })
}

/** A probe that finds nothing, and reporting a hit: its names, its offset, its JSON. */
const PROBE_COST = 300
const HIT_COST = 105_000
const COPY_COST = 20_000
