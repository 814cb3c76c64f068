/**
 * Named values in a text, each decoded on demand.
 *
 * @module
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { decodeBase64, hexDigit, skipJunk } from '../../text/base64.ts'
import { skipSpace } from '../../text/quoted.ts'
import { isBlank, nameOf } from '../../text/text_run.ts'
import { numberOf } from './parts.ts'

/** How bytes are spelled. Of `base64` with its padding other text may follow; of an `element` and `base64url` none. */
export type ValueCoding = 'base64' | 'element' | 'base64url' | 'hex' | 'raw'

/** Letters [from, to). */
export interface Value {
  readonly from: number
  readonly to: number
  readonly coding: ValueCoding
}

const NAME_MOST = 32

export class Labelled {
  readonly #chars: Uint8Array
  readonly budget: WorkBudget
  readonly #values = new Map<string, Value>()
  /** Behind the last value that was decoded. */
  end: number

  constructor(chars: Uint8Array, budget: WorkBudget, end = 0) {
    this.#chars = chars
    this.budget = budget
    this.end = end
  }

  /** The first of a name counts. */
  add(name: string, value: Value): void {
    if (!this.#values.has(name)) this.#values.set(name, value)
  }

  get size(): number {
    return this.#values.size
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.#values.has(name))
  }

  /** A value as it is, if it is short; empty if there is none. */
  text(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined || value.to - value.from > NAME_MOST) return ''
    return nameOf(this.#chars, value.from, value.to)
  }

  /** Undefined where there is none, or it is not wholly in its coding. */
  bytes(name: string): Uint8Array | undefined {
    const value = this.#values.get(name)
    if (value === undefined) return undefined
    const chars = this.#chars
    const { from, to, coding } = value
    if (coding === 'raw') return chars.subarray(from, to)
    if (coding === 'hex') return this.#hex(value)
    const [isUrl, stopsAtBlankLine] = [coding === 'base64url', coding === 'base64']
    const { bytes, end, ...found } = decodeBase64(chars, from, to, this.budget, {
      isUrl,
      stopsAtBlankLine,
    })
    const isWhole = stopsAtBlankLine
      ? (found.letters + found.padding) % 4 === 0
      : (isUrl ? skipSpace : skipJunk)(chars, end, to) === to
    if (!isWhole || bytes.length === 0) return undefined
    this.end = Math.max(this.end, end)
    return bytes
  }

  #hex({ from, to }: Value): Uint8Array | undefined {
    const digits: number[] = []
    for (let i = from; i < to; i++) {
      if (isBlank(this.#chars[i])) continue
      const digit = hexDigit(this.#chars[i])
      if (digit < 0) return undefined
      digits.push(digit)
    }
    if (digits.length % 2 !== 0) return undefined
    return Uint8Array.from({ length: digits.length / 2 }, (_, i) => {
      return (digits[2 * i] ?? 0) * 16 + (digits[2 * i + 1] ?? 0)
    })
  }

  /** For `rsaNamed` and its kin. */
  readonly number = (name: string): bigint | undefined => {
    const bytes = this.bytes(name)
    const number = numberOf(bytes, this.budget)
    // A raw value is a view of the text.
    if (this.#values.get(name)?.coding !== 'raw') bytes?.fill(0)
    return number
  }

  /** Up to three digits behind what may be before them. */
  digits(name: string): number | undefined {
    const value = this.#values.get(name)
    if (value === undefined) return undefined
    return smallNumber(this.#chars, skipJunk(this.#chars, value.from, value.to))?.value
  }
}

/** A decimal number of up to three digits at `at`, and where it ends. */
export function smallNumber(
  chars: Uint8Array,
  at: number,
): { readonly value: number; readonly end: number } | undefined {
  let [value, end] = [0, at]
  for (; end < at + 3; end++) {
    const digit = (chars[end] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return end === at ? undefined : { value, end }
}
