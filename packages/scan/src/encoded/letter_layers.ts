/**
 * Decodes base64 or hex that stands for text, packed data or a key; all else is for
 * `headerless_base64.ts`. Text shows its phase: three of 24 bits are zeros.
 */
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import { letterValue, readLetters } from '../text/base64.ts'
import {
  isKeyHead,
  isTextual,
  isZlibHead,
  KEY_HEAD,
  type Layer,
  mayBeKeyHead,
  partsWorthDecoding,
} from './layer.ts'
import { failsOf, hexOf, hexRanges, LEAST_TEXT, textRanges } from './text_runs.ts'

const MOST_LETTERS = 1 << 18
const MOST_PACKED = 8
const COST = { read: 10, range: 5, decoded: 12 } as const
/** What `H4sI` has for letters, as `1f 8b 08` begins. */
const GZIP_LETTERS = [7, 56, 44, 8] as const

/** Bytes of hexadecimal digits that would hide something packed or encoded amid them. */
const LEAST_UNREAD = 2048

/** Escapes in a row that are no line ends and slashes of base64 in a string. */
const LEAST_ESCAPES = 8
const BACKSLASH = 0x5c

const PAST_LETTERS = 64

const VALUES = Uint8Array.from({ length: 256 }, (_, byte) => letterValue(byte))
/** Letters that distinguish encoded text from names and base64 of other bytes. */
const SAMPLE = 16
const NEAR = 48

/** Around it may be encoded text, digits or packed data: by chance one in 1,000. */
export function mayBeEncoded(bytes: Uint8Array, at: number): boolean {
  let [fails, hex] = [0, true]
  for (let k = 0; k < SAMPLE; k++) {
    const value = VALUES[bytes[at + k] ?? 0] ?? PAST_LETTERS
    if (value >= PAST_LETTERS) return false
    fails |= failsOf(value, k)
    hex &&= hexOf(value) < 16
    if (fails === 15 && !hex) return beginsPacked(bytes, at)
  }
  return true
}

/** Whether the run begins a little before, like gzip, zlib or a key not in DER. */
function beginsPacked(bytes: Uint8Array, at: number): boolean {
  let from = at
  while (from > at - NEAR && (VALUES[bytes[from - 1] ?? 0] ?? PAST_LETTERS) < PAST_LETTERS) from--
  if (from === at - NEAR) return false
  const first = VALUES[bytes[from] ?? 0]
  const second = VALUES[bytes[from + 1] ?? 0] ?? 0
  if (first === GZIP_LETTERS[0] && second === GZIP_LETTERS[1]) return true
  return (first === 30 && second < 16) || beginsKey(bytes, from)
}

const HEAD_LETTERS = (4 * KEY_HEAD) / 3

function beginsKey(bytes: Uint8Array, from: number): boolean {
  const [first = 0, second = 0] = [VALUES[bytes[from] ?? 0], VALUES[bytes[from + 1] ?? 0]]
  if (!mayBeKeyHead(((first << 2) | (second >> 4)) & 0xff)) return false
  const values = bytes
    .subarray(from, from + HEAD_LETTERS)
    .map((byte) => VALUES[byte] ?? PAST_LETTERS)
  if (values.some((value) => value >= PAST_LETTERS)) return false
  const head = decoded(values, 0, values.length)
  const isKey = isKeyHead(head)
  head.fill(0)
  values.fill(0)
  return isKey
}

function decoded(values: Uint8Array, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(((to - from) * 6) >> 3)
  for (let k = 0, at = from; k < bytes.length; k += 3, at += 4) {
    const a = values[at] ?? 0
    const b = values[at + 1] ?? 0
    const c = values[at + 2] ?? 0
    const d = values[at + 3] ?? 0
    bytes[k] = (a << 2) | (b >> 4)
    bytes[k + 1] = (b << 4) | (c >> 2)
    bytes[k + 2] = (c << 6) | d
  }
  return bytes
}

export class LetterRun {
  readonly #values: Uint8Array
  readonly #offsets: Uint32Array
  #length = 0
  #budget: WorkBudget = UNLIMITED
  /** More in it begins like gzip than is examined. */
  isCut: boolean = false
  /** Where digits begin that stand for bytes which are neither text nor a key, and are many. */
  unread: number | undefined

  constructor(length: number) {
    this.#values = new Uint8Array(Math.min(length, MOST_LETTERS))
    this.#offsets = new Uint32Array(this.#values.length)
  }

