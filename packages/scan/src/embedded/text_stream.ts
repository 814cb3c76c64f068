/**
 * Reads base64 and hex of any length from a source in steps. Behind padding another text may
 * follow: writers of large values encode so.
 */
import type { ByteSource } from '@mintmark/dump'
import { hexOf } from '../encoded/text_runs.ts'
import { isBase64Letter, readLetters } from '../text/base64.ts'
import { isBlank } from '../text/text_run.ts'

const STEP_BYTES = 1 << 18
/** What is between two letters is no longer: see `base64.ts`. */
const MARGIN_BYTES = 512
const PADDING = 0x3d

/** The caller wipes the bytes. @returns where the text ends, from the source's start */
export function* decodedFrom(
  source: ByteSource,
  at: number,
  coding: 'base64' | 'hex',
): Generator<Buffer, number, void> {
  const text = new Text(source, at)
  const values = new Uint8Array(STEP_BYTES)
  const offsets = new Uint32Array(STEP_BYTES)
  const group = new Group(coding)
  try {
    for (let offset = at; ; ) {
      const { chars, isLast } = text.from(offset)
      const to = isLast ? chars.length : chars.length - MARGIN_BYTES
      const { count, end } = readLetters(chars, 0, Math.max(0, to), values, offsets)
      const used = coding === 'hex' ? digitsOf(values, count) : count
      if (used > 0) yield group.decoded(values.subarray(0, used))
      if (used < count) return offset + (offsets[used] ?? end) * text.width
      if (chars[end - 1] === PADDING) group.end()
      const next = behindBlanks(chars, end)
      const isCut = next >= to - MARGIN_BYTES && !isLast
      const goesOn = isCut ? count > 0 || next > 0 : isBase64Letter(chars[next])
      if (!goesOn) return offset + end * text.width
      offset += (isCut ? Math.max(end, count > 0 ? 0 : next) : next) * text.width
    }
  } finally {
    text.wipe()
    values.fill(0)
  }
}

function digitsOf(values: Uint8Array, count: number): number {
  const end = values.subarray(0, count).findIndex((value) => hexOf(value) > 15)
  return end < 0 ? count : end
}

function behindBlanks(chars: Uint8Array, from: number): number {
  let at = from
  while (at < chars.length && isBlank(chars[at])) at++
  return at
}

class Text {
  readonly #source: ByteSource
  readonly #bytes: Buffer
  readonly width: 1 | 2

  constructor(source: ByteSource, at: number) {
    const head = new Uint8Array(2)
    this.width = source.read(at, head) === 2 && head[1] === 0 ? 2 : 1
    this.#source = source
    this.#bytes = Buffer.alloc(this.width * (STEP_BYTES + MARGIN_BYTES))
  }

  from(offset: number): { readonly chars: Uint8Array; readonly isLast: boolean } {
    const present = this.#source.read(offset, this.#bytes)
    const isLast = present < this.#bytes.length
    const bytes = this.#bytes.subarray(0, present)
    if (this.width === 1) return { chars: bytes, isLast }
    for (let k = 0; 2 * k < present; k++)
      bytes[k] = bytes[2 * k + 1] === 0 ? (bytes[2 * k] ?? 0) : 0
    return { chars: bytes.subarray(0, present >> 1), isLast }
  }

  wipe(): void {
    this.#bytes.fill(0)
  }
}

class Group {
  readonly #isHex: boolean
  #bits = 0
  #letters = 0

  constructor(coding: 'base64' | 'hex') {
    this.#isHex = coding === 'hex'
  }

  end(): void {
    this.#bits = 0
    this.#letters = 0
  }

  decoded(values: Uint8Array): Buffer {
    return this.#isHex ? this.#ofDigits(values) : this.#ofLetters(values)
  }

  #ofDigits(values: Uint8Array): Buffer {
    const bytes = Buffer.alloc((values.length >> 1) + 1)
    let length = 0
    for (const value of values) {
      this.#bits = ((this.#bits << 4) | hexOf(value)) & 0xff
      if ((this.#letters++ & 1) === 1) bytes[length++] = this.#bits
    }
    return bytes.subarray(0, length)
  }

  #ofLetters(values: Uint8Array): Buffer {
    const bytes = Buffer.alloc(Math.ceil((values.length * 3) / 4) + 1)
    let length = 0
    for (const value of values) {
      this.#bits = ((this.#bits << 6) | value) & 0xffffff
      const offset = this.#letters & 3
      this.#letters++
      if (offset !== 0) bytes[length++] = this.#bits >> (6 - 2 * offset)
    }
    return bytes.subarray(0, length)
  }
}
