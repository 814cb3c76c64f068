/** Probes offsets where the secret of a known key may be, until the budget is spent. @module */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Memory } from '../../anchors/detected.ts'
import { intsAt, type JavaInts, numberOfInts } from '../objects/java_integers.ts'
import {
  areRandomDigits,
  type DigitEncoding,
  digitCount,
  digitsAt,
} from '../values/digit_encodings.ts'
import type { FoundValue } from '../values/found_value.ts'
import type { Depth } from '../values/search_limits.ts'
import type { SecretBudgets } from './secret_budgets.ts'
import type { FoundSecret, SecretGroup } from './secret_groups.ts'
import type { SecretText } from './secret_texts.ts'

/** Known keys, and their budgets. */
export interface SoughtGroup extends SecretGroup {
  readonly budgets: SecretBudgets
  readonly depth: Depth
  readonly reportsLimits: boolean
  /** Bytes that a part of a key's scalar may lack to be completed; see {@link import('./secret_search.ts').SecretKeys}. */
  readonly mostLost: ReadonlyMap<KeyMaterial, number>
}

/** Probed offsets, and hashes of their content, so that a flood of copies is probed once. */
export interface Tried {
  readonly places: Set<number>
  readonly contents: Set<number>
}

/** The budget of each kind of offset. */
const BUDGETS = {
  pointed: 'pointed',
  far: 'far',
  alike: 'pointed',
  string: 'strings',
  before: 'before',
  near: 'near',
  placed: 'placed',
  java: 'java',
  number: 'terms',
  term: 'terms',
} as const

/** Where the lowest byte comes first. */
const LOW_FIRST: ReadonlySet<string> = new Set(['pointed', 'far', 'number'])

/** Probes one offset after another, until the budget is used up. */
export function probeOffsets(
  bytes: Uint8Array,
  places: Iterable<number>,
  group: SoughtGroup,
  kind: keyof typeof BUDGETS,
  tried: Tried,
): FoundValue[] {
  const { length } = group
  const isLowFirst = LOW_FIRST.has(kind)
  const cost = isLowFirst && group.limbs > 0 ? group.cost / 2 : group.cost
  const budget = group.budgets[BUDGETS[kind]]
  const found: FoundValue[] = []
  if (budget.isSpent(cost)) return found
  for (const at of places) {
    if (at + length > bytes.length || !isRandomLookingAt(bytes, at, length)) continue
    if (tried.places.has(at)) continue
    const window = bytes.subarray(at, at + length)
    const content = hashOf(window)
    if (tried.contents.has(content)) continue
    if (!budget.take(cost)) break
    tried.places.add(at)
    const isRareToo = kind === 'near' && mayBeRare(bytes, at + length, group)
    if (isRareToo && group.limbs > 0) budget.pay(cost / 2)
    const secret = secretIn(window, group, isLowFirst, isRareToo)
    // Copies of a secret are found by its value.
    tried.contents.add(content)
    if (secret !== undefined) {
      found.push({ at, length: length + prefixLength(bytes, at + length, secret), ...secret })
    }
  }
  return found
}

/** Half of a hash of Ed25519. */
const PREFIX = 32

/** What hashes are begun with is behind a scalar as a rule: with any signature it reveals the scalar, so it is erased with it. */
function prefixLength(bytes: Uint8Array, at: number, { name }: FoundSecret): number {
  if (name !== 'expanded-scalar') return 0
  return at + PREFIX <= bytes.length && isRandomLookingAt(bytes, at, PREFIX) ? PREFIX : 0
}

function secretIn(
  bytes: Uint8Array,
  { secretIn: plainIn, limbsIn, rareSecretIn }: SecretGroup,
  isLowFirst: boolean,
  isRareToo: boolean,
): FoundSecret | undefined {
  if (isLowFirst) return limbsIn(bytes)
  return plainIn(bytes) ?? (isRareToo ? rareSecretIn(bytes) : undefined)
}

/** Unused limbs behind a number, which few offsets near a public half have. */
const END_BYTES = 16

/** Whether a rare form is worth a probe in what ends at `end`. */
function mayBeRare(bytes: Uint8Array, end: number, { limbs }: SecretGroup): boolean {
  if (limbs === 0) return true
  return (
    end + END_BYTES <= bytes.length && bytes.subarray(end, end + END_BYTES).every((b) => b === 0)
  )
}

