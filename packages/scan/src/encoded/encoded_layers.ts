/**
 * Decodes text and packed data amid other bytes, up to {@link MOST_LAYERS} deep, UTF-16 too. Each
 * layer of text is a quarter shorter, packed data gives 1 MiB at most, and all counts in the
 * probe's budget.
 */
import type { PackedCoding, PackedSeen, Probe } from '../anchors/match.ts'
import { isBase64Letter, lettersBefore } from '../text/base64.ts'
import { isDigit, isListed } from '../text/number_text.ts'
import { LEAST_DIGITS } from './encoded_offsets.ts'
import { isZlibHead, type Layer, type Span } from './layer.ts'
import { LetterRun, mayBeEncoded } from './letter_layers.ts'
import { NumberLayers } from './number_layers.ts'
import { isGzipHead, unpackedAt } from './packed_layers.ts'

export const MOST_LAYERS = 8
/** Text is searched for at multiples of this. */
export const STRIDE = 48
/** So many letters in a row that a run may have, at an offset that is examined, and around it. */
const SAMPLED = 8
const LEAST_RUN = 56
const SAMPLED_LIST = 16
/** How far a text may go on to either side of what is searched. */
export const REACH_BYTES = 65_536
const GZIP = Buffer.from([0x1f, 0x8b, 8])
const ZLIB = 0x78
const COST = { layer: 2000, byte: 10, character: 60, wide: 15 } as const

/** A decoded layer, and where its encoding is in the searched bytes. */
export interface EncodedBytes {
  readonly bytes: Uint8Array
  readonly coding: string
  readonly spanOf: (from: number, to: number) => Span
  /** The outermost coding, and where it begins in the bytes that are searched. */
  readonly root: PackedSeen
}

export type OnEncoded = (encoded: EncodedBytes) => void

interface Location {
  readonly bytes: Uint8Array
  readonly depth: number
  readonly coding: string
  readonly spanOf: ((from: number, to: number) => Span) | undefined
  readonly isNarrowed: boolean
  /** What stands for all of it: the outermost coding, and where it begins. */
  readonly root: PackedSeen | undefined
  readonly probe: Probe
}

export interface LayerOptions {
  /** Zlib is searched for at every offset, not only where a layer begins. */
  readonly isDeep: boolean
}

export class LayerReader {
  readonly #isDeep: boolean
  #run: LetterRun = new LetterRun(0)
  readonly #numbers: NumberLayers = new NumberLayers()
  #isSpent: boolean = false

  constructor({ isDeep }: LayerOptions) {
    this.#isDeep = isDeep
  }

  /** Wiped when `take` returns. @param offsets by `encoded_offsets.ts`: no others are examined */
  read(
    bytes: Uint8Array,
    from: number,
    to: number,
    take: OnEncoded,
    probe: Probe,
    offsets?: readonly number[],
  ): void {
    const location = offsetOf(bytes, probe)
    this.#begin()
    if (offsets === undefined) this.#search(location, from, to, take)
    else {
      let done = from
      for (const at of offsets) {
        if (this.#isSpent) break
        if (at >= done) done = this.#text(location, at, done, take)
      }
    }
    if (this.#isDeep) this.#unpack(location, from, to, take)
  }

  /** Gzip or zlib at an offset, and what is encoded in it; wiped when `take` returns. */
  readPacked(bytes: Uint8Array, at: number, take: OnEncoded, probe: Probe): void {
    const location = offsetOf(bytes, probe)
    const layer = unpackedIn(location, at)
    if (layer === undefined) return
    this.#begin()
    this.#enter(location, layer, take)
  }

  #search(location: Location, from: number, to: number, take: OnEncoded): void {
    let done = from
    for (let at = from; at < to && !this.#isSpent; at += STRIDE) {
      if (at >= done) done = this.#text(location, at, done, take)
    }
  }

  #begin(): void {
    this.#isSpent = false
  }

