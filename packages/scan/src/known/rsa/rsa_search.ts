/** Searches a slice for factors, their neighbours, leftovers and private exponents. */
import { type ConjugateKernel, type FactorHit, ORDERS } from '../../slices/conjugate.ts'
import { type FoundValue, keyOf } from '../values/found_value.ts'
import { fromFactor } from '../values/rebuild.ts'
import type { Depth, SearchLimits } from '../values/search_limits.ts'
import { directLeaks } from './factor_leaks.ts'
import { conjugateFragments, pairCost } from './fragments.ts'
import { freedFactors } from './freed_factors.ts'
import { boundedNumbers, type LocatedNumber } from './located_numbers.ts'
import { Remainders } from './remainders.ts'
import { DigitSearch } from './rsa_digits.ts'
import {
  EIGHTH_LANES,
  EVERY_LANE,
  exponentsIn,
  MOST_OF_ONE,
  NO_LANE,
  PLAIN_ORDERS,
} from './rsa_exponents.ts'
import { numberAt, spelledAt } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import { TextSearch } from './rsa_text.ts'
import type { SliceContext, SliceResult } from './slice_context.ts'

const LIST = { marked: 0, aligned: 1, factors: 2, others: 3, markedOthers: 4 } as const
const IN_ORDER = [LIST.marked, LIST.markedOthers, LIST.aligned, LIST.factors, LIST.others]
const IN_PAIRS = [LIST.marked, LIST.aligned, LIST.factors]

/** A list's candidates are divided by in full, on spare budget (`sample`), or in pairs alone. */
type Use = 'needed' | 'sample' | 'none'

function useOf(list: number, depth: Depth, isText: boolean): Use {
  if (depth === 'deep' || list === LIST.marked || list === LIST.markedOthers) return 'needed'
  return isText || depth === 'discovered' ? 'none' : 'sample'
}

export class RsaSearch {
  readonly #groups: readonly RsaGroup[]
  readonly #text: TextSearch
  readonly #digits = new DigitSearch()
  readonly #remainders = new Map<SearchLimits, Remainders>()
  readonly #lost = new Set<SearchLimits>()

  constructor(groups: readonly RsaGroup[]) {
    // Those of one size one after the other: they share its offsets.
    this.#groups = groups.toSorted((a, b) => a.bits - b.bits)
    for (const { searchLimits } of groups)
      this.#remainders.set(searchLimits, new Remainders(searchLimits))
    this.#text = new TextSearch(groups, (context, group) => this.#numbers(context, group, true))
  }

