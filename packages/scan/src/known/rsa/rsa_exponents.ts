/** Private exponents in a slice, identified by their upper half. */
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import { ORDERS } from '../../slices/conjugate.ts'
import type { Budget } from '../values/budget.ts'
import type { FoundValue } from '../values/found_value.ts'
import { DAMAGED_COST, numberAt, spelledAt, WHOLE_COST, wholeFound } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import type { SliceContext } from './slice_context.ts'

// A bit for each offset in a group of 16.
export const EVERY_LANE = 0xffff
export const EIGHTH_LANES = 0x0101
export const NO_LANE = 0
/** Of the byte orders, those that text spells. */
export const PLAIN_ORDERS = 2

/** Of one value of a key in a slice: values of found keys are searched for anyhow. */
export const MOST_OF_ONE = 16
/** With more keys than this, other offsets are at multiples of 8 or of words as well. */
const FEW_KEYS = 4

interface Probe {
  readonly lanes: number
  readonly others: number
  readonly isText: boolean
  readonly budget: Budget
}

/** Marked ones; of given keys at multiples of 8 too; elsewhere on saved budget. */
export function exponentsIn(
  context: SliceContext,
  group: RsaGroup,
  isText: boolean,
): readonly FoundValue[] {
  const { depth, budgets } = group.searchLimits
  const { exponents: budget, exponentSamples: samples } = budgets
  const isAll = depth === 'deep' && !isText
  const plain = depth === 'discovered' || isText ? NO_LANE : EIGHTH_LANES
  const found = probe(context, group, {
    lanes: isAll ? EVERY_LANE : plain,
    others: isAll ? EVERY_LANE : NO_LANE,
    isText,
    budget,
  })
  if (found.isCut) budget.isShort = true
  // A probe that is cut short at once is not worth its begin.
  if (isAll || isText || samples.left <= samples.most / 8) return found.values
  const lanes = group.keys.length <= FEW_KEYS ? EVERY_LANE : EIGHTH_LANES
  const more = probe(context, group, { lanes, others: EVERY_LANE, isText, budget: samples })
  return [...found.values, ...more.values]
}

function probe(
  { kernel, length }: SliceContext,
  { exponents: table, exponentKeys, keys }: RsaGroup,
  { lanes, others, isText, budget }: Probe,
): { readonly values: readonly FoundValue[]; readonly isCut: boolean } {
  if (table === undefined) return { values: [], isCut: false }
  const orders = isText ? PLAIN_ORDERS : ORDERS.length
  const limits = { lanes, others, orders, budget: budget.left }
  const { found, spent } = kernel.exponents(table, length, limits)
  let isCut = spent >= budget.left
  budget.pay(spent)
  /** How often the exponent of each key was verified: more copies show nothing new. */
  const times = new Map<RsaMaterial, number>()
  const values = found.flatMap((candidate) => {
    const key = keys[exponentKeys[candidate.key] ?? -1]
    if (key === undefined || (times.get(key) ?? 0) >= MOST_OF_ONE) return []
    isCut ||= budget.left < WHOLE_COST
    if (budget.left < WHOLE_COST) return []
    budget.pay(WHOLE_COST)
    const value = numberAt(kernel, candidate, table.length)
    const whole = wholeFound(spelledAt(candidate, table.length), key, value)
    if (whole.some((each) => each.key.note === undefined)) times.set(key, (times.get(key) ?? 0) + 1)
    else budget.pay(DAMAGED_COST)
    return whole
  })
  return { values, isCut }
}
