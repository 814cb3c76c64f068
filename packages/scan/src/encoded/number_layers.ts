/** Decodes lists of hexadecimal or decimal numbers that stand for text, packed data or a key. */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { isListed, MOST_NUMBERS, type Notation, NumberList } from '../text/number_text.ts'
import { type Layer, partsWorthDecoding } from './layer.ts'

const NOTATIONS: readonly Notation[] = ['hex', 'decimal']
const LEAST_NUMBERS = 28
const LEAST_CHARACTERS = 48
const COST = 15

export class NumberLayers {
  #list: NumberList = new NumberList(0)

  /** Reads lists around an offset in both notations into own memory. @param least earliest begin */
  around(
    chars: Uint8Array,
    at: number,
    least: number,
    budget: WorkBudget,
  ): { readonly layers: readonly Layer[]; readonly end: number } {
    let begin = at
    let next = at
    while (next - at < LEAST_CHARACTERS && isListed(chars[next])) next++
    while (begin > least && isListed(chars[begin - 1])) begin--
    if (next - begin < LEAST_CHARACTERS) return { layers: [], end: next }
    if (!this.#list.holds(chars.length)) this.#list = new NumberList(chars.length)
    const layers: Layer[] = []
    let furthest = at + 1
    // What one notation reads as numbers may begin a list of the other.
    const readers = NOTATIONS.map((notation) => ({ notation, next: begin, isCut: false }))
    const isOpen = (reader: (typeof readers)[number]): boolean =>
      !reader.isCut &&
      (reader.next <= at || (reader.next < furthest && isListed(chars[reader.next])))
    for (let reader = readers.find(isOpen); reader !== undefined; reader = readers.find(isOpen)) {
      const end = this.#list.read(chars, reader.next, reader.notation)
      budget.spend(COST * Math.max(1, end - reader.next))
      layers.push(...this.#layers(reader.notation))
      reader.isCut = this.#list.length >= MOST_NUMBERS
      reader.next = Math.max(end, reader.next + 1)
      furthest = Math.max(furthest, reader.next)
    }
    this.#list.wipe()
    return { layers, end: furthest }
  }

  #layers(notation: Notation): Layer[] {
    const { bytes, begins, ends, length } = this.#list
    if (length < LEAST_NUMBERS) return []
    return partsWorthDecoding(bytes.subarray(0, length)).map((part) => {
      const froms = begins.slice(part.from, part.to)
      const tos = ends.slice(part.from, part.to)
      return {
        bytes: bytes.slice(part.from, part.to),
        coding: notation,
        spanOf: (from, to) => ({
          from: froms[Math.min(from, froms.length - 1)] ?? 0,
          to: tos[Math.min(to, tos.length) - 1] ?? 0,
        }),
      }
    })
  }
}
