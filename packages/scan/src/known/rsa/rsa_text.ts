/** Searches a slice's text for known numbers: hexadecimal, base64 in every alignment, decimal. */
import { countBefore } from '@mintmark/core'
import { BEFORE, BEHIND, type ConjugateKernel, SLICE } from '../../slices/conjugate.ts'
import type { Budget } from '../values/budget.ts'
import type { FoundValue } from '../values/found_value.ts'
import {
  type DecodedText,
  decimalsOf,
  decodeRun,
  runOf,
  type TextRun,
} from '../values/text_encodings.ts'
import { type LocatedNumber, leakCost } from './located_numbers.ts'
import { type Spelled, wholeFound } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import type { SliceContext, SliceResult } from './slice_context.ts'

/** Nanoseconds: for a character, for a decoded byte in one alignment, for a whole number. */
const COST = { read: 6, decoded: 5, whole: 3000 } as const

export type NumberSearch = (context: SliceContext, group: RsaGroup) => SliceResult

export class TextSearch {
  readonly #budget: Budget | undefined
  readonly #numbers: NumberSearch
  readonly #leastLength: number
  readonly #edge: number

  constructor(groups: readonly RsaGroup[], numbers: NumberSearch) {
    const allLimits = groups.map(({ searchLimits }) => searchLimits)
    const first = allLimits.find(({ depth }) => depth !== 'discovered') ?? allLimits[0]
    this.#budget = first?.budgets.text
    this.#numbers = numbers
    this.#leastLength = Math.min(...groups.map(({ shape }) => shape.length))
    // Half as many again as base64 of a private exponent takes.
    this.#edge = Math.max(...groups.map(({ bits }) => bits / 4))
  }

  /** The slice is gone from the kernel afterwards. */
  search({ kernel, length }: SliceContext, groups: readonly RsaGroup[]): SliceResult {
    const decoded: DecodedText[] = []
    const results: SliceResult[] = []
    for (const run of this.#runs(kernel, length)) {
      results.push(...groups.map((group) => this.#decimals(group, run)))
      const texts = decodeRun(run, this.#leastLength, this.#edge)
      this.#budget?.pay(texts.reduce((sum, { bytes }) => sum + bytes.length, 0) * COST.decoded)
      decoded.push(...texts)
    }
    for (const batch of batches(decoded)) results.push(...this.#decoded(kernel, groups, batch))
    return {
      found: results.flatMap(({ found }) => found).filter(({ at }) => at < length),
      numbers: results.flatMap(({ numbers }) => numbers).filter(({ at }) => at < length),
    }
  }

  #runs(kernel: ConjugateKernel, length: number): TextRun[] {
    const least = Math.max(32, Math.floor((this.#leastLength * 4) / 3) - 2)
    const to = Math.min(length + BEHIND, SLICE + BEHIND - 16)
    const slice = kernel.slice
    return [1 as const, 2 as const].flatMap((unit) => {
      // Either end of a run of two bytes a character may be cut by less than a block.
      const runs = kernel.runs(to, unit === 1 ? least : least * 2 - 48, unit === 2)
      return runs.flatMap((run) => {
        const cost = COST.read * (run.to - run.from)
        if (run.from >= length || this.#budget?.take(cost) !== true) return []
        const [from, end] = unit === 1 ? [run.from, run.to] : [run.from - 16, run.to + 16]
        return [runOf(slice.subarray(BEFORE + from, BEFORE + end), from, unit)]
      })
    })
  }

  #decimals(group: RsaGroup, run: TextRun): SliceResult {
    const { leaks } = group
    const cost = leakCost(group, leaks.length)
    const { text: budget } = group.searchLimits.budgets
    const found: FoundValue[] = []
    const numbers: LocatedNumber[] = []
    for (const { at, length, value: x } of decimalsOf(run, group.shape.bits - 8)) {
      const spelled: Spelled = { at, length, spelling: 'decimal' }
      const isWhole = x >> BigInt(group.bits - 32) !== 0n
      if (isWhole && budget.take(COST.whole * group.keys.length)) {
        found.push(...group.keys.flatMap((key) => wholeFound(spelled, key, x)))
      } else if (!isWhole && budget.take(cost)) {
        numbers.push({ ...spelled, group, x, leaks, sides: 3 })
      }
    }
    return { found, numbers }
  }

  #decoded(
    kernel: ConjugateKernel,
    groups: readonly RsaGroup[],
    batch: readonly DecodedText[],
  ): SliceResult[] {
    const joined = new Uint8Array(batch.reduce((sum, { bytes }) => sum + slotOf(bytes), GAP))
    const begins: number[] = []
    let end = GAP
    for (const { bytes } of batch) {
      begins.push(end)
      joined.set(bytes, end)
      end += slotOf(bytes)
    }
    kernel.load(joined, 0, joined.length)
    const context = { kernel, length: joined.length }
    const results = groups.map((group) => this.#numbers(context, group))
    joined.fill(0)
    const located = <T extends Spelled>(value: T): T[] => {
      const index = countBefore(begins.length, (k) => (begins[k] ?? 0) <= value.at) - 1
      const text = batch[index]
      const location = text && inText(text, value, value.at - (begins[index] ?? 0))
      return location === undefined ? [] : [Object.assign({}, value, location)]
    }
    return results.map(({ found, numbers }) => ({
      found: found.flatMap((value) => located(value)),
      numbers: numbers.flatMap((number) => located(number)),
    }))
  }
}

/** Where a value at byte `begin` of a text's meaning is spelled; undefined outside of the text. */
function inText(
  text: DecodedText,
  { spelling, length }: Spelled,
  begin: number,
): Spelled | undefined {
  const isPlain = spelling === 'limbs-le64' || spelling === 'limbs-be'
  if (!isPlain || begin + length > text.bytes.length) return undefined
  const at = text.textAt(begin)
  const isLittle = text.encoding === 'hex' && spelling === 'limbs-le64'
  return {
    at,
    length: text.textAt(begin + length) - at,
    spelling: isLittle ? 'hex-le' : text.encoding,
  }
}

/** Zero bytes between decoded texts: a boundary on either side. */
const GAP = 64

function slotOf(bytes: Uint8Array): number {
  return ((bytes.length + 15) & ~15) + GAP
}

/** Texts in groups that fit a slice. A longer one is cut: no spelling of a number is that long. */
function batches(texts: readonly DecodedText[]): DecodedText[][] {
  const result: DecodedText[][] = []
  let room = 0
  for (const text of texts) {
    const bytes = text.bytes.subarray(0, SLICE - 2 * GAP)
    if (slotOf(bytes) > room) {
      result.push([])
      room = SLICE - GAP
    }
    room -= slotOf(bytes)
    result.at(-1)?.push({ ...text, bytes })
  }
  return result
}