/** 53 bits that distinguish contents: FNV-1a of 32 bits over the bytes, from two begins. */
function hashOf(bytes: Uint8Array): number {
  let low = 0x811c9dc5
  let high = 0x01000193
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 15)
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}

/** Nanoseconds of a read from the file. */
const READ_COST = 5000

/** Examines what is at addresses outside of the window: limbs, or digits of an encoding. */
export function probeFar(
  memory: Memory,
  addresses: readonly bigint[],
  group: SoughtGroup,
  tried: Tried,
  form?: DigitEncoding,
): FoundValue[] {
  const { length } = group
  const { far } = group.budgets
  const size = form === undefined ? length : form.slot * digitCount(form, 8 * length)
  const found: FoundValue[] = []
  for (const address of addresses) {
    if (far.isSpent(READ_COST)) break
    const pointed = memory.at(address, size)
    if (pointed === undefined) continue
    if (!far.take(READ_COST)) break
    const { bytes, offset } = pointed
    const values =
      form === undefined
        ? probeOffsets(bytes, [0], group, 'far', { ...tried, places: new Set() })
        : probeDigits(bytes, [0], group, form, 'far', tried)
    for (const value of values) found.push({ ...value, at: offset })
  }
  return found
}

/** Examines the arrays that numbers of the JVM point to. */
export function probeIntegers(
  memory: Memory,
  arrays: Iterable<JavaInts>,
  group: SoughtGroup,
  { contents }: Tried,
): FoundValue[] {
  const { cost, numberIn } = group
  const { java } = group.budgets
  const found: FoundValue[] = []
  if (numberIn === undefined || java.isSpent(READ_COST)) return found
  for (const array of arrays) {
    if (!java.take(READ_COST * array.addresses.length)) break
    const pointed = intsAt(memory, array)
    if (pointed === undefined) continue
    const { bytes, offset } = pointed
    const content = hashOf(bytes)
    if (contents.has(content) || !isRandomLookingAt(bytes, 0, bytes.length)) continue
    if (!java.take(cost / 2)) break
    contents.add(content)
    const secret = numberIn(numberOfInts(bytes), 'java-int-array')
    if (secret !== undefined) found.push({ at: offset, length: bytes.length, ...secret })
  }
  return found
}

/** Examines numbers in digits of an encoding, which begin at `offsets`. */
export function probeDigits(
  bytes: Uint8Array,
  places: Iterable<number>,
  group: SoughtGroup,
  form: DigitEncoding,
  kind: 'far' | 'ints' | 'v8',
  { contents }: Tried,
): FoundValue[] {
  const { numberIn } = group
  const { [kind]: budget } = group.budgets
  const cost = group.cost / 2
  const count = digitCount(form, 8 * group.length)
  const length = count * form.slot
  const found: FoundValue[] = []
  if (numberIn === undefined) return found
  for (const at of places) {
    if (at + length > bytes.length || !areRandomDigits(form, bytes, at, count)) continue
    const content = hashOf(bytes.subarray(at, at + length))
    const value = contents.has(content) ? undefined : digitsAt(form, bytes, at, count)
    if (value === undefined) continue
    if (!budget.take(cost)) break
    contents.add(content)
    const secret = numberIn(value, form.form)
    if (secret !== undefined) found.push({ at, length, ...secret })
  }
  return found
}

/** Examines secrets in text, and wipes what was read of them. */
export function probeTexts(
  texts: readonly SecretText[],
  group: SoughtGroup,
  { contents }: Tried,
): FoundValue[] {
  const { cost } = group
  const { texts: budget } = group.budgets
  const found: FoundValue[] = []
  for (const { at, length, form, bytes } of texts) {
    const content = hashOf(bytes)
    const isWorth = !contents.has(content) && isRandomLookingAt(bytes, 0, bytes.length)
    if (isWorth && budget.take(cost)) {
      contents.add(content)
      const secret = group.secretIn(bytes)
      const isReversed = form === 'hex' && secret?.spelling === 'limbs-le64'
      if (secret !== undefined)
        found.push({ ...secret, at, length, spelling: isReversed ? 'hex-le' : form })
    }
    bytes.fill(0)
  }
  return found
}
