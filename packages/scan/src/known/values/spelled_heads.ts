/**
 * The first bytes of every spelling of a number, without the rest: a tenth of the time that the spellings take.
 *
 * The reference is `encodings.ts`, whose order and forms these are.
 *
 * @module
 */
import { bitLength, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { BEFORE, ORDERS } from '../../slices/conjugate.ts'
import { digitCount, digitsInto } from './digit_forms.ts'
import { BECH32_BYTES, FORMS_OF_DIGITS, fiveBitTexts, LEAST_BYTES } from './encodings.ts'

/**
 * Gets a spelling.
 *
 * @param slot its number among the spellings of its value
 * @param head its first bytes, up to {@link BEFORE}: valid until this returns
 * @param length bytes of the whole
 */
export type TakeHead = (slot: number, head: Uint8Array, length: number) => void

/** Digits as bytes: of small letters and of capitals. */
const DIGITS = ['0123456789abcdef', '0123456789ABCDEF'].map((text) => Buffer.from(text))
const [SMALL = Buffer.alloc(0), CAPITAL = Buffer.alloc(0)] = DIGITS
const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const [PLUS, SLASH, MINUS, UNDERLINE, COLON] = [0x2b, 0x2f, 0x2d, 0x5f, 0x3a]

/** Spells one value after the other. */
export class HeadSpeller {
  readonly #head = new Uint8Array(BEFORE)
  readonly #view = new DataView(this.#head.buffer)
  readonly #wide = new Uint8Array(BEFORE)
  /** Heads in the orders of words, of the width under way. */
  readonly #ordered = ORDERS.map(() => new Uint8Array(BEFORE))
  /** Lengths of the spellings in the width before, by form. */
  readonly #before: number[] = []
  #lengths: number[] = []
  #slot = 0
  #take: TakeHead = () => {}

  /**
   * Gives each spelling of `value` in a field of `bits` bits, without those of equal bytes that all numbers have. Slots are
   * numbered as in `spellingsOf`.
   */
  spell(value: bigint, bits: number, take: TakeHead): void {
    this.#take = take
    this.#slot = 0
    this.#before.length = 0
    const held = bitLength(value)
    this.#ofWidth(value, bits)
    if (held === bits) return
    this.#before.push(...this.#lengths)
    this.#ofWidth(value, held)
  }

  /** Overwrites what was spelled last. */
  wipe(): void {
    for (const bytes of [this.#head, this.#wide, ...this.#ordered]) bytes.fill(0)
    this.#take = () => {}
  }

  #ofWidth(value: bigint, bits: number): void {
    this.#lengths = []
    const length = Math.max(1, Math.ceil(bits / 8))
    const big = toBigEndian(value, length)
    const little = big.toReversed()
    for (let order = 0; order < ORDERS.length; order++) this.#ordersOf(little, order)
    for (const form of FORMS_OF_DIGITS) {
      const count = digitCount(form, bits)
      digitsInto(this.#view, form, little, Math.min(count, Math.ceil(BEFORE / form.slot)))
      this.#give(this.#head, count * form.slot)
    }
    for (const raw of [big, little]) {
      this.#hex(raw, SMALL)
      this.#hex(raw, CAPITAL)
      if (raw === little) continue
      this.#colons(raw, SMALL)
      this.#colons(raw, CAPITAL)
    }
    for (let lead = 0; lead < 3; lead++) {
      for (const raw of [big, little]) this.#base64(raw, lead)
    }
    this.#text(value.toString(10))
    if (length === BECH32_BYTES) {
      for (const raw of [big, little]) for (const { text } of fiveBitTexts(raw)) this.#text(text)
    }
    big.fill(0)
    little.fill(0)
  }

  /** Hands a spelling on, unless it is too short or that of the width before. */
  #give(head: Uint8Array, length: number, isNew = true): void {
    const form = this.#lengths.length
    this.#lengths.push(length)
    const slot = this.#slot++
    if (isNew && length >= LEAST_BYTES && this.#before[form] !== length) {
      this.#take(slot, length < BEFORE ? head.subarray(0, length) : head, length)
    }
  }

  /** The same in letters of one byte and of two. */
  #giveText(length: number, isNew = true): void {
    this.#give(this.#head, length, isNew)
    for (let k = 0; k < BEFORE / 2; k++) this.#wide[2 * k] = this.#head[k] ?? 0
    this.#give(this.#wide, 2 * length, isNew)
  }

  #ordersOf(little: Uint8Array, order: number): void {
    const head = this.#ordered[order]
    const word = ORDERS[order]?.word ?? 1
    const length = Math.ceil(little.length / word) * word
    if (head === undefined) return
    const isLowFirst = order === 0 || order >= 4
    const isTurned = order >= 2
    for (let at = 0; at < BEFORE && at < length; at++) {
      const inWord = at % word
      const first = at - inWord
      const place = isLowFirst
        ? first + (isTurned ? word - 1 - inWord : inWord)
        : length - first - (isTurned ? word - inWord : inWord + 1)
      head[at] = little[place] ?? 0
    }
    this.#give(head, length, !this.#isLikeOther(order, length))
  }

  /** Numbers of one word are the same in several orders. */
  #isLikeOther(order: number, length: number): boolean {
    const head = this.#ordered[order]?.subarray(0, length)
    if (head === undefined || length > BEFORE) return false
    for (let other = 0; other < order; other++) {
      const bytes = this.#ordered[other]?.subarray(0, length)
      if (this.#lengths[other] === length && bytes && Buffer.compare(bytes, head) === 0) return true
    }
    return false
  }

  #hex(raw: Uint8Array, digits: Uint8Array): void {
    for (let k = 0; k < BEFORE / 2 && k < raw.length; k++) {
      const byte = raw[k] ?? 0
      this.#head[2 * k] = digits[byte >> 4] ?? 0
      this.#head[2 * k + 1] = digits[byte & 15] ?? 0
    }
    this.#giveText(2 * raw.length)
  }

  #colons(raw: Uint8Array, digits: Uint8Array): void {
    for (let at = 0; at < BEFORE; at++) {
      const byte = raw[Math.floor(at / 3)] ?? 0
      const digit = digits[at % 3 === 0 ? byte >> 4 : byte & 15] ?? 0
      this.#head[at] = at % 3 === 2 ? COLON : digit
    }
    this.#giveText(3 * raw.length - 1)
  }

  /** As {@link import('./encodings.ts').encodingsOf} has it, with `lead` bytes before the number. */
  #base64(raw: Uint8Array, lead: number): void {
    const first = lead === 0 ? 0 : lead + 1
    const length = Math.floor(((lead + raw.length) * 8) / 6) - first
    let hasOther = false
    for (let k = 0; k < length && (k < BEFORE || !hasOther); k++) {
      const bit = (first + k) * 6
      const at = (bit >> 3) - lead
      const pair = ((raw[at] ?? 0) << 8) | (raw[at + 1] ?? 0)
      const sextet = (pair >> (10 - (bit & 7))) & 63
      if (sextet >= 62) hasOther = true
      if (k < BEFORE) this.#head[k] = ALPHABET[sextet] ?? 0
    }
    this.#giveText(length)
    for (let k = 0; k < BEFORE; k++) {
      const letter = this.#head[k]
      if (letter === PLUS) this.#head[k] = MINUS
      else if (letter === SLASH) this.#head[k] = UNDERLINE
    }
    this.#giveText(length, hasOther)
  }

  #text(text: string): void {
    for (let k = 0; k < BEFORE && k < text.length; k++) this.#head[k] = text.charCodeAt(k)
    this.#giveText(text.length)
  }
}
