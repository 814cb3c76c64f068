/**
 * Exact search for every value of known private keys in every spelling: what lies beside a key once it is proven.
 *
 * @module
 */
import { BEFORE, BEHIND, ConjugateKernel, SLICE, type WordTable } from '../conjugate.ts'
import type { Detected } from '../detected.ts'
import { DRBG_KEY_BYTES, isDrbgState } from '../detectors/drbg.ts'
import type { KeyMaterial } from '../key_material.ts'
import type { WindowSearch } from '../window_search.ts'
import { derivedValues } from './derived_values.ts'
import { encodingsOf } from './encodings.ts'
import { detectedOf, type FoundValue } from './found_value.ts'

interface Pattern {
  readonly bytes: Uint8Array
  /** Where in the pattern the word lies that it is found by. */
  readonly wordAt: number
  readonly spelling: string
  readonly name: string
  readonly material: KeyMaterial
}

/** Values that begin in [from, to) of `bytes`. The patterns are wiped before this returns. */
export function findValues(
  kernel: ConjugateKernel,
  keys: readonly KeyMaterial[],
  bytes: Uint8Array,
  from: number,
  to: number,
): FoundValue[] {
  const mark = kernel.mark()
  const table = new ValueTable(kernel, keys)
  const found = table.find(bytes, from, to)
  table.wipe()
  kernel.release(mark)
  return found
}

/** Every value of some keys in every spelling, entered into a kernel. */
class ValueTable {
  readonly #kernel: ConjugateKernel
  readonly #byWord: ReadonlyMap<bigint, readonly Pattern[]>
  readonly #words: readonly bigint[]
  readonly #table: WordTable

  constructor(kernel: ConjugateKernel, keys: readonly KeyMaterial[]) {
    this.#kernel = kernel
    this.#byWord = patternsOf(keys)
    this.#words = [...this.#byWord.keys()]
    this.#table = kernel.enterWords(this.#words)
  }

  /** Values that begin in [from, to) of `bytes`. */
  find(bytes: Uint8Array, from: number, to: number): FoundValue[] {
    const found: FoundValue[] = []
    // The word may lie behind the begin of its pattern, and so behind `to`.
    const limit = Math.min(bytes.length, to + BEFORE)
    for (let at = from; at < limit; at += SLICE) {
      const end = Math.min(limit, at + SLICE)
      this.#kernel.load(bytes, at, end)
      for (const hit of this.#kernel.findWords(this.#table, end - at)) {
        const word = this.#words[hit.word]
        for (const pattern of (word === undefined ? undefined : this.#byWord.get(word)) ?? []) {
          const begin = at + hit.at - pattern.wordAt
          if (begin < from || begin >= to || !isAt(bytes, begin, pattern.bytes)) continue
          found.push(foundAt(pattern, begin))
        }
      }
    }
    return found
  }

  wipe(): void {
    for (const patterns of this.#byWord.values()) for (const { bytes } of patterns) bytes.fill(0)
  }
}

/** Keys that were found already, wherever else a value of theirs lies. */
export class ValueSearch implements WindowSearch {
  readonly name = 'values'
  readonly reach: number = BEHIND
  readonly #kernel = new ConjugateKernel()
  readonly #table: ValueTable

  constructor(keys: readonly KeyMaterial[]) {
    this.#table = new ValueTable(this.#kernel, keys)
  }

  search(bytes: Uint8Array, from: number, to: number): readonly Detected[] {
    const found = this.#table.find(bytes, from, Math.min(to, bytes.length))
    this.#kernel.wipe()
    return found.map((value) => detectedIn(bytes, value))
  }

  wipe(): void {
    this.#table.wipe()
  }
}

function detectedIn(bytes: Uint8Array, value: FoundValue): Detected {
  const detected = detectedOf(value)
  const { at, length, material } = value
  const isDrbg = material.type === 'aes' && length === DRBG_KEY_BYTES && isDrbgState(bytes, at)
  return isDrbg ? { ...detected, note: 'drbg' } : detected
}

function foundAt({ bytes, spelling, name, material }: Pattern, at: number): FoundValue {
  const proof = 'equals what the proven key gives'
  return { at, length: bytes.length, spelling, name, proof, material }
}

function isAt(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  if (at + pattern.length > bytes.length) return false
  for (let k = 0; k < pattern.length; k++) if (bytes[at + k] !== pattern[k]) return false
  return true
}

function patternsOf(keys: readonly KeyMaterial[]): Map<bigint, Pattern[]> {
  const byWord = new Map<bigint, Pattern[]>()
  for (const material of keys) {
    for (const { name, value, bits } of derivedValues(material)) {
      for (const { form, bytes } of encodingsOf(value, bits)) {
        const wordAt = wordPlace(bytes)
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        const word = view.getBigUint64(wordAt, true)
        const patterns = byWord.get(word) ?? []
        patterns.push({ bytes, wordAt, spelling: form, name, material })
        byWord.set(word, patterns)
      }
    }
  }
  return byWord
}

/** The first place within the first {@link BEFORE} bytes whose word has no two equal neighbours that are zero. */
function wordPlace(bytes: Uint8Array): number {
  const last = Math.min(bytes.length, BEFORE) - 8
  let best = 0
  let fewest = 9
  for (let at = 0; at <= last; at++) {
    let zeros = 0
    for (let k = 0; k < 8; k++) if (bytes[at + k] === 0) zeros++
    if (zeros < fewest) [best, fewest] = [at, zeros]
    if (zeros === 0) break
  }
  return best
}
