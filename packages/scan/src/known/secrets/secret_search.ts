/** Searches a window for the secrets of known keys that have one, as those of curves do. */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { Memory } from '../../anchors/match.ts'
import type { ConjugateKernel } from '../../slices/conjugate.ts'
import {
  HEADS,
  type Head,
  HOLDERS,
  LIMBS,
  limbAddresses,
  PYTHON_INT,
  TOMMATH,
  tommathAddresses,
} from '../objects/headed_offsets.ts'
import { JavaOffsets } from '../objects/java_objects.ts'
import { beforePoints, nearest, neighbourChunks } from '../objects/offsets_near_points.ts'
import { offsetsIn, pointedBeside } from '../objects/pointers.ts'
import { siblingArrays, sortedByDistance } from '../objects/sibling_arrays.ts'
import { isArrayBegin, V8_ENCODINGS } from '../objects/v8_numbers.ts'
import type { Budget } from '../values/budget.ts'
import {
  type DigitEncoding,
  digitCount,
  digitShape,
  PYTHON_DIGITS,
  TOMMATH_DIGITS,
} from '../values/digit_encodings.ts'
import type { FoundValue } from '../values/found_value.ts'
import { type Depth, OF_DISCOVERED_KEYS, SCALARS } from '../values/search_limits.ts'
import { stepFor, wordsFrom } from '../values/spaced_words.ts'
import type { WordHit } from '../values/value_search.ts'
import { MOST_LOST, probeCut } from './cut_offsets.ts'
import { budgetsFor } from './secret_budgets.ts'
import { type SingleSecret, secretGroups } from './secret_groups.ts'
import { SecretProbes, type SoughtGroup } from './secret_probes.ts'
import { SecretTexts } from './secret_texts.ts'

export interface SecretKeys {
  readonly keys: readonly SingleSecret[]
  readonly depth: Depth
  /** Bytes that a part of a curve key's scalar beside the public half may lack. */
  readonly mostLost: ReadonlyMap<KeyMaterial, number>
}

/** A word's meaning: a public half, so many bytes before it, or a possible holder of a secret. */
interface Sign {
  readonly group: SoughtGroup
  readonly wordAt: number
}
interface HeadOf {
  readonly group: SoughtGroup
  readonly head: Head
}

const POINTER_BYTES = 8

export class SecretSearch {
  readonly #groups: readonly SoughtGroup[]
  readonly #budgets: readonly Budget[]
  readonly step: number
  #signs: readonly (readonly Sign[])[] = []
  readonly #heads: ReadonlyMap<bigint, readonly HeadOf[]>

