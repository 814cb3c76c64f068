/**
 * Searches a window for the secrets of known keys that have one, as those of curves do: where something points to that is of their size, in arrays like
 * those of the public half, near copies of it, and where something that looks like a secret visibly begins and ends.
 *
 * A multiplication a place is too dear for every place; what the budget does not reach is counted.
 *
 * @module
 */
import type { ConjugateKernel, WordTable } from '../conjugate.ts'
import { isRandomLookingAt } from '../random_looking.ts'
import { type Effort, OF_KEYS_MET, ROOTS_SHARE } from './allowance.ts'
import { Budget } from './budget.ts'
import type { FoundValue } from './found_value.ts'
import { likeArrays } from './like_arrays.ts'
import { HeadList, NumberHeads, pointedBeside } from './pointed_places.ts'
import {
  type FoundSecret,
  type SecretGroup,
  type SingleSecret,
  secretGroups,
} from './secret_groups.ts'
import { stepFor, wordsFrom } from './spaced_words.ts'
import type { WordHit } from './value_search.ts'

/** How far from a copy of the public half the secret is looked for, at multiples of 8. */
const NEIGHBOURHOOD = 65_536
/** Up to so many bytes around a copy every place is looked at. */
const CLOSE = 8

/** Nanoseconds for each byte, and at once. */
const RATES = {
  pointed: { perByte: 1, atOnce: 3e8 },
  before: { perByte: 0.5, atOnce: 1e8 },
  near: { perByte: 3, atOnce: 3e8 },
  placed: { perByte: 1, atOnce: 2e8 },
} as const

/** How much is spent, of what is usual. */
const SHARES: Readonly<Record<Effort, number>> = { given: 1, met: 0.1, deep: 8 }

/** Keys that as much is spent on. */
export interface SecretKeys {
  readonly keys: readonly SingleSecret[]
  readonly effort: Effort
  /** See {@link import('./allowance.ts').Allowance.isTold}. */
  readonly isTold: boolean
}

interface SoughtGroup extends SecretGroup {
  readonly pointed: Budget
  readonly before: Budget
  readonly near: Budget
  readonly placed: Budget
  readonly effort: Effort
  readonly isTold: boolean
}

export class SecretSearch {
  readonly #groups: readonly SoughtGroup[]
  readonly #signs: SignTable
  readonly #heads: NumberHeads | undefined
  readonly #budgets: readonly Budget[]

