/**
 * Lists of hexadecimal or decimal numbers, and hex dumps of `xxd`, `hexdump -C`, `od -t x1`,
 * OpenSSL, mbedTLS, .NET, Java, Go and Node.js.
 */
import { hexDigit } from './base64.ts'

export type Notation = 'hex' | 'decimal'

export const MOST_NUMBERS: number = 1 << 16
const MOST_BETWEEN = 80
const DUMP_LINE_BYTES = 16
const MOST_WORD_BYTES = 8
const MOST_TEXT_COLUMN = 200

const MOST_PREFIX = 120

const [ZERO, X, BACKSLASH, DASH, COLON, QUOTE, BLANK, NEWLINE, BACKTICK] = [
  0x30, 0x78, 0x5c, 0x2d, 0x3a, 0x22, 0x20, 0x0a, 0x60,
]

const IS_BETWEEN = tableOf(' \t\r\n,:;-+."\'()[]{}\\/*%#&=$|')
const IS_LISTED = tableOf(' \t\r\n,:;-+."\'()[]{}\\/*%#&=$|0123456789abcdefABCDEFxX`')

function tableOf(letters: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const letter of Buffer.from(letters)) table[letter] = 1
  return table
}

/** Whether a list may have this character, outside of the text columns of hex dumps. */
export function isListed(char: number | undefined): boolean {
  return IS_LISTED[char ?? 0] === 1
}

const isBetween = (char: number | undefined): boolean => IS_BETWEEN[char ?? 0] === 1
export const isDigit = (char: number | undefined): boolean =>
  char !== undefined && char >= ZERO && char < ZERO + 10

/** A list as it is read: reading another overwrites it. Holds up to 65,536 numbers. */
export class NumberList {
  /** One byte for each number: at most `length` of them count. */
  readonly bytes: Uint8Array
  readonly begins: Uint32Array
  readonly ends: Uint32Array
  length = 0
  #used = 0
  /** Bytes of the line of a hex dump so far; −1 elsewhere. */
  #inLine = -1
  /** Characters of the hex dump's first line before its address. */
  #prefix = 0

  constructor(characters: number = MOST_NUMBERS) {
    const room = Math.min(characters, MOST_NUMBERS) + 16
    this.bytes = new Uint8Array(room)
    this.begins = new Uint32Array(room)
    this.ends = new Uint32Array(room)
  }

  holds(characters: number): boolean {
    return this.bytes.length >= Math.min(characters, MOST_NUMBERS) + 16
  }