  /** `searchers`: parallel searches of the same bytes; they share the budget of unasked keys. */
  constructor(all: readonly SecretKeys[], searchers: number = 1) {
    this.#groups = all.flatMap(({ keys, depth, mostLost }) => {
      const budgets = budgetsFor(depth, searchers)
      const isMore = [...mostLost.values()].includes(MOST_LOST.more)
      // Curves that are expensive must not take the time of those that are not.
      return secretGroups(keys).map((group) => {
        const limbs = group.numberIn === undefined ? 0 : Math.ceil(group.length / 8)
        const encodings = limbs === 0 ? [] : V8_ENCODINGS
        const shapes = new Map(
          encodings.map((encoding) => [encoding, digitShape(encoding, 8 * group.length)]),
        )
        const own = { budgets: budgets(isMore), mostLost, depth, limbs, shapes }
        return Object.assign(own, group)
      })
    })
    const heads = new Map<bigint, HeadOf[]>()
    for (const group of this.#groups) {
      for (const head of HEADS) {
        if (head.isNumber === true && group.limbs === 0) continue
        for (const word of head.words(group)) collect(heads, word, { group, head })
      }
    }
    this.#heads = heads
    this.step = stepFor(
      this.#groups.flatMap(({ signs }) => signs),
      POINTER_BYTES,
    )
    this.#budgets = [...new Set(this.#groups.flatMap((group) => Object.values(group.budgets)))]
  }

  words(step: number): readonly bigint[] {
    const signs = new Map<bigint, Sign[]>()
    for (const group of this.#groups) {
      for (const sign of group.signs) {
        for (const [wordAt, word] of wordsFrom(sign, 0, step).entries())
          collect(signs, word, { group, wordAt })
      }
    }
    this.#signs = [...signs.values()]
    return [...signs.keys(), ...this.#heads.keys()]
  }

  /** Offsets far from a public half are samples: they are no limits. */
  get limits(): readonly string[] {
    return this.#groups.flatMap(({ budgets, depth }) => {
      const { pointed, far, ints, near, java, v8, terms } = budgets
      const isDiscovered = depth === 'discovered'
      const isUsual = near.isShort || pointed.isShort || java.isShort
      const isFurther = far.isShort || ints.isShort || v8.isShort || terms.isShort
      if (!(isUsual || (isFurther && !isDiscovered))) return []
      return [isDiscovered ? `${SCALARS}${OF_DISCOVERED_KEYS}` : SCALARS]
    })
  }

  begin(bytes: number): SecretWindow {
    for (const budget of this.#budgets) budget.earn(bytes)
    return new SecretWindow(this.#groups, this.#signs, [...this.#heads.values()])
  }
}

function collect<T>(all: Map<bigint, T[]>, word: bigint, entry: T): void {
  const existing = all.get(word)
  if (existing === undefined) all.set(word, [entry])
  else existing.push(entry)
}

export class SecretWindow {
  readonly #signs: readonly (readonly Sign[])[]
  readonly #heads: readonly (readonly HeadOf[])[]
  readonly #marks: ReadonlyMap<SoughtGroup, Marks>
  readonly #texts: SecretTexts
  readonly #java: ReadonlyMap<number, JavaOffsets>

  constructor(
    groups: readonly SoughtGroup[],
    signs: readonly (readonly Sign[])[],
    heads: readonly (readonly HeadOf[])[],
  ) {
    this.#signs = signs
    this.#heads = heads
    this.#marks = new Map(groups.map((group) => [group, marksFor(group)]))
    this.#texts = new SecretTexts(groups)
    this.#java = new Map(groups.map(({ length }) => [length, new JavaOffsets()]))
  }

  /** The slice begins at `at` of `bytes`. `found`: where words are in it and behind it. */
  probe(
    kernel: ConjugateKernel,
    { bytes, at, length }: WindowSlice,
    found: readonly WordHit[],
  ): void {
    const first = this.#signs.length
    const signs = found.filter(({ word }) => word < first)
    for (const hit of kernel.inNumbers(signs, length)) {
      for (const { group, wordAt } of this.#signs[hit.word] ?? [])
        this.#marks.get(group)?.anchors.push(at + hit.at - wordAt)
    }
    for (const hit of found) {
      if (hit.word >= first && hit.at % POINTER_BYTES === 0 && hit.at < length)
        this.#noteHeads(bytes, at + hit.at, this.#heads[hit.word - first] ?? [])
    }
    this.#texts.probe(kernel, at, length)
    for (const [group, marks] of this.#marks)
      noteNumbers(kernel, { bytes, at, length }, group, marks)
    for (const [size, java] of this.#java) {
      const isNumber = [...this.#marks.keys()].some(
        (group) => group.length === size && group.limbs > 0,
      )
      java.add(kernel.slice, at, length, size, isNumber)
    }
  }

  #noteHeads(bytes: Uint8Array, at: number, heads: readonly HeadOf[]): void {
    for (const { group, head } of heads) {
      const { holds, isOne } = head
      const offsets = this.#marks.get(group)?.heads.get(head)
      const most = holds === 0 ? MOST_POINTERS : MOST_OBJECTS
      if (offsets === undefined || offsets.length >= most) continue
      if (isOne === undefined || isOne(bytes, at, group.length)) offsets.push(at + holds)
    }
  }

  found(bytes: Uint8Array, from: number, to: number, where: InProcess): FoundValue[] {
    return [...this.#marks].flatMap(([group, marks]) => {
      const { anchors, enclosed, others } = marks
      const near = { bytes, anchors, length: group.length, from, to }
      const probes = new SecretProbes(bytes, group)
      this.#probeObjects(probes, bytes, group, marks, where)
      probes.texts(this.#texts.of(bytes, group, from, to))
      probes.offsets(beforePoints(near), probes.bytes('before'))
      probes.offsets(neighbourChunks(near), probes.bytes('before'))
      probes.offsets(nearest(near), probes.bytes('near'))
      probes.offsets([...enclosed, ...others], probes.bytes('placed'))
      if ((to - from) * group.cost <= group.budgets.every.left)
        probes.offsets(offsetsOf(from, to), probes.bytes('every'))
      if (probes.found.length > 0 || anchors.length === 0) return probes.found
      return probeCut({ bytes, from, to }, anchors, group)
    })
  }

  #probeObjects(
    probes: SecretProbes,
    bytes: Uint8Array,
    group: SoughtGroup,
    marks: Marks,
    { address, memory }: InProcess,
  ): void {
    const { length, publicDigits = [] } = group
    const headed = (head: Head): readonly number[] => marks.heads.get(head) ?? []
    const java = this.#java.get(length)
    const pointed = pointedOffsets(bytes, group, marks, address)
    probes.offsets(pointed.near, probes.bytes('pointed', true))
    probes.offsets(siblingArrays(bytes, marks.anchors, length), probes.bytes('pointed'))
    const integers = besideCopies(bytes, headed(PYTHON_INT), publicDigits)
    probes.offsets(integers, probes.digits(PYTHON_DIGITS, 'ints'))
    for (const [encoding, offsets] of marks.digits)
      probes.offsets(offsets, probes.digits(encoding, 'v8'))
    if (memory !== undefined) {
      probes.far(memory, pointed.far, length, probes.bytes('far', true))
      const digits = tommathAddresses(bytes, headed(TOMMATH))
      const bytesOf = TOMMATH_DIGITS.slot * digitCount(TOMMATH_DIGITS, 8 * length)
      probes.far(memory, digits, bytesOf, probes.digits(TOMMATH_DIGITS, 'far'))
      probes.javaInts(memory, java?.numbers ?? [])
    }
    probes.offsets(java?.arrays ?? [], probes.bytes('java'))
    for (const holder of HOLDERS)
      probes.offsets(headed(holder), probes.bytes(holder.budget, holder.isNumber))
  }
}

function* offsetsOf(from: number, to: number): Generator<number> {
  for (let at = from; at < to; at++) yield at
}

/** Nearest to a public half first: CPython puts objects of one size side by side. */
function besideCopies(
  bytes: Uint8Array,
  ints: readonly number[],
  publicDigits: readonly Uint8Array[],
): readonly number[] {
  const isCopy = (at: number): boolean =>
    publicDigits.some(
      (digits) => Buffer.compare(bytes.subarray(at, at + digits.length), digits) === 0,
    )
  const copies = new Set(ints.filter(isCopy))
  return sortedByDistance(
    ints.filter((at) => !copies.has(at)),
    [...copies],
  )
}

/** Finding marked offsets takes as long for few as for many: so many are saved up before. */
const LEAST_OFFSETS = 64

function affordable({ left, most }: Budget, cost: number): number {
  const count = Math.floor(left / cost)
  return count < Math.min(LEAST_OFFSETS, most / cost / 2) ? 0 : count
}

interface WindowSlice {
  readonly bytes: Uint8Array
  readonly at: number
  readonly length: number
}

interface InProcess {
  readonly address: bigint | undefined
  readonly memory: Memory | undefined
}

interface Marks {
  readonly anchors: number[]
  readonly heads: ReadonlyMap<Head, number[]>
  /** Arrays of V8, of groups whose secrets are numbers. */
  readonly digits: ReadonlyMap<DigitEncoding, number[]>
  readonly enclosed: number[]
  readonly others: number[]
  readonly most: number
}

const marksFor = ({ shapes, budgets, cost }: SoughtGroup): Marks => ({
  anchors: [],
  heads: new Map(HEADS.map((head) => [head, []])),
  digits: new Map([...shapes.keys()].map((encoding) => [encoding, []])),
  enclosed: [],
  others: [],
  most: affordable(budgets.placed, cost),
})

/** Structures of one size, objects, and arrays in a window: more are made up. */
const MOST_POINTERS = 20_000
const MOST_OBJECTS = 2000
const MOST_DIGITS = 4096

function noteNumbers(
  kernel: ConjugateKernel,
  { bytes, at, length }: WindowSlice,
  { shapes, length: size }: SoughtGroup,
  { digits, enclosed, others, most }: Marks,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (const [encoding, shape] of shapes) {
    const offsets = digits.get(encoding) ?? []
    for (const offset of kernel.digitRuns(shape, length)) {
      const isRoom = offsets.length < MOST_DIGITS
      if (isRoom && isArrayBegin(view, at + offset, encoding)) offsets.push(at + offset)
    }
  }
  // They are a sample in any case: once there are enough of either, no more are searched for.
  if (Math.max(enclosed.length, others.length) >= most) return
  const room = { enclosed: most - enclosed.length, others: most - others.length }
  const pairs = kernel.boundedPairs(size, length, false, size, room)
  for (let k = 0; k < pairs.length; k += 2) {
    const list = (pairs[k + 1] ?? 0) >= 3 ? enclosed : others
    list.push(at + (pairs[k] ?? 0))
  }
}

function pointedOffsets(
  bytes: Uint8Array,
  { length, limbs }: SoughtGroup,
  { heads, anchors }: Marks,
  address: bigint | undefined,
): { readonly near: readonly number[]; readonly far: readonly bigint[] } {
  if (address === undefined) return { near: [], far: [] }
  if (limbs === 0) return { near: pointedBeside(bytes, anchors, length, address), far: [] }
  return offsetsIn(bytes, limbAddresses(bytes, heads.get(LIMBS) ?? []), address)
}