  /** @param searchers how many searches of the same bytes go side by side: they share what keys not asked for may take */
  constructor(kernel: ConjugateKernel, all: readonly SecretKeys[], searchers: number = 1) {
    this.#groups = all.flatMap(({ keys, effort, isTold }) => {
      const share = SHARES[effort] * (isTold ? 1 : ROOTS_SHARE)
      const shareAtOnce = effort === 'met' ? share / searchers : share
      const budget = ({ perByte, atOnce }: { readonly perByte: number; readonly atOnce: number }) =>
        new Budget(perByte * share, atOnce * shareAtOnce)
      const near = budget(RATES.near)
      const placed = budget(RATES.placed)
      // Curves that are dear must not take the time of those that are not.
      return secretGroups(keys).map((group) =>
        Object.assign(
          {
            pointed: budget(RATES.pointed),
            before: budget(RATES.before),
            near,
            placed,
            effort,
            isTold,
          },
          group,
        ),
      )
    })
    this.#signs = signTable(kernel, this.#groups)
    const sizes = new Set(this.#groups.map(({ limbs }) => limbs).filter((limbs) => limbs > 0))
    this.#heads = sizes.size === 0 ? undefined : new NumberHeads(kernel, sizes)
    const budgets = this.#groups.flatMap(({ pointed, before, near, placed }) => [
      pointed,
      before,
      near,
      placed,
    ])
    this.#budgets = [...new Set(budgets)]
  }

  /** The kinds of tests that were cut short so far. Places far from a public half are samples in any case. */
  get limits(): readonly string[] {
    return this.#groups.flatMap(({ pointed, near, effort, isTold }) => {
      if (!isTold || (!near.isShort && !pointed.isShort)) return []
      return [effort === 'met' ? `scalars${OF_KEYS_MET}` : 'scalars']
    })
  }

  /** The words that tell public halves, of which one lies at each multiple of `step`. */
  get signs(): { readonly list: readonly bigint[]; readonly step: number } {
    return this.#signs
  }

  /** Begins with a window of so many bytes. */
  begin(bytes: number): SecretWindow {
    for (const budget of this.#budgets) budget.earn(bytes)
    return new SecretWindow(this.#groups, this.#signs, this.#heads)
  }
}

/** What tells the public halves of all groups, entered into a kernel. */
interface SignTable {
  readonly words: WordTable
  readonly list: readonly bigint[]
  readonly step: number
  /** For each word the groups that it tells, and where it lies in what tells them. */
  readonly told: readonly (readonly { readonly group: number; readonly wordAt: number }[])[]
}

function signTable(kernel: ConjugateKernel, groups: readonly SecretGroup[]): SignTable {
  const step = stepFor(groups.flatMap(({ signs }) => signs))
  const byWord = new Map<bigint, { group: number; wordAt: number }[]>()
  for (const [group, { signs }] of groups.entries()) {
    for (const sign of signs) {
      for (const [wordAt, word] of wordsFrom(sign, 0, step).entries()) {
        const held = byWord.get(word) ?? []
        byWord.set(word, [...held, { group, wordAt }])
      }
    }
  }
  const list = [...byWord.keys()]
  return { words: kernel.enterWords(list), list, step, told: [...byWord.values()] }
}

/** A window's slices, one after the other. */
export class SecretWindow {
  readonly #groups: readonly SoughtGroup[]
  readonly #signs: SignTable
  readonly #heads: NumberHeads | undefined
  readonly #sights: readonly Sights[]

  constructor(groups: readonly SoughtGroup[], signs: SignTable, heads: NumberHeads | undefined) {
    this.#groups = groups
    this.#signs = signs
    this.#heads = heads
    this.#sights = groups.map(({ cost, placed }) => ({
      anchors: [],
      heads: new HeadList(),
      places: new LikelyPlaces(Math.floor(placed.left / cost)),
    }))
  }

  /**
   * Looks at the slice that the kernel holds, which begins at `at` of the window.
   *
   * @param found where {@link SecretSearch.signs} lie in it, if that is known
   */
  look(
    kernel: ConjugateKernel,
    at: number,
    length: number,
    found: readonly WordHit[] | undefined,
  ): void {
    const { words, step, told } = this.#signs
    const hits =
      found === undefined
        ? kernel.findWords(words, length, step, true)
        : kernel.inNumbers(found, length)
    for (const hit of hits) {
      for (const { group, wordAt } of told[hit.word] ?? []) {
        this.#sights[group]?.anchors.push(at + hit.at - wordAt)
      }
    }
    this.#lookForHeads(kernel, at, length)
    for (const [index, { length: size }] of this.#groups.entries()) {
      const places = this.#sights[index]?.places
      if (places?.isFull === false) places.add(at, kernel.boundedPairs(size, length, false, size))
    }
  }

  #lookForHeads(kernel: ConjugateKernel, at: number, length: number): void {
    // Once any size fills its list, the window is no process's.
    if (this.#heads === undefined || this.#sights.some(({ heads }) => heads.isFull)) return
    for (const head of this.#heads.look(kernel, length)) {
      for (const [index, { limbs }] of this.#groups.entries()) {
        if (limbs === head.limbs) this.#sights[index]?.heads.add(at + head.at)
      }
    }
  }

  /** Secrets that begin in [from, to) of the window's bytes, of which the first has an `address` if that is known. */
  found(bytes: Uint8Array, from: number, to: number, address: bigint | undefined): FoundValue[] {
    return this.#groups.flatMap((group, index) => {
      const sights = this.#sights[index]
      if (sights === undefined) return []
      const { anchors, places } = sights
      const tried = { places: new Set<number>(), contents: new Set<number>() }
      const pointed = address === undefined ? [] : pointedPlaces(bytes, group, sights, address)
      const before = beforePoints(bytes, anchors, group.length, from, to)
      const near = nearest(anchors, group.length, from, to)
      return [
        ...lookAt(bytes, pointed, group, 'pointed', tried),
        ...lookAt(bytes, likeArrays(bytes, anchors, group.length), group, 'alike', tried),
        ...lookAt(bytes, before, group, 'before', tried),
        ...lookAt(bytes, near, group, 'near', tried),
        ...lookAt(bytes, places.all, group, 'placed', tried),
      ]
    })
  }
}

/** What was seen in a window for one group. */
interface Sights {
  /** Copies of public halves. */
  readonly anchors: number[]
  /** Structures of numbers of the size of its secrets. */
  readonly heads: HeadList
  readonly places: LikelyPlaces
}

function pointedPlaces(
  bytes: Uint8Array,
  { length, limbs }: SecretGroup,
  { heads, anchors }: Sights,
  address: bigint,
): readonly number[] {
  return limbs > 0 ? heads.places(bytes, address) : pointedBeside(bytes, anchors, length, address)
}