  /** To either side of an offset; 0, and reported, where the budget is used up. */
  #mostToRead({ probe: { budget } }: Location): number {
    const most = Math.floor(budget.left / COST.character)
    if (most >= LEAST_RUN) return Math.min(most, REACH_BYTES)
    budget.within(Number.POSITIVE_INFINITY, () => undefined)
    this.#isSpent = true
    return 0
  }

  /** @returns behind what was read; no more than the offset if there was nothing */
  #text(location: Location, at: number, done: number, take: OnEncoded): number {
    const { bytes } = location
    const first = bytes[at] ?? 0
    const second = KINDS[bytes[at + 1] ?? 0] ?? 0
    if (first === 0) {
      const isWide = second !== 0 && bytes[at + 2] === 0
      return isWide ? this.#wide(location, at + 1, done, take) : done
    }
    if (bytes[at + 1] === 0) return this.#wide(location, at, done, take)
    return ((KINDS[first] ?? 0) & second) === 0 ? done : this.#narrow(location, at, done, take)
  }

  #narrow(location: Location, at: number, done: number, take: OnEncoded): number {
    const { bytes } = location
    if (isLetters(bytes, at, 1)) {
      const end = this.#letters(location, at, done, take)
      if (end > at) return end
    }
    return isList(bytes, at, 1) ? this.#list(location, at, done, take) : done
  }

  /** @returns behind the run of letters around an offset; the offset itself if they are too few */
  #letters(location: Location, at: number, done: number, take: OnEncoded): number {
    const { bytes } = location
    if (!isLongRun(bytes, at)) return done
    // Numbers with dashes between them are letters too.
    if (!mayBeEncoded(bytes, at)) return isList(bytes, at, 1) ? done : notedRun(location, at, done)
    const most = this.#mostToRead(location)
    if (most === 0) return done
    if (!this.#run.holds(bytes.length)) this.#run = new LetterRun(bytes.length)
    // What was read before is not gone through again.
    const { start } = lettersBefore(bytes.subarray(done), at - done, most, location.probe.budget)
    const begin = done + start
    const last = Math.min(bytes.length, at + most)
    const end = this.#run.read(bytes, begin, last, location.probe.budget)
    // Of their own memory: what is encoded in them is read into the same run.
    const layers = this.#run.layers()
    const goesOn = end >= at + most - 1 && isBase64Letter(bytes[end])
    if (goesOn) noteLayers(location, layers)
    const { isCut, unread } = this.#run
    if (unread !== undefined) noteRoot(location, 'hex', unread)
    else if (isCut || (layers.length === 0 && end - begin >= LEAST_LETTERS))
      noteRoot(location, 'base64', begin)
    const next = this.#run.escapesBehind(bytes, at) ?? end
    this.#run.wipe()
    for (const layer of layers) this.#enter(location, layer, take)
    return Math.max(next, done)
  }

  #list(location: Location, at: number, done: number, take: OnEncoded): number {
    const most = this.#mostToRead(location)
    if (most === 0) return done
    const chars = location.bytes.subarray(0, at + most)
    const { layers, end } = this.#numbers.around(
      chars,
      at,
      Math.max(done, at - most),
      location.probe.budget,
    )
    for (const layer of layers) this.#enter(location, layer, take)
    return end
  }

  #wide(location: Location, at: number, done: number, take: OnEncoded): number {
    const { bytes } = location
    if (location.isNarrowed || !(isLetters(bytes, at, 2) || isList(bytes, at, 2))) return done
    const most = 2 * this.#mostToRead(location)
    const least = Math.max(done, at - most)
    let [from, to] = [at, at]
    while (from - 2 >= least && bytes[from - 1] === 0 && isAscii(bytes[from - 2])) from -= 2
    while (to < at + most && bytes[to + 1] === 0 && isAscii(bytes[to])) to += 2
    location.probe.budget.spend((COST.wide * (to - from)) / 2)
    if (to - from < 2 * LEAST_RUN) return done
    const chars = new Uint8Array((to - from) / 2)
    for (let k = 0; k < chars.length; k++) chars[k] = bytes[from + 2 * k] ?? 0
    const wide = (begin: number, end: number): Span => {
      const span = { from: from + 2 * begin, to: from + 2 * end }
      return location.spanOf?.(span.from, span.to) ?? span
    }
    this.#search(
      { ...location, bytes: chars, spanOf: wide, isNarrowed: true },
      0,
      chars.length,
      take,
    )
    chars.fill(0)
    return to
  }

  /** Zlib's head has only two bytes: at a layer's begin alone, unless deep. */
  #unpack(location: Location, from: number, to: number, take: OnEncoded): void {
    const { bytes } = location
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const enter = (at: number): number => {
      const layer = unpackedIn(location, at)
      if (layer === undefined) return at + 1
      const next = layer.spanOf(0, 0).to
      this.#enter(location, layer, take)
      return next
    }
    for (let at = all.indexOf(GZIP, from); at !== -1 && at < to; ) at = all.indexOf(GZIP, enter(at))
    if (this.#isDeep) {
      for (let at = all.indexOf(ZLIB, from); at !== -1 && at < to; ) {
        at = all.indexOf(ZLIB, isZlibHead(bytes, at) ? enter(at) : at + 1)
      }
    } else if (isZlibHead(bytes, from)) enter(from)
  }

  #enter(outer: Location, layer: Layer, take: OnEncoded): void {
    const { bytes } = layer
    outer.probe.budget.within(COST.layer + COST.byte * bytes.length, () => {
      const spanOf = (from: number, to: number): Span => {
        const span = layer.spanOf(from, to)
        return outer.spanOf?.(span.from, span.to) ?? span
      }
      const coding = outer.coding === '' ? layer.coding : `${outer.coding}-of-${layer.coding}`
      const root = outer.root ?? { coding: layer.coding, at: spanOf(0, 1).from }
      take({ bytes, coding, spanOf, root })
      const depth = outer.depth + 1
      if (depth >= MOST_LAYERS) {
        outer.probe.onPacked?.(root)
        return true
      }
      const location = { bytes, depth, coding, spanOf, isNarrowed: false, root, probe: outer.probe }
      this.#search(location, 0, bytes.length, take)
      this.#unpack(location, 0, bytes.length, take)
      return true
    })
    bytes.fill(0)
  }
}

