/**
 * Looks which kinds of text there are in an input, so that of thousands of keys no text is spelled that cannot be there: five of six
 * bytes of all spellings are text.
 *
 * Whatever a piece of a key may be found in is looked at: the bytes, and what is coded in them. A kind that is there is never
 * missed; one that is not may be taken for one that is.
 *
 * Cost: 5 to 10 ns a byte, and some 25 of base64: coded text is read in each of its layers.
 *
 * @module
 */

import { endLook, startLook } from '@mintmark/keys/material/effort'
import { LayerReader } from '@mintmark/scan/coded/coded_layers'
import { ALL_TEXTS, type TextKinds } from '@mintmark/scan/known/values/text_kinds'
import { isListed } from '@mintmark/scan/text/number_text'
import { LEAST_UNITS, UNITS_PER_BYTE } from './coded_pieces.ts'

/** A run of 16 characters, or of 7 of UTF-16 with their zeros, has a whole block of these at a multiple of its length. */
const BLOCK = 8
/** No piece of a text is shorter. */
const LEAST_RUN = 16

const KINDS = { hex: 1, base64: 2, decimal: 4, list: 8, printable: 16 } as const
const ALL_NARROW = 31
/** Characters whose other byte in UTF-16 is zero. */
const ASCII = 32
const ZERO = 64
/** What stands between two numbers of a list: one of them in each five characters, and none in base64. */
const BETWEEN = 128
/** What any list of numbers may have, spelled by us or not. */
const LISTED = 256

/** What each byte may be in. */
const FLAGS = Uint16Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCodePoint(byte)
  if (byte === 0) return ZERO
  if (byte > 0x7e) return 0
  return (
    ASCII |
    (/[0-9a-fA-F]/.test(char) ? KINDS.hex : 0) |
    (/[A-Za-z0-9+/_-]/.test(char) ? KINDS.base64 : 0) |
    (/[0-9]/.test(char) ? KINDS.decimal : 0) |
    (/[0-9a-fA-Fx ,:\\-]/.test(char) ? KINDS.list : 0) |
    (/[ ,:\\-]/.test(char) ? BETWEEN : 0) |
    (isListed(byte) ? LISTED : 0) |
    (byte >= 0x20 ? KINDS.printable : 0)
  )
})

export class TextSurvey {
  readonly #reader: LayerReader = new LayerReader({ isDeep: true })
  #found = 0
  #isWide: boolean = false
  /** Somewhere lists of numbers are read, which may stand for letters of base64. */
  #isListed: boolean = false
  /** So much is coded in so many ways that not all of it was read: anything may be there. */
  #isCut: boolean = false

  /** Looks at all of `bytes`, and at what is coded in text that has letters in `[from, to)`. */
  add(bytes: Uint8Array, from: number, to: number): void {
    this.#look(bytes)
    startLook(LEAST_UNITS + UNITS_PER_BYTE * (to - from))
    this.#reader.read(bytes, from, to, (coded) => {
      this.#look(coded.bytes)
    })
    if (endLook().wasRefused) this.#isCut = true
  }

  get kinds(): TextKinds {
    if (this.#isCut) return ALL_TEXTS
    const has = (kind: number): boolean => (this.#found & kind) !== 0
    return {
      hex: has(KINDS.hex),
      base64: has(KINDS.base64) || this.#isListed,
      decimal: has(KINDS.decimal),
      list: has(KINDS.list),
      printable: has(KINDS.printable),
      wide: this.#isWide,
    }
  }

  #look(bytes: Uint8Array): void {
    for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
      const even = flagsAt(bytes, at)
      if (even === 0) continue
      const odd = flagsAt(bytes, at + 1)
      if ((even & ASCII & (odd >> 1)) !== 0 || (odd & ASCII & (even >> 1)) !== 0)
        this.#isWide = true
      if ((even & odd & LISTED) !== 0) this.#isListed = true
      const fresh = even & odd & ALL_NARROW & ~this.#found
      for (let kind = 1; kind <= fresh; kind *= 2) {
        if ((fresh & kind) !== 0 && isLong(bytes, at, kind)) this.#found |= kind
      }
    }
  }
}

/** What all of the four bytes at `at` and every second behind it may be in. */
function flagsAt(bytes: Uint8Array, at: number): number {
  return (
    (FLAGS[bytes[at] ?? 0] ?? 0) &
    (FLAGS[bytes[at + 2] ?? 0] ?? 0) &
    (FLAGS[bytes[at + 4] ?? 0] ?? 0) &
    (FLAGS[bytes[at + 6] ?? 0] ?? 0)
  )
}

/** Whether the run around a block is as long as a piece, and one of a list that of a list. */
function isLong(bytes: Uint8Array, at: number, kind: number): boolean {
  if (kind === KINDS.list && !hasBetween(bytes, at)) return false
  const isOf = (place: number): boolean => ((FLAGS[bytes[place] ?? 0] ?? 0) & kind) !== 0
  let [begin, end] = [at, at + BLOCK]
  while (begin > at - LEAST_RUN && begin > 0 && isOf(begin - 1)) begin--
  while (end < at + LEAST_RUN && end < bytes.length && isOf(end)) end++
  return end - begin >= LEAST_RUN
}

function hasBetween(bytes: Uint8Array, at: number): boolean {
  for (let k = at; k < at + BLOCK; k++)
    if (((FLAGS[bytes[k] ?? 0] ?? 0) & BETWEEN) !== 0) return true
  return false
}
