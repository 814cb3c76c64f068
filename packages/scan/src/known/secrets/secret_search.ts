/**
 * Searches a window for the secrets of known keys that have one, as those of curves do.
 *
 * They are searched for where something points to that is of their size; in arrays like those of the public half; in objects
 * of CPython, the JVM, V8 and Erlang; by themselves in text; near copies of the public half; and where something that looks like
 * a secret visibly begins and ends.
 *
 * A multiplication an offset is too expensive for every offset; what the budget does not reach is counted. @module
 */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { Memory } from '../../anchors/detected.ts'
import type { ConjugateKernel, OffsetRoom } from '../../slices/conjugate.ts'
import { TermList } from '../objects/erlang_terms.ts'
import { ArrayList, OCTETS_HEAD } from '../objects/java_arrays.ts'
import { IntegerList, integerBits } from '../objects/java_integers.ts'
import { javaArrays, javaNumbers } from '../objects/java_objects.ts'
import { neighbourChunks } from '../objects/neighbour_chunks.ts'
import { beforePoints, nearest } from '../objects/offsets_near_points.ts'
import {
  HeadList,
  NumberHeads,
  offsetsIn,
  POINTER_BYTES,
  pointedBeside,
} from '../objects/pointed_offsets.ts'
import { ObjectList } from '../objects/python_objects.ts'
import { likeArrays } from '../objects/sibling_arrays.ts'
import { type DigitRun, digitRuns, offsetsInRuns, V8_ENCODINGS } from '../objects/v8_numbers.ts'
import type { Budget } from '../values/budget.ts'
import { digitCount, PYTHON_DIGITS, TOMMATH_DIGITS } from '../values/digit_encodings.ts'
import type { FoundValue } from '../values/found_value.ts'
import { type Depth, OF_DISCOVERED_KEYS, SCALARS } from '../values/search_limits.ts'
import type { WordHit } from '../values/value_search.ts'
import { MOST_LOST, probeCut } from './cut_offsets.ts'
import { budgetsFor } from './secret_budgets.ts'
import { type SecretGroup, type SingleSecret, secretGroups } from './secret_groups.ts'
import {
  probeDigits,
  probeFar,
  probeIntegers,
  probeOffsets,
  probeTexts,
  type SoughtGroup,
  type Tried,
} from './secret_probes.ts'
import { SecretTexts } from './secret_texts.ts'
import { type SignTable, signTable } from './sign_table.ts'

/** Keys that as much is spent on. */
export interface SecretKeys {
  readonly keys: readonly SingleSecret[]
  readonly depth: Depth
  /** See {@link import('../values/search_limits.ts').SearchLimits.reportsLimits}. */
  readonly reportsLimits: boolean
  /** Of keys of curves: how many bytes a part of the scalar beside the public half may lack to be completed. */
  readonly mostLost: ReadonlyMap<KeyMaterial, number>
}

export class SecretSearch {
  readonly #groups: readonly SoughtGroup[]
  readonly #signs: SignTable
  readonly #heads: NumberHeads
  readonly #budgets: readonly Budget[]

