/**
 * Reads ClickHouse's Native format where it has a column of tags and one of 64-bit numbers.
 *
 * @module
 */
import { readSync } from 'node:fs'

/** Tags of one list, of at most two; those of the next list begin above them. */
export const TAGS = 128

/** Numbers of one list that follow one another and have the same tag. */
export interface NumberRun {
  readonly tag: number
  /** Index of the first in its list. */
  readonly from: number
  readonly count: number
}

/** Bytes that the head of a block or of a column takes at most, as it is written here. */
const HEAD_BYTES = 64

/**
 * Reads the numbers of each list into its own room of the memory: the list's index times `roomBytes` from its start.
 *
 * @returns the runs of each list, in order, without a gap
 * @throws {RangeError} when the file holds something else
 */
export function readNumbers(
  file: number,
  lists: number,
  memory: Uint8Array,
  roomBytes: number,
): NumberRun[][] {
  const runs = Array.from({ length: lists }, (): NumberRun[] => [])
  const counts = Array.from({ length: lists }, () => 0)
  const reader = new BlockReader(file)
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    for (const { tag, from, count } of runsOf(block.tags)) {
      const list = Math.floor(tag / TAGS)
      const [own, at] = [runs[list], counts[list]]
      if (own === undefined || at === undefined) throw new RangeError('a number is of no list')
      reader.numbers(block, from, memory.subarray(list * roomBytes + 8 * at).subarray(0, 8 * count))
      counts[list] = at + count
      extend(own, { tag: tag % TAGS, from: at, count })
    }
  }
  return runs
}

/** Adds a run, as part of the last one where it has the same tag. */
function extend(runs: NumberRun[], run: NumberRun): void {
  const last = runs.at(-1)
  if (last?.tag === run.tag) runs[runs.length - 1] = { ...last, count: last.count + run.count }
  else runs.push(run)
}

function runsOf(tags: Uint8Array): NumberRun[] {
  const runs: NumberRun[] = []
  for (let from = 0; from < tags.length; ) {
    const tag = tags[from] ?? 0
    const end = endOfRun(tags, from, tag)
    runs.push({ tag, from, count: end - from })
    from = end
  }
  return runs
}

/** There are as many tags as numbers: most are looked at sixteen at a time. */
function endOfRun(tags: Uint8Array, from: number, tag: number): number {
  let at = from
  while (at % 4 !== 0 && tags[at] === tag) at++
  if (at % 4 === 0) at = 4 * endOfFours(tags, at / 4, tag)
  while (at < tags.length && tags[at] === tag) at++
  return at
}

/** The first four tags of `tags`, from those on, that may have another among them. */
function endOfFours(tags: Uint8Array, from: number, tag: number): number {
  const fours = new Int32Array(tags.buffer, tags.byteOffset, tags.length >> 2)
  const same = tag * 0x01_01_01_01
  let at = from
  for (; at + 4 <= fours.length; at += 4) {
    const first = ((fours[at] ?? 0) ^ same) | ((fours[at + 1] ?? 0) ^ same)
    if ((first | ((fours[at + 2] ?? 0) ^ same) | ((fours[at + 3] ?? 0) ^ same)) !== 0) break
  }
  return at
}

/** A block of the file: its tags, and where its numbers are. */
interface Block {
  readonly tags: Uint8Array
  /** Offset in the file. */
  readonly numbersAt: number
}

class BlockReader {
  readonly #file: number
  readonly #head = Buffer.alloc(HEAD_BYTES)
  #tags = new Uint8Array()
  #at = 0

  constructor(file: number) {
    this.#file = file
  }

  /** The next block, whose tags are good until the one after. */
  next(): Block | undefined {
    const head = this.#headAt(this.#at)
    if (head.isEmpty) return undefined
    if (head.varint() !== 2) throw new RangeError('a block has other columns than tags and numbers')
    const rows = head.varint()
    head.column('UInt8')
    const tagsAt = this.#at + head.length
    if (this.#tags.length < rows) this.#tags = new Uint8Array(rows)
    const tags = this.#tags.subarray(0, rows)
    this.#read(tagsAt, tags)
    const column = this.#headAt(tagsAt + rows)
    column.column('UInt64')
    const numbersAt = tagsAt + rows + column.length
    this.#at = numbersAt + 8 * rows
    return { tags, numbersAt }
  }

  /** Reads numbers of the block, from that one on, as many as there is room for. */
  numbers({ numbersAt }: Block, from: number, room: Uint8Array): void {
    this.#read(numbersAt + 8 * from, room)
  }

  #headAt(at: number): HeadReader {
    return new HeadReader(
      this.#head.subarray(0, readSync(this.#file, this.#head, 0, HEAD_BYTES, at)),
    )
  }

  #read(at: number, room: Uint8Array): void {
    for (let got = 0; got < room.length; ) {
      const read = readSync(this.#file, room, got, room.length - got, at + got)
      if (read === 0) throw new RangeError('a block is cut off')
      got += read
    }
  }
}

class HeadReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isEmpty(): boolean {
    return this.#bytes.length === 0
  }

  /** Bytes read so far. */
  get length(): number {
    return this.#at
  }

  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  /** Passes over the name of a column, and its type, which must be this. */
  column(type: string): void {
    this.#text()
    const found = this.#text()
    if (found !== type) throw new RangeError(`a column is ${found}, not ${type}`)
  }

  #text(): string {
    const length = this.varint()
    const from = this.#at
    this.#at += length
    if (this.#at > this.#bytes.length) throw new RangeError('the head of a block is too long')
    return this.#bytes.toString('latin1', from, this.#at)
  }
}