  get limits(): readonly string[] {
    const short = [...this.#remainders.keys()].flatMap((searchLimits) => searchLimits.limits)
    const lost = [...this.#lost].map((searchLimits) => searchLimits.named('candidates'))
    return [...short, ...lost]
  }

  /** So many bytes are examined, or hold nothing: what is saved on those may be spent on others. */
  earn(length: number): void {
    for (const searchLimits of this.#remainders.keys()) searchLimits.earn(length)
  }

  /** Decodes text into the kernel: the slice is gone afterwards. */
  slice(context: SliceContext): SliceResult {
    const groups = this.#groups
    const freed = groups.flatMap((group) => freedFactors(context, group))
    const results = groups.map((group) => this.#numbers(context, group, false))
    const digits = groups.map((group) => this.#digits.search(context, group))
    const text = this.#text.search(context, groups)
    return {
      found: [...freed, ...[...results, ...digits, text].flatMap(({ found }) => found)],
      numbers: [...results, ...digits, text].flatMap(({ numbers }) => numbers),
    }
  }

  /** At most one value a key. `known`: moduli of keys that are found already. */
  finish(
    window: Uint8Array,
    numbers: readonly LocatedNumber[],
    known: ReadonlySet<bigint>,
  ): FoundValue[] {
    return [...this.#remainders].flatMap(([searchLimits, remainders]) => {
      const own = numbers.filter(({ group }) => group.searchLimits === searchLimits)
      return remainders.finish(window, own, known)
    })
  }

  #numbers(context: SliceContext, group: RsaGroup, isText: boolean): SliceResult {
    const { kernel, length } = context
    const isDeep = group.searchLimits.depth === 'deep' && !isText
    if (!isDeep && !hasOffsets(context, group)) return NOTHING
    return {
      found: [...this.#factors(context, group, isText), ...exponentsIn(context, group, isText)],
      numbers: boundedNumbers(kernel, length, group, isText),
    }
  }

  #factors(context: SliceContext, group: RsaGroup, isText: boolean): FoundValue[] {
    const { kernel } = context
    const { searchLimits } = group
    const { pairs, factors } = searchLimits.budgets
    this.#listFactors(context, group, isText)
    const hits: FactorHit[] = []
    for (const list of IN_ORDER) {
      const use = useOf(list, searchLimits.depth, isText)
      const next = use === 'none' ? 0 : this.#test(kernel, group, list, use, hits)
      if (use === 'needed' && next < (kernel.sizes[list] ?? 0)) factors.isShort = true
    }
    const whole = fewOfEach(hits).flatMap((hit) => this.#factorFound(context, group, hit))
    this.#keepLimbs(kernel, group)
    return [...whole, ...conjugateFragments(kernel, group, pairs, hits)]
  }

  #keepLimbs(kernel: ConjugateKernel, { keys, shape, searchLimits }: RsaGroup): void {
    const { pairs } = searchLimits.budgets
    const { isSieved, cost } = pairCost(keys.length)
    let left = pairs.left
    for (const list of IN_PAIRS) {
      const listed = kernel.sizes[list] ?? 0
      // Where nothing marks them and they are at any offset: out of what is saved.
      const kept = list === LIST.factors && searchLimits.depth !== 'deep' ? pairs.most / 2 : 0
      const room = Math.max(0, Math.floor((left - kept) / cost))
      if (list === LIST.aligned && listed > room) pairs.isShort = true
      kernel.keepLowLimbs(list, room, shape, isSieved)
      left -= Math.min(room, listed) * cost
    }
  }

  #listFactors({ kernel, length }: SliceContext, group: RsaGroup, isText: boolean): void {
    const { searchLimits, keys, shape } = group
    const { factorSamples: samples, pairs } = searchLimits.budgets
    const { cost } = pairCost(keys.length)
    const isDeep = searchLimits.depth === 'deep'
    const orders = isText ? PLAIN_ORDERS : ORDERS.length
    // The last two lists take time to fill: only where there is some to examine them.
    const isSaved = samples.left > samples.most / 2
    // Unmarked bytes beside a factor of a discovered key are not searched: see useOf.
    const plain = searchLimits.depth === 'discovered' ? NO_LANE : EIGHTH_LANES
    const beside = isDeep ? EVERY_LANE : plain
    const isWorth = searchLimits.depth !== 'discovered' || pairs.left > pairs.most / 2
    const aligned = isWorth ? Math.ceil(Math.max(0, pairs.left) / cost) : 0
    const isEvery = isDeep || (isSaved && !isText)
    const lost = kernel.candidates(shape, length, { beside, orders, isEvery, aligned })
    if (lost > 0) this.#lost.add(searchLimits)
    if (kernel.leftOut > 0 && !isText) pairs.isShort = true
    kernel.reset()
  }

  #test(
    kernel: ConjugateKernel,
    { shape, table, searchLimits }: RsaGroup,
    list: number,
    use: 'needed' | 'sample',
    hits: FactorHit[],
  ): number {
    const { factors, factorSamples } = searchLimits.budgets
    const budget = use === 'needed' ? factors : factorSamples
    // For discovered keys, marked offsets of later slices are worth more than unmarked ones here.
    const kept = searchLimits.depth === 'discovered' && list !== LIST.marked ? budget.most / 8 : 0
    const before = kernel.spent
    const result = kernel.test(list, shape, table, before + budget.left - kept)
    budget.pay(kernel.spent - before)
    hits.push(...result.hits)
    return result.next
  }

  #factorFound({ kernel }: SliceContext, group: RsaGroup, hit: FactorHit): FoundValue[] {
    const key = group.keys[hit.key]
    const x = numberAt(kernel, hit, group.shape.length)
    const leak = directLeaks(group.shape.bits).find(({ name }) => name === nameOf(hit))
    if (key === undefined || leak === undefined) return []
    const material = fromFactor(key, leak.multiple(x))
    if (material === undefined) return []
    const { name, verification } = leak
    return [{ ...spelledAt(hit, group.shape.length), name, key: keyOf(material, verification) }]
  }
}

/** Some hits of each key: its values are searched for anyhow, and a slice can hold thousands. */
function fewOfEach(hits: readonly FactorHit[]): readonly FactorHit[] {
  if (hits.length <= MOST_OF_ONE) return hits
  const counts = new Map<number, number>()
  return hits.filter(({ key }) => {
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count <= MOST_OF_ONE
  })
}

function nameOf({ kind, isAbove }: FactorHit): string {
  if (kind === 'factor') return 'p'
  if (kind === 'negated') return 'two-to-w-minus-p'
  if (kind === 'halved') return 'p-minus-1-halved'
  return isAbove ? 'p-plus-1' : 'p-minus-1'
}

const NOTHING: SliceResult = { found: [], numbers: [] }

/** Whether a factor or an exponent can be anywhere: most memory is no random bytes. */
function hasOffsets({ kernel, length }: SliceContext, { shape, exponents }: RsaGroup): boolean {
  const isOfFactors = kernel.hasOffsets(shape.length, length)
  return isOfFactors || (exponents !== undefined && kernel.hasOffsets(exponents.length, length))
}