  /**
   * @param searchers how many searches of the same bytes run in parallel: they share what keys not asked for may take
   * @param mostStep of {@link words}: that of those others; structures are at multiples of 8
   */
  constructor(
    kernel: ConjugateKernel,
    all: readonly SecretKeys[],
    searchers: number = 1,
    mostStep: number = POINTER_BYTES,
  ) {
    this.#groups = all.flatMap(({ keys, depth, reportsLimits, mostLost }) => {
      const budgets = budgetsFor({ depth, reportsLimits }, searchers)
      const isMore = [...mostLost.values()].includes(MOST_LOST.more)
      // Curves that are expensive must not take the time of those that are not.
      return secretGroups(keys).map((group) =>
        Object.assign({ budgets: budgets(isMore), mostLost, depth, reportsLimits }, group),
      )
    })
    this.#signs = signTable(kernel, this.#groups, mostStep)
    // Nobody has the private keys of public roots in a program of Python or Erlang.
    const headed = this.#groups.map(({ length, limbs, reportsLimits }) => ({
      length,
      limbs,
      hasObjects: reportsLimits,
    }))
    this.#heads = new NumberHeads(kernel, headed)
    const budgets = this.#groups.flatMap((group) => Object.values(group.budgets))
    this.#budgets = [...new Set(budgets)]
  }

  /** Kinds of tests that were cut short so far. Offsets far from a public half are samples in any case. */
  get limits(): readonly string[] {
    return this.#groups.flatMap(({ budgets, depth, reportsLimits }) => {
      const { pointed, far, ints, near, java, v8, terms } = budgets
      const isDiscovered = depth === 'discovered'
      const isUsual = near.isShort || pointed.isShort || java.isShort
      const isFurther = far.isShort || ints.isShort || v8.isShort || terms.isShort
      if (!reportsLimits || !(isUsual || (isFurther && !isDiscovered))) return []
      return [isDiscovered ? `${SCALARS}${OF_DISCOVERED_KEYS}` : SCALARS]
    })
  }

  /** All words that a window's search asks for, at multiples of `step`: they may be searched for along with others. */
  get words(): { readonly list: readonly bigint[]; readonly step: number } {
    return { list: [...this.#signs.list, ...this.#heads.list], step: this.#signs.step }
  }

  /** Begins with a window of so many bytes. */
  begin(bytes: number): SecretWindow {
    for (const budget of this.#budgets) budget.earn(bytes)
    return new SecretWindow(this.#groups, this.#signs, this.#heads)
  }
}

/** A window's slices, one after the other. */
export class SecretWindow {
  readonly #groups: readonly SoughtGroup[]
  readonly #signs: SignTable
  readonly #heads: NumberHeads
  readonly #marks: readonly Marks[]
  readonly #texts: SecretTexts

  constructor(groups: readonly SoughtGroup[], signs: SignTable, heads: NumberHeads) {
    this.#groups = groups
    this.#signs = signs
    this.#heads = heads
    this.#marks = groups.map(({ cost, budgets, length }) => ({
      anchors: [],
      heads: new HeadList(),
      digits: new HeadList(),
      integers: new IntegerList(),
      arrays: new ArrayList(),
      objects: new ObjectList(),
      terms: new TermList(length),
      places: new LikelyOffsets(affordable(budgets.placed, cost)),
    }))
    this.#texts = new SecretTexts(groups)
  }

  /**
   * Examines the slice of the window's `bytes` that the kernel contains, which begins at `at`.
   *
   * @param found where {@link SecretSearch.words} are in it and behind it, if that is known
   */
  probe(
    kernel: ConjugateKernel,
    { bytes, at, length }: WindowSlice,
    found: readonly WordHit[] | undefined,
  ): void {
    const { words, step, heads } = this.#signs
    const hits =
      found === undefined
        ? kernel.findWords(words, length, step, true)
        : kernel.inNumbers(
            found.filter(({ word }) => word < heads.length),
            length,
          )
    for (const hit of hits) {
      for (const { group, wordAt } of heads[hit.word] ?? []) {
        this.#marks[group]?.anchors.push(at + hit.at - wordAt)
      }
    }
    this.#noteHeads(kernel, { bytes, at, length }, found)
    this.#texts.probe(kernel, at, length)
    this.#probeJava(kernel, { bytes, at, length })
    for (const [index, { length: size }] of this.#groups.entries()) {
      const { places } = this.#marks[index] ?? {}
      if (places?.isFull !== false) continue
      places.add(at, kernel.boundedPairs(size, length, false, size, places.room))
    }
  }

  /** Numbers and arrays of the JVM; nobody has the private keys of public roots there. */
  #probeJava(kernel: ConjugateKernel, { bytes, at, length }: WindowSlice): void {
    const reporting = this.#groups.flatMap(({ reportsLimits, limbs, length: size }, index) => {
      const marks = this.#marks[index]
      return reportsLimits && marks !== undefined ? [{ size, isNumber: limbs > 0, ...marks }] : []
    })
    for (const size of new Set(reporting.map((group) => group.size))) {
      const groups = reporting.filter((group) => group.size === size)
      const found = javaArrays(kernel.slice, [size, size + OCTETS_HEAD], length)
      for (const { arrays } of groups) arrays.add(bytes, at, found, size)
      const ofNumbers = groups.filter(({ isNumber }) => isNumber)
      if (ofNumbers.length === 0) continue
      const sizes = javaNumbers(kernel.slice, integerBits(size), length)
      for (const { integers } of ofNumbers) integers.add(bytes, at, sizes)
    }
  }

  #noteHeads(
    kernel: ConjugateKernel,
    { bytes, at, length }: WindowSlice,
    found: readonly WordHit[] | undefined,
  ): void {
    // Once any size fills its list, the window is no process's.
    if (this.#marks.some(({ heads }) => heads.isFull)) return
    const first = this.#signs.heads.length
    const seen =
      found === undefined
        ? this.#heads.probe(kernel, length)
        : this.#heads.among(found, first, length)
    for (const head of seen) {
      for (const { group, what } of head.sizes) {
        const marks = this.#marks[group]
        if (what === 'number') marks?.heads.add(at + head.at)
        else if (what === 'digits') marks?.digits.add(at + head.at)
        else if (what === 'int' || what === 'bytes') marks?.objects.add(bytes, at + head.at, what)
        else marks?.terms.add(bytes, at + head.at, what)
      }
    }
  }

  /** Words in a row that may be digits of the shortest of the secrets, and of others. */
  #digitRuns(bytes: Uint8Array, from: number, to: number): readonly DigitRun[] {
    const lengths = this.#groups.flatMap(({ reportsLimits, numberIn, length }) =>
      reportsLimits && numberIn !== undefined ? [length] : [],
    )
    if (lengths.length === 0) return []
    const bits = 8 * Math.min(...lengths)
    const least = Math.min(...V8_ENCODINGS.map((form) => digitCount(form, bits)))
    return digitRuns(bytes, from, to, least)
  }

  /** Secrets that begin in [from, to) of the window's bytes, or that something in them leads to. */
  found(bytes: Uint8Array, from: number, to: number, where: InProcess): FoundValue[] {
    const runs = this.#digitRuns(bytes, from, to)
    return this.#groups.flatMap((group, index) => {
      const marks = this.#marks[index]
      if (marks === undefined) return []
      const { anchors, places, arrays, objects, terms } = marks
      const tried = { places: new Set<number>(), contents: new Set<number>() }
      const { near: pointed, far } = pointedOffsets(bytes, group, marks, where.address)
      const before = beforePoints(bytes, anchors, group.length, from, to)
      const chunks = neighbourChunks(bytes, anchors, group.length, from, to)
      const near = nearest(bytes, anchors, group.length, from, to)
      const whole = [
        ...probeOffsets(bytes, pointed, group, 'pointed', tried),
        ...probeOffsets(bytes, likeArrays(bytes, anchors, group.length), group, 'alike', tried),
        ...probeDigits(bytes, objects.intsOf(bytes, group), group, PYTHON_DIGITS, 'ints', tried),
        ...probeV8(bytes, runs, group, tried),
        ...probeOutside(bytes, far, group, marks, tried, where.memory),
        ...probeOffsets(bytes, arrays.places, group, 'java', tried),
        ...probeOffsets(bytes, objects.stringsOf(bytes, group.length), group, 'string', tried),
        ...probeOffsets(bytes, terms.numbers, group, 'number', tried),
        ...probeOffsets(bytes, terms.strings, group, 'term', tried),
        ...probeTexts(this.#texts.of(bytes, group, from, to), group, tried),
        ...probeOffsets(bytes, before, group, 'before', tried),
        ...probeOffsets(bytes, chunks, group, 'before', tried),
        ...probeOffsets(bytes, near, group, 'near', tried),
        ...probeOffsets(bytes, places.all, group, 'placed', tried),
      ]
      if (whole.length > 0 || anchors.length === 0) return whole
      return probeCut({ bytes, from, to }, anchors, group)
    })
  }
}