  /** Gives the end of the last number, or what is behind other text if there is none. */
  read(chars: Uint8Array, at: number, notation: Notation): number {
    this.#used = Math.max(this.#used, this.length)
    this.length = 0
    this.#inLine = -1
    this.#prefix = 0
    let next = at
    while (isBetween(chars[next]) && next < at + MOST_BETWEEN) next++
    const begin = next
    next = this.#behindAddress(chars, next)
    if (this.#inLine === 0) this.#prefix = columnOf(chars, begin)
    while (this.length < MOST_NUMBERS) {
      const from = this.#behindBetween(chars, next)
      if (from === undefined) return next
      const end = notation === 'hex' ? this.#hex(chars, from) : this.#decimal(chars, from)
      if (end !== undefined) {
        next = end
        continue
      }
      const line = this.#inLine > 0 ? behindLine(chars, from) : undefined
      if (line === undefined) return this.length > 0 ? next : behindToken(chars, from)
      next = this.#behindAddress(chars, line)
      if (this.#inLine < 0) return next
    }
    return next
  }

  wipe(): void {
    this.bytes.fill(0, 0, Math.max(this.#used, this.length))
    this.#used = 0
    this.length = 0
  }

  /** Turns words round, which programs print highest byte first. False for none. */
  reverseWords(): boolean {
    let isAny = false
    for (let from = 0, to = 1; from < this.length; from = to++) {
      while (to < this.length && this.begins[to] === this.ends[to - 1]) to++
      if (to - from < 2 || to - from > MOST_WORD_BYTES) continue
      for (const list of [this.bytes, this.begins, this.ends]) list.subarray(from, to).reverse()
      isAny = true
    }
    return isAny
  }

  #add(value: number, begin: number, end: number): void {
    this.bytes[this.length] = value
    this.begins[this.length] = begin
    this.ends[this.length] = end
    this.length++
    if (this.#inLine >= 0) this.#inLine++
  }

  /** Where a line of a hex dump begins, behind its address; elsewhere the same offset. */
  #behindAddress(chars: Uint8Array, at: number): number {
    const hasPrefix = this.#prefix > 0 && columnOf(chars, at + this.#prefix) === this.#prefix
    const end =
      addressEnd(chars, at) ?? (hasPrefix ? addressEnd(chars, at + this.#prefix) : undefined)
    this.#inLine = end === undefined ? -1 : 0
    return end ?? at
  }

  #behindBetween(chars: Uint8Array, at: number): number | undefined {
    let next = at
    for (let left = MOST_BETWEEN; left > 0; left--) {
      const char = chars[next]
      if (!isBetween(char)) return next < chars.length ? next : undefined
      next += char === BACKSLASH && isLineEscape(chars[next + 1]) ? 2 : 1
      if (char === NEWLINE) next = this.#behindAddress(chars, next)
    }
    return undefined
  }

  #hex(chars: Uint8Array, at: number): number | undefined {
    if (this.#inLine >= DUMP_LINE_BYTES) return undefined
    const from = behindPrefix(chars, at)
    let end = from
    while (hexDigit(chars[end]) >= 0 && end < from + 2 * DUMP_LINE_BYTES) end++
    if (end === from + 1 && from > at) {
      this.#add(hexDigit(chars[from]), at, end)
      return end
    }
    end -= (end - from) % 2
    if (end === from) return undefined
    for (let k = from; k < end; k += 2) {
      this.#add(16 * hexDigit(chars[k]) + hexDigit(chars[k + 1]), k === from ? at : k, k + 2)
    }
    return end
  }

  #decimal(chars: Uint8Array, at: number): number | undefined {
    let [from, value, end] = [at, 0, at]
    const base = chars[at - 1] === BACKSLASH ? 8 : 10
    for (; end < at + 4 && isDigit(chars[end]); end++)
      value = base * value + (chars[end] ?? 0) - ZERO
    if (end === at) return undefined
    // The names of the members of a Uint8Array: "17":
    if (chars[at - 1] === QUOTE && chars[end] === QUOTE && chars[end + 1] === COLON) return end + 2
    if (chars[at - 1] === DASH && !isDigit(chars[at - 2])) {
      from--
      value = value > 128 ? 256 : 256 - value
    }
    if (value > 255 || end - at > 3) return undefined
    this.#add(value, from, end)
    return end
  }
}

const isLineEscape = (char: number | undefined): boolean =>
  char === 0x6e || char === 0x72 || char === 0x74

function behindPrefix(chars: Uint8Array, at: number): number {
  if (chars[at] === ZERO && ((chars[at + 1] ?? 0) | 0x20) === X) return at + 2
  return ((chars[at] ?? 0) | 0x20) === X ? at + 1 : at
}

/** Behind what is no number, and at least one character on. */
function behindToken(chars: Uint8Array, at: number): number {
  let next = at + 1
  while (isListed(chars[next]) && !isBetween(chars[next])) next++
  return next
}

function behindLine(chars: Uint8Array, at: number): number | undefined {
  const most = Math.min(chars.length, at + MOST_TEXT_COLUMN)
  for (let next = at; next < most; next++) if (chars[next] === NEWLINE) return next + 1
  return undefined
}

/** Characters of the line before an offset; 0 where they are too many. */
function columnOf(chars: Uint8Array, at: number): number {
  let begin = at
  while (begin > 0 && begin > at - MOST_PREFIX && chars[begin - 1] !== NEWLINE) begin--
  return begin > 0 && chars[begin - 1] !== NEWLINE ? 0 : at - begin
}

/**
 * Behind an address: `00000010: `, `0010 - `, `00000010  `, `0000020 3a `, ``00007ff6`12340010  ``.
 */
function addressEnd(chars: Uint8Array, at: number): number | undefined {
  let from = at
  while (from < at + MOST_BETWEEN && (chars[from] === BLANK || chars[from] === 0x09)) from++
  from = behindPrefix(chars, from)
  let end = from
  while (end < from + 18 && (hexDigit(chars[end]) >= 0 || isMiddle(chars, end, from))) end++
  const digits = end - from
  if (digits < 4 || digits > 17) return undefined
  const behind = behindAddress(chars, end)
  if (behind !== undefined) return behind
  const isByte = hexDigit(chars[end + 1]) >= 0 && hexDigit(chars[end + 2]) >= 0
  const isAlone = chars[end] === BLANK && chars[end + 3] === BLANK
  return digits >= 6 && isByte && isAlone ? end + 1 : undefined
}

const isMiddle = (chars: Uint8Array, at: number, from: number): boolean =>
  chars[at] === BACKTICK && at === from + 8

function behindAddress(chars: Uint8Array, at: number): number | undefined {
  const [first, second, third] = [chars[at], chars[at + 1], chars[at + 2]]
  if (first === COLON) return second === BLANK || second === 0x09 ? at + 1 : undefined
  if (first !== BLANK) return undefined
  return second === BLANK || (second === DASH && third === BLANK) ? at + 2 : undefined
}
