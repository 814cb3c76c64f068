/**
 * Reads a dump from a pipe: each byte once, in order, with what is known of it by then.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { type Arranged, arrange, finish, unknownSegment } from './arrange.ts'
import { readContainer } from './containers/container.ts'
import { HEAD_BYTES, HeldBytes } from './held_bytes.ts'
import { Layout } from './memory/layout.ts'
import { endOf } from './memory/ranges.ts'
import type { Ask } from './memory/reading.ts'
import type { Dump, Range, Segment } from './memory/segment.ts'

/** Bytes that are held back while the tables are still to come. */
const MAX_HELD_BYTES = (64 << 20) - HEAD_BYTES
/** What is held after more came: so much is given on at once that the map is not made anew for each chunk. */
const KEPT_BYTES = 48 << 20
/** Bytes that are settled are given on in steps of so many, while the reading goes on. */
const STEP_BYTES = 8 << 20
const APPEND_BYTES = 1 << 20

/** Bytes of the dump, or, as the last of all, the map of it. */
export type DumpPiece =
  | {
      readonly kind: 'structure'
      readonly offset: number
      /** Valid for as long as it is kept; not to be changed. */
      readonly bytes: Uint8Array
    }
  | {
      readonly kind: 'segment'
      readonly offset: number
      readonly bytes: Uint8Array
      /** As far as it is known: it may be cut by the end of the input, or get a name or address in the summary. */
      readonly segment: Segment
    }
  | { readonly kind: 'summary'; readonly dump: Dump }

/**
 * Gives every byte of `chunks` exactly once, in order, as pieces of structure or of a segment, then the summary, which
 * is what `openDump` gives for the same bytes.
 *
 * At most 64 MiB are held back. Where the tables of a dump come later than that (minidumps that are written in one
 * go), the bytes before them are given as segments without an address; if what the tables need has passed by then,
 * the summary lacks it and says so.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE` if `chunks` fail
 */
export async function* streamDump(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<DumpPiece, void, undefined> {
  const stream = new DumpStream()
  for await (const chunk of readable(chunks))
    for (let from = 0; from < chunk.length; from += APPEND_BYTES)
      yield* stream.add(chunk.subarray(from, from + APPEND_BYTES))
  yield* stream.end()
}

/** Errors of whatever the bytes come from, as ours. */
async function* readable(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (cause) {
    if (cause instanceof MintmarkError) throw cause
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const message = `the dump cannot be read to its end: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { errno }, { cause })
  }
}

/** The reading, as far as the bytes that came allow. */
class DumpStream {
  readonly #layout = new Layout()
  readonly #held = new HeldBytes()
  readonly #reading = readContainer(this.#layout)
  #asked: Ask | undefined
  #map: PieceMap | undefined
  #mapVersion = -1

  constructor() {
    this.#take(this.#reading.next())
  }

  *add(bytes: Uint8Array): Generator<DumpPiece> {
    if (this.#asked === undefined && this.#held.start === this.#held.end) {
      yield* this.#pass(bytes)
      return
    }
    this.#held.append(bytes)
    this.#advance(false)
    yield* this.#give(this.#ready())
  }

  /** All is known: bytes go by as they come. */
  *#pass(bytes: Uint8Array): Generator<DumpPiece> {
    const map = this.#currentMap()
    const base = this.#held.end
    for (let from = 0; from < bytes.length; ) {
      const part = map.at(base + from)
      const to = Math.min(bytes.length, endOf(part.range) - base)
      this.#held.pass(to - from)
      yield pieceOf(part, base + from, bytes.subarray(from, to))
      from = to
    }
  }

  *end(): Generator<DumpPiece> {
    this.#advance(true)
    yield* this.#give(this.#held.end)
    const size = this.#held.end
    yield { kind: 'summary', dump: finish(this.#layout, this.#currentMap().arranged, size) }
  }

  #take(step: IteratorResult<Ask, void>): void {
    this.#asked = step.done === true ? undefined : step.value
  }

  #advance(isEnd: boolean): void {
    while (this.#asked !== undefined) {
      const { offset, length } = this.#asked
      // What has passed does not come again.
      const isHere = offset < this.#held.start || offset + length <= this.#held.end
      if (!isHere && !isEnd) return
      this.#take(this.#reading.next(this.#held.read(offset, length)))
    }
  }

  /** How far bytes are given on now. */
  #ready(): number {
    const { start, end } = this.#held
    if (this.#asked === undefined) return end
    const settled = Math.min(end, this.#layout.settled)
    const evicted = end - start > MAX_HELD_BYTES ? end - KEPT_BYTES : start
    const ready = Math.max(settled, evicted)
    return ready - start >= STEP_BYTES ? ready : start
  }

  *#give(to: number): Generator<DumpPiece> {
    if (to <= this.#held.start) return
    const map = this.#currentMap()
    while (this.#held.start < to) {
      const offset = this.#held.start
      const part = map.at(offset)
      const bytes = this.#held.take(Math.min(to, endOf(part.range)))
      yield pieceOf(part, offset, bytes)
    }
  }

  #currentMap(): PieceMap {
    if (this.#map === undefined || this.#mapVersion !== this.#layout.version) {
      // While more is still read, the map is good for the bytes at hand, and is made anew for the next.
      const from = this.#asked === undefined ? 0 : this.#held.start
      this.#map = new PieceMap(arrange(this.#layout, from))
      // A map of all says so; one of the rest is not taken for it later.
      this.#mapVersion = from === 0 ? this.#layout.version : -1
    }
    return this.#map
  }
}

/** A run of bytes of one kind: a segment, or else structure. */
interface Part {
  readonly range: Range
  readonly segment: Segment | undefined
}

function pieceOf({ segment }: Part, offset: number, bytes: Uint8Array): DumpPiece {
  if (segment === undefined) return { kind: 'structure', offset, bytes }
  return { kind: 'segment', offset, bytes, segment }
}

/** Answers what a byte is, for offsets that only grow. */
class PieceMap {
  readonly arranged: Arranged
  #segment = 0
  #structure = 0

  constructor(arranged: Arranged) {
    this.arranged = arranged
  }

  at(offset: number): Part {
    const { segments, structure } = this.arranged
    while (isBefore(segments[this.#segment], offset)) this.#segment++
    while (isBefore(structure[this.#structure], offset)) this.#structure++
    const segment = segments[this.#segment]
    const range = structure[this.#structure]
    if (segment !== undefined && segment.offset <= offset) return { range: segment, segment }
    if (range !== undefined && range.offset <= offset) return { range, segment: undefined }
    // Past everything that was claimed.
    const unknown = unknownSegment(offset, Number.MAX_SAFE_INTEGER)
    return { range: unknown, segment: unknown }
  }
}

function isBefore(range: Range | undefined, offset: number): boolean {
  return range !== undefined && endOf(range) <= offset
}