/** Places where something visibly begins or ends: as many as can be looked at, those with both sides first. */
class LikelyPlaces {
  readonly #most: number
  readonly #told: number[] = []
  readonly #others: number[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** @param pairs place from `base` on, and its sides, in turns */
  add(base: number, pairs: Uint32Array): void {
    for (let k = 0; k < pairs.length; k += 2) {
      const list = (pairs[k + 1] ?? 0) >= 3 ? this.#told : this.#others
      if (list.length < this.#most) list.push(base + (pairs[k] ?? 0))
    }
  }

  /** They are a sample in any case: once there are enough, no more are looked for. */
  get isFull(): boolean {
    return Math.max(this.#told.length, this.#others.length) >= this.#most
  }

  get all(): readonly number[] {
    return [...this.#told, ...this.#others]
  }
}

/** What was looked at: places, and hashes of what lay there, so that a flood of copies is looked at once. */
interface Tried {
  readonly places: Set<number>
  readonly contents: Set<number>
}

/** Looks at one place after another, until the budget is used up. */
function lookAt(
  bytes: Uint8Array,
  places: Iterable<number>,
  group: SoughtGroup,
  kind: 'pointed' | 'alike' | 'before' | 'near' | 'placed',
  tried: Tried,
): FoundValue[] {
  const { length } = group
  const cost = kind === 'pointed' && group.limbs > 0 ? group.cost / 2 : group.cost
  const budget = group[kind === 'alike' ? 'pointed' : kind]
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
    const secret = secretIn(window, group, kind === 'pointed', isRareToo)
    // Copies of a secret are found by its value.
    tried.contents.add(content)
    if (secret !== undefined) found.push({ at, length, ...secret })
  }
  return found
}

function secretIn(
  bytes: Uint8Array,
  { secretIn: plainIn, limbsIn, rareSecretIn }: SecretGroup,
  isPointed: boolean,
  isRareToo: boolean,
): FoundSecret | undefined {
  if (isPointed) return limbsIn(bytes)
  return plainIn(bytes) ?? (isRareToo ? rareSecretIn(bytes) : undefined)
}

/** Unused limbs behind a number, which few places near a public half have. */
const END_BYTES = 16

/** Whether a rare form is worth a look in what ends at `end`. */
function mayBeRare(bytes: Uint8Array, end: number, { limbs }: SecretGroup): boolean {
  if (limbs === 0) return true
  return (
    end + END_BYTES <= bytes.length && bytes.subarray(end, end + END_BYTES).every((b) => b === 0)
  )
}

/** 53 bits that tell contents apart: FNV-1a of 32 bits over the bytes, from two begins. */
function hashOf(bytes: Uint8Array): number {
  let low = 0x811c9dc5
  let high = 0x01000193
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 15)
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}

/** What begins a point of which both coordinates are told (SEC 1, 2.3.3), and in DER the string of bits around it. */
const UNCOMPRESSED = 0x04
const BIT_STRING = 0x03

/** Places in [from, to) right before whole points: there NSS and ring keep the secret. Certificates have none there. */
function beforePoints(
  bytes: Uint8Array,
  anchors: readonly number[],
  length: number,
  from: number,
  to: number,
): readonly number[] {
  const points = anchors.filter(
    (at) =>
      bytes[at - 1] === UNCOMPRESSED && !(bytes[at - 2] === 0 && bytes[at - 4] === BIT_STRING),
  )
  return points.map((at) => at - 1 - length).filter((at) => at >= from && at < to)
}

/**
 * Places around the anchors in [from, to), those next to one first. Few of them are ever asked for: there are thousands
 * around each. Some come twice.
 */
function* nearest(
  anchors: readonly number[],
  length: number,
  from: number,
  to: number,
): Generator<number, void, void> {
  const isInside = (at: number): boolean => at >= from && at < to
  for (let k = 0; k <= CLOSE; k++) {
    for (const anchor of anchors) {
      for (const neighbour of [anchor - length, anchor + length, anchor - 2 * length]) {
        if (isInside(neighbour - k)) yield neighbour - k
        if (k > 0 && isInside(neighbour + k)) yield neighbour + k
      }
    }
  }
  yield* furtherOff(anchors, from, to)
}

/** Those at multiples of 8, up to {@link NEIGHBOURHOOD} away. */
function furtherOff(anchors: readonly number[], from: number, to: number): Iterable<number> {
  // Neighbourhoods that overlap are gone through once: each place belongs to the anchor before or behind it.
  const reach = anchors.map((anchor, index) => {
    const previous = anchors[index - 1] ?? -NEIGHBOURHOOD * 2
    const next = anchors[index + 1] ?? anchor + NEIGHBOURHOOD * 2
    const first = Math.max(from, anchor - NEIGHBOURHOOD, Math.ceil((anchor + previous) / 2))
    const last = Math.min(to - 1, anchor + NEIGHBOURHOOD, Math.floor((anchor + next) / 2))
    return { middle: anchor & ~7, first, last }
  })
  return byDistance(reach)
}

interface Reach {
  readonly middle: number
  readonly first: number
  readonly last: number
}

function* byDistance(all: readonly Reach[]): Generator<number, void, void> {
  let left = all
  for (let distance = 0; distance <= NEIGHBOURHOOD && left.length > 0; distance += 8) {
    for (const { middle, first, last } of left) {
      if (middle - distance >= first && middle - distance <= last) yield middle - distance
      const behind = middle + distance + 8
      if (behind >= first && behind <= last) yield behind
    }
    // Most reach no further than to the middle between two neighbours.
    if (distance % 512 === 0) {
      left = left.filter(
        ({ middle, first, last }) => middle - distance > first || middle + distance + 8 < last,
      )
    }
  }
}