function offsetOf(bytes: Uint8Array, probe: Probe): Location {
  return {
    bytes,
    depth: 0,
    coding: '',
    spanOf: undefined,
    isNarrowed: false,
    root: undefined,
    probe,
  }
}

function unpackedIn(location: Location, at: number): Layer | undefined {
  const { bytes } = location
  return unpackedAt(bytes, at, location.probe.budget, () =>
    noteRoot(location, isGzipHead(bytes, at) ? 'gzip' : 'zlib', at),
  )
}

/** Each coding once, from the first of its layers on. */
function noteLayers(location: Location, layers: readonly Layer[]): void {
  for (const wanted of ['base64', 'hex'] as const) {
    const first = layers.find(({ coding }) => coding === wanted)
    if (first !== undefined) noteRoot(location, wanted, first.spanOf(0, 1).from)
  }
}

/** Letters that stand for neither text nor a key, as many as would hide packed data. */
const LEAST_LETTERS = 4096

/** Notes a long run of letters in lines. Gives what is behind, or where other letters may begin. */
function notedRun(location: Location, at: number, done: number): number {
  const { bytes } = location
  let [start, end] = [at, at]
  while (start > done && isInLines(bytes[start - 1])) start--
  while (end < bytes.length && isInLines(bytes[end])) {
    end++
    // Once a stride: they begin behind the offset that was examined a stride before.
    const next = end + STRIDE - 1
    if ((end - at) % STRIDE === 1 && next < bytes.length && mayBeEncoded(bytes, next)) break
  }
  while (start < at && !isBase64Letter(bytes[start])) start++
  location.probe.budget.spend((end - start) >> 2)
  if (end - start >= LEAST_LETTERS) noteRoot(location, 'base64', start)
  return end
}

const isInLines = (byte: number | undefined): boolean =>
  byte === 0x0a || byte === 0x0d || isBase64Letter(byte)

function noteRoot({ root, spanOf, probe }: Location, coding: PackedCoding, at: number): void {
  probe.onPacked?.(root ?? { coding, at: spanOf?.(at, at + 1).from ?? at })
}

function isAscii(letter: number | undefined): boolean {
  return (
    letter !== undefined && ((letter >= 0x20 && letter < 0x7f) || (letter >= 9 && letter <= 13))
  )
}

const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  return (isBase64Letter(byte) ? 1 : 0) | (isListed(byte) ? 2 : 0)
})

function isLetters(bytes: Uint8Array, at: number, width: 1 | 2): boolean {
  for (let k = 0; k < SAMPLED; k++) {
    if (((KINDS[bytes[at + k * width] ?? 0] ?? 0) & 1) === 0) return false
    if (width === 2 && bytes[at + 2 * k + 1] !== 0) return false
  }
  return true
}

function isLongRun(bytes: Uint8Array, at: number): boolean {
  let [from, to] = [at, at + SAMPLED]
  while (to - from < LEAST_RUN && isBase64Letter(bytes[to])) to++
  while (to - from < LEAST_RUN && isBase64Letter(bytes[from - 1])) from--
  return to - from >= LEAST_RUN
}

function isList(bytes: Uint8Array, at: number, width: 1 | 2): boolean {
  let digits = 0
  for (let k = 0; k < SAMPLED_LIST; k++) {
    const char = bytes[at + k * width] ?? 0
    if (((KINDS[char] ?? 0) & 2) === 0) return false
    if (width === 2 && bytes[at + 2 * k + 1] !== 0) return false
    if (isDigit(char)) digits++
  }
  return digits >= LEAST_DIGITS
}
