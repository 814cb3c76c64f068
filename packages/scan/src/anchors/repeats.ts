/**
 * Offsets whose bytes were examined before in the same piece: a flood of one key is examined once.
 * A detector gives the same answer for equal bytes in its reach at the same alignment.
 */
import type { WorkBudget } from '@mintmark/keys/material/work_budget'

/** What a probe must have taken to be remembered: to compare takes less. */
const LEAST_COST = 2000
const ALIGNMENT = 16
/** Offsets that are remembered, and distances at which bytes repeat: more are none of a flood. */
const MOST_OFFSETS = 4096
const MOST_DISTANCES = 64
/** Bytes that are compared first, from the anchor: they distinguish keys as a rule. */
const SAMPLES = [-64, -8, 8, 24, 48, 96, 160, 256, 512, 1024]
const BYTES_PER_COST = 8

export interface Sight {
  readonly before: number
  readonly behind: number
}

export interface EarlierProbe<T> {
  readonly anchor: number
  at: number
  readonly found: T | undefined
}

/** Bytes `[from, to)` that equal those a distance before them. */
interface Repeating {
  from: number
  to: number
}

/** The probes of one piece. Offsets are from the begin of its bytes. */
export class Repeats<T> {
  readonly #budget: WorkBudget
  #bytes: Uint8Array = new Uint8Array(0)
  readonly #probes = new Map<number, EarlierProbe<T>>()
  readonly #last = new Map<number, EarlierProbe<T>>()
  readonly #repeating = new Map<number, Repeating>()
  readonly #isKnown: Uint8Array

  constructor(anchors: number, budget: WorkBudget) {
    this.#budget = budget
    this.#isKnown = new Uint8Array(anchors)
  }

  start(bytes: Uint8Array): void {
    this.#bytes = bytes
    if (this.#probes.size === 0) return
    this.#probes.clear()
    this.#last.clear()
    this.#repeating.clear()
    this.#isKnown.fill(0)
  }

  knows(anchor: number): boolean {
    return this.#isKnown[anchor] === 1
  }

  earlier(anchor: number, at: number, sight: Sight): EarlierProbe<T> | undefined {
    const alignment = anchor * ALIGNMENT + (at % ALIGNMENT)
    const last = this.#last.get(alignment)
    if (last !== undefined && this.#goesOn(last.at, at, sight)) {
      last.at = at
      return last
    }
    const probe = this.#probes.get(this.#nameOf(anchor, at, sight))
    if (probe?.anchor !== anchor || !this.#isRepeated(probe.at, at, sight)) return undefined
    probe.at = at
    this.#last.set(alignment, probe)
    return probe
  }

  /** Whether bytes known to repeat at this distance do so to where the sight begins. */
  #goesOn(earlier: number, at: number, sight: Sight): boolean {
    const known = this.#repeating.get(at - earlier)
    const from = at - sight.before
    const isKnown = known !== undefined && known.from <= from && known.to >= from
    return isKnown && this.#isRepeated(earlier, at, sight)
  }

  remember(anchor: number, at: number, sight: Sight, cost: number, found: T | undefined): void {
    if (cost < LEAST_COST || !this.#isInSight(at, sight)) return
    if (this.#probes.size >= MOST_OFFSETS) this.#probes.clear()
    this.#probes.set(this.#nameOf(anchor, at, sight), { anchor, at, found })
    this.#isKnown[anchor] = 1
  }

  #isInSight(at: number, { before, behind }: Sight): boolean {
    return at >= before && at + behind <= this.#bytes.length
  }

  #nameOf(anchor: number, at: number, { before, behind }: Sight): number {
    let name = anchor * ALIGNMENT + (at % ALIGNMENT)
    for (const sample of SAMPLES) {
      if (sample < -before || sample + 4 > behind) continue
      const offset = at + sample
      if (offset < 0 || offset + 4 > this.#bytes.length) continue
      name = Math.imul(name ^ wordAt(this.#bytes, offset), 0x9e3779b1)
      name ^= name >>> 15
    }
    return name
  }

  #isRepeated(earlier: number, at: number, sight: Sight): boolean {
    const distance = at - earlier
    if (distance <= 0 || distance % ALIGNMENT !== 0) return false
    if (!this.#isInSight(at, sight) || !this.#isInSight(earlier, sight)) return false
    const [from, to] = [at - sight.before, at + sight.behind]
    const known = this.#repeating.get(distance)
    const goesOn = known !== undefined && known.from <= from && known.to >= from
    const compared = goesOn ? known.to : from
    if (compared < to) {
      this.#budget.spend((to - compared) / BYTES_PER_COST)
      const { buffer, byteOffset, length } = this.#bytes
      const bytes = Buffer.from(buffer, byteOffset, length)
      if (bytes.compare(bytes, compared - distance, to - distance, compared, to) !== 0) return false
    }
    if (goesOn) known.to = Math.max(known.to, to)
    else {
      if (this.#repeating.size >= MOST_DISTANCES) this.#repeating.clear()
      this.#repeating.set(distance, { from, to })
    }
    return true
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0] = [bytes[at], bytes[at + 1]]
  const [c = 0, d = 0] = [bytes[at + 2], bytes[at + 3]]
  return a | (b << 8) | (c << 16) | (d << 24)
}
