import { fromBigEndian } from '../arithmetic/modular.ts'
import { type Element, elementOf, lengthOf, sequenceAround, TAG } from '../der/der.ts'
import type { Key } from '../material/key.ts'
import type { WorkBudget } from '../material/work_budget.ts'

export interface DerKey extends Key {
  readonly encoding: 'pkcs8-der' | 'pkcs1-der' | 'sec1-der' | 'dsa-der'
  /** Where it begins: its SEQUENCE, or its version where that is gone. */
  readonly from: number
  readonly to: number
}

/** With its offset: the SEQUENCE around `version` if it is there and reaches as far as `to`. */
export function placed(
  bytes: Uint8Array,
  encoding: DerKey['encoding'],
  version: number,
  to: number,
  verification: Key,
): DerKey {
  const whole = wholeOf(bytes, version, to)
  return { ...verification, encoding, from: whole?.at ?? version, to: whole?.to ?? to }
}

export function wholeOf(bytes: Uint8Array, version: number, to: number): Element | undefined {
  const whole = sequenceAround(bytes, version, bytes.length)
  return whole !== undefined && whole.to >= to ? whole : undefined
}

/** Whether the SEQUENCE around `version` is there and ends at `to`, as writers make it. */
export function isFilled(bytes: Uint8Array, version: number, to: number): boolean {
  return wholeOf(bytes, version, to)?.to === to
}

export const CUT = 'laid out as a key, cut before its end'

/** `count` non-negative INTEGERs in a row from `at`, or as many as there are. */
export function integersAt(bytes: Uint8Array, at: number, count: number): Element[] {
  const found: Element[] = []
  let next = at
  while (found.length < count) {
    const element = elementOf(bytes, next, bytes.length, TAG.integer)
    if (element === undefined || lengthOf(element) === 0) break
    if ((bytes[element.from] ?? 0) >= 0x80) break
    found.push(element)
    next = element.to
  }
  return found
}

export function numberOf(bytes: Uint8Array, element: Element, budget: WorkBudget): bigint {
  return fromBigEndian(bytes.subarray(element.from, element.to), budget)
}