  holds(length: number): boolean {
    return this.#values.length >= Math.min(length, MOST_LETTERS)
  }

  read(chars: Uint8Array, from: number, to: number, budget: WorkBudget): number {
    this.#budget = budget
    const { count, end } = readLetters(chars, from, to, this.#values, this.#offsets)
    this.#length = count
    this.isCut = false
    this.unread = undefined
    this.#budget.spend(COST.read * count)
    return Math.max(end, from + 1)
  }

  /** Where escapes of one letter each begin: they may be a list of numbers as well. */
  escapesBehind(chars: Uint8Array, at: number): number | undefined {
    let inRow = 0
    for (let k = 0; k < this.#length; k++) {
      const offset = this.#offsets[k] ?? 0
      inRow = offset > at && chars[offset] === BACKSLASH ? inRow + 1 : 0
      if (inRow === LEAST_ESCAPES) return this.#offsets[k + 1 - LEAST_ESCAPES]
    }
    return undefined
  }

  wipe(): void {
    this.#values.fill(0, 0, this.#length)
    this.#length = 0
  }

  layers(): Layer[] {
    const layers: Layer[] = []
    this.#budget.spend(COST.range * this.#length)
    this.#addTexts(layers)
    this.#addPacked(layers)
    this.#addHex(layers)
    return layers
  }

  #addTexts(layers: Layer[]): void {
    for (const { from, to, phase } of textRanges(this.#values, this.#length)) {
      const layer = this.#base64(from + ((phase - from) & 3), to)
      if (isTextual(layer.bytes)) layers.push(layer)
      else layer.bytes.fill(0)
    }
  }

  /** What begins like gzip, and, at the run's begin, like zlib or a key. */
  #addPacked(layers: Layer[]): void {
    const values = this.#values
    const last = this.#length - LEAST_TEXT
    const head = decoded(values, 0, Math.min(HEAD_LETTERS, this.#length))
    if (isZlibHead(head, 0) || isKeyHead(head)) layers.push(this.#base64(0, this.#length))
    head.fill(0)
    let found = 0
    for (let at = 0; at <= last; at++) {
      if (values[at] !== GZIP_LETTERS[0] || values[at + 1] !== GZIP_LETTERS[1]) continue
      if (values[at + 2] !== GZIP_LETTERS[2] || values[at + 3] !== GZIP_LETTERS[3]) continue
      if (++found > MOST_PACKED) {
        this.isCut = true
        return
      }
      layers.push(this.#base64(at, this.#length))
    }
  }

  #addHex(layers: Layer[]): void {
    for (const { from, to } of hexRanges(this.#values, this.#length)) {
      for (const phase of [0, 1]) this.#addHexAt(layers, from + phase, to)
    }
  }

  #addHexAt(layers: Layer[], from: number, to: number): void {
    const bytes = new Uint8Array((to - from) >> 1)
    for (let k = 0; k < bytes.length; k++) {
      const high = hexOf(this.#values[from + 2 * k] ?? 0)
      bytes[k] = 16 * high + hexOf(this.#values[from + 2 * k + 1] ?? 0)
    }
    this.#budget.spend(2 * COST.decoded * bytes.length)
    const parts = partsWorthDecoding(bytes)
    const covered = parts.reduce((sum, part) => sum + part.to - part.from, 0)
    if (bytes.length - covered >= LEAST_UNREAD) this.unread ??= this.#offsets[from]
    for (const part of parts) {
      const offsets = this.#offsets.slice(from + 2 * part.from, from + 2 * part.to)
      layers.push({
        bytes: bytes.slice(part.from, part.to),
        coding: 'hex',
        spanOf: (begin, end) => spanOf(offsets, 2 * begin, 2 * end),
      })
    }
    bytes.fill(0)
  }

  #base64(from: number, to: number): Layer {
    this.#budget.spend(COST.decoded * (to - from))
    const bytes = decoded(this.#values, from, to)
    const offsets = this.#offsets.slice(from, to)
    return {
      bytes,
      coding: 'base64',
      spanOf: (begin, end) =>
        spanOf(offsets, Math.floor((begin * 4) / 3), Math.ceil((end * 4) / 3)),
    }
  }
}

function spanOf(offsets: Uint32Array, from: number, to: number): { from: number; to: number } {
  const last = offsets[Math.min(to, offsets.length) - 1] ?? 0
  return { from: offsets[Math.min(from, offsets.length - 1)] ?? 0, to: last + 1 }
}
