/**
 * Searches registers for incomplete scalars of known keys, as copies by wide registers leave them.
 * Up to three bytes may be missing at any offset, four at the ends of registers and their 16-byte
 * parts, five there in a deep or small search.
 */
import type { ByteSource, Range } from '@mintmark/dump'
import type { Curve, EcMaterial, KeyMaterial } from '@mintmark/keys/material/key_material'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import { type CutNumber, CutScalars, cutNumbersIn } from '../known/secrets/cut_scalars.ts'
import type { FoundValue } from '../known/values/found_value.ts'
import { UNIT } from './registers.ts'

/** Missing bytes: at any offset, at the ends of registers, there with more time. */
const MOST_LOST = { anywhere: 3, atEnds: 4, more: 5 } as const
/**
 * Budget where registers look random, in nanoseconds by estimate: up to four missing bytes, then
 * five. Five take 0.7 s a number and 1.4 s for the table; a register of 64 bytes has 12 numbers.
 */
const MOST_COST = {
  usual: { four: 6.5e9, five: 0 },
  more: { four: 6.5e9, five: 2.3e10 },
  deep: { four: 6.5e10, five: 6.5e10 },
} as const
/** `more`: given keys in files searched deep for them; `deep`: a deep search of everything. */
export type RegisterBudget = keyof typeof MOST_COST
/** Bytes of registers that are examined: of some thousand threads. */
const MOST_BYTES = 4 << 20

export interface RegisterScalar extends FoundValue {
  readonly register: number
}

export interface RegisterScalars {
  readonly found: readonly RegisterScalar[]
  readonly isCut: boolean
}

interface Addressed extends CutNumber {
  readonly register: number
}

/** Scalars of the keys; of each key as it lacks least. A location has one part or more. */
export function scalarsInRegisters(
  locations: readonly (readonly Range[])[],
  source: ByteSource,
  keys: readonly KeyMaterial[],
  budget: RegisterBudget,
): RegisterScalars {
  const ec = keys.filter(isEc)
  if (ec.length === 0) return { found: [], isCut: false }
  const { contents, isWhole } = bytesOf(locations, source)
  try {
    const search = new Search(contents, budget)
    const byCurve = [...Map.groupBy(ec, ({ curve }) => curve)]
    const found = byCurve.flatMap(([curve, own]) => search.of(curve, own))
    return { found, isCut: search.isCut || !isWhole }
  } finally {
    for (const bytes of contents) bytes.fill(0)
  }
}

const isEc = (material: KeyMaterial): material is EcMaterial => material.type === 'ec'

function bytesOf(
  locations: readonly (readonly Range[])[],
  source: ByteSource,
): { readonly contents: readonly Uint8Array[]; readonly isWhole: boolean } {
  const contents: Uint8Array[] = []
  let left = MOST_BYTES
  for (const parts of locations) {
    const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
    left -= bytes.length
    if (left < 0) return { contents, isWhole: false }
    let at = 0
    for (const { offset, length } of parts) {
      source.read(offset, bytes.subarray(at, at + length))
      at += length
    }
    contents.push(bytes)
  }
  return { contents, isWhole: true }
}

class Search {
  readonly #registers: readonly Uint8Array[]
  readonly #budget: RegisterBudget
  readonly #cost: { four: number; five: number }
  isCut: boolean = false

  constructor(registers: readonly Uint8Array[], budget: RegisterBudget) {
    this.#registers = registers
    this.#budget = budget
    this.#cost = { ...MOST_COST[budget] }
  }

  of(curve: Curve, keys: readonly EcMaterial[]): RegisterScalar[] {
    const found: RegisterScalar[] = []
    const scalars = new CutScalars(curve)
    let left = keys
    for (let lost = 0; lost <= MOST_LOST.more && left.length > 0 && !this.isCut; lost++) {
      found.push(...this.#lacking(scalars, left, lost))
      const seen = new Set(
        found.map(({ key: { material } }) => (material?.type === 'ec' ? material.x : 0n)),
      )
      left = left.filter(({ x }) => !seen.has(x))
    }
    return found
  }

  #lacking(scalars: CutScalars, keys: readonly EcMaterial[], lost: number): RegisterScalar[] {
    const part = lost > MOST_LOST.atEnds ? 'five' : 'four'
    const affordable = Math.floor(scalars.affordable(this.#cost[part], lost) / keys.length)
    if (affordable === 0 && part === 'five' && this.#budget !== 'deep') return []
    const numbers = this.#numbers(scalars.length, lost)
    if (affordable < numbers.length && (part === 'four' || this.#budget === 'deep'))
      this.isCut = true
    const tried = numbers.slice(0, affordable)
    if (tried.length > 0) this.#cost[part] -= scalars.cost(tried.length * keys.length, lost)
    return keys
      .flatMap((key) => scalars.find(key, tried))
      .map(({ number: { register }, found }) => Object.assign({ register }, found))
  }

  #numbers(size: number, lost: number): Addressed[] {
    const isAtEnds = lost > MOST_LOST.anywhere
    const length = size - lost
    const seen = new Set<string>()
    return this.#registers.flatMap((bytes, register) => {
      const numbers: Addressed[] = []
      for (let at = 0; at + length <= bytes.length; at++) {
        const begins = at % UNIT === 0
        const ends = (at + length) % UNIT === 0
        if (isAtEnds && !begins && !ends) continue
        if (!isRandomLookingAt(bytes, at, length)) continue
        const contents = bytes.subarray(at, at + length)
        const name = `${begins} ${ends} ${Buffer.from(contents).toString('latin1')}`
        if (seen.has(name)) continue
        seen.add(name)
        const lostAt = isAtEnds ? { before: begins, behind: ends } : { before: true, behind: true }
        for (const number of cutNumbersIn(contents, at, lost, lostAt))
          numbers.push({ ...number, register })
      }
      return numbers
    })
  }
}
