import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { decodeBase64, skipJunk } from '../../text/base64.ts'
import { latin } from '../../text/text_run.ts'
import { numberOf } from './parts.ts'

/** Other text may follow padded `base64`; none follows `element` and `base64url`. */
export type ValueCoding = 'base64' | 'element' | 'base64url' | 'hex' | 'raw'

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
  end: number

  constructor(chars: Uint8Array, budget: WorkBudget, end = 0) {
    this.#chars = chars
    this.budget = budget
    this.end = end
  }

  addAll(expression: RegExp, from: number, to: number, coding: ValueCoding): this {
    for (const { groups, indices } of latin(this.#chars, from, to).matchAll(expression)) {
      const [begin = 0, end = 0] = indices?.groups?.['value'] ?? []
      this.add(groups?.['name'] ?? '', { from: from + begin, to: from + end, coding })
    }
    return this
  }

  add(name: string, value: Value): void {
    if (!this.#values.has(name)) this.#values.set(name, value)
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.#values.has(name))
  }

  text(name: string, most: number = NAME_MOST): string {
    const value = this.#values.get(name)
    if (value === undefined || value.to - value.from > most) return ''
    return latin(this.#chars, value.from, value.to)
  }

  /** Undefined where there is none, or it is not wholly in its coding. */
  bytes(name: string): Uint8Array | undefined {
    const value = this.#values.get(name)
    if (value === undefined) return undefined
    const chars = this.#chars
    const { from, to, coding } = value
    if (coding === 'raw') return chars.subarray(from, to)
    if (coding === 'hex') return fromHex(latin(chars, from, to))
    const decoded = decodeBase64(chars, from, to, this.budget, {
      isUrl: coding === 'base64url',
      stopsAtBlankLine: coding === 'base64',
    })
    const { bytes, end, letters, padding } = decoded
    const isWhole =
      coding === 'base64' ? (letters + padding) % 4 === 0 : skipJunk(chars, end, to) === to
    if (!isWhole || bytes.length === 0) return undefined
    this.end = Math.max(this.end, end)
    return bytes
  }

  readonly number = (name: string): bigint | undefined => {
    const bytes = this.bytes(name)
    const number = numberOf(bytes, this.budget)
    // A raw value is a view of the text.
    if (this.#values.get(name)?.coding !== 'raw') bytes?.fill(0)
    return number
  }
}

function fromHex(spelled: string): Uint8Array | undefined {
  const digits = spelled.replaceAll(/\s/g, '')
  return /^(?:[\da-f]{2})*$/i.test(digits) ? Uint8Array.from(Buffer.from(digits, 'hex')) : undefined
}