/** Nobody has the private keys of public roots in a program of JavaScript. */
function probeV8(
  bytes: Uint8Array,
  runs: readonly DigitRun[],
  group: SoughtGroup,
  tried: Tried,
): FoundValue[] {
  if (!group.reportsLimits || runs.length === 0) return []
  return V8_ENCODINGS.flatMap((form) => {
    const places = offsetsInRuns(bytes, runs, form, 8 * group.length)
    // The same words are another number in digits of another width.
    const own = { ...tried, contents: new Set<number>() }
    return probeDigits(bytes, places, group, form, 'v8', own)
  })
}

/** To find what is marked takes as long for a few offsets as for many: so many are saved up before. */
const LEAST_OFFSETS = 64

/** Offsets that may be tried in a window, each at a cost; none where they are too few. */
function affordable({ left, most }: Budget, cost: number): number {
  const places = Math.floor(left / cost)
  return places < Math.min(LEAST_OFFSETS, most / cost / 2) ? 0 : places
}

/** Bytes of a window that a kernel contains. */
interface WindowSlice {
  readonly bytes: Uint8Array
  readonly at: number
  readonly length: number
}

/** Where in the process a window is, as far as the dump says. */
export interface InProcess {
  /** Of the first byte. */
  readonly address: bigint | undefined
  /** As seen from the window. */
  readonly memory: Memory | undefined
}

function probeOutside(
  bytes: Uint8Array,
  far: readonly bigint[],
  group: SoughtGroup,
  { digits, integers }: Marks,
  tried: Tried,
  memory: Memory | undefined,
): FoundValue[] {
  if (memory === undefined) return []
  return [
    ...probeFar(memory, far, group, tried),
    ...probeFar(memory, digits.digitAddresses(bytes), group, tried, TOMMATH_DIGITS),
    ...probeIntegers(memory, integers.arrays, group, tried),
  ]
}

/** What was seen in a window for one group. */
interface Marks {
  /** Copies of public halves. */
  readonly anchors: number[]
  /** Structures of numbers of the size of its secrets. */
  readonly heads: HeadList
  /** The same of LibTomMath's. */
  readonly digits: HeadList
  /** Numbers of the JVM. */
  readonly integers: IntegerList
  readonly arrays: ArrayList
  readonly objects: ObjectList
  readonly terms: TermList
  readonly places: LikelyOffsets
}

/** Offsets in the window that something points to, and addresses outside. */
function pointedOffsets(
  bytes: Uint8Array,
  { length, limbs }: SecretGroup,
  { heads, anchors }: Marks,
  address: bigint | undefined,
): { readonly near: readonly number[]; readonly far: readonly bigint[] } {
  if (address === undefined) return { near: [], far: [] }
  if (limbs > 0) return offsetsIn(bytes, heads.addresses(bytes), address)
  return { near: pointedBeside(bytes, anchors, length, address), far: [] }
}

/** Offsets where something visibly begins or ends: as many as can be examined, those with both sides first. */
class LikelyOffsets {
  readonly #most: number
  readonly #enclosed: number[] = []
  readonly #others: number[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** @param pairs place from `base` on, and its sides, alternating */
  add(base: number, pairs: Uint32Array): void {
    for (let k = 0; k < pairs.length; k += 2) {
      const list = (pairs[k + 1] ?? 0) >= 3 ? this.#enclosed : this.#others
      if (list.length < this.#most) list.push(base + (pairs[k] ?? 0))
    }
  }

  get room(): OffsetRoom {
    return {
      enclosed: this.#most - this.#enclosed.length,
      others: this.#most - this.#others.length,
    }
  }

  /** They are a sample in any case: once there are enough, no more are searched for. */
  get isFull(): boolean {
    return Math.max(this.#enclosed.length, this.#others.length) >= this.#most
  }

  get all(): readonly number[] {
    return [...this.#enclosed, ...this.#others]
  }
}
