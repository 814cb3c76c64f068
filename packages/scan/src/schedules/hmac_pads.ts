/** Finds pairs of blocks that an HMAC key leaves (RFC 2104). Kernel: `assembly/hmac_pads.ts`. */
import { type KernelMemory, kernelFunction, LAYOUT } from '../anchors/kernel_memory.ts'
import { hmacPadsWasm } from './hmac_pads.wasm.ts'

/** A run of bytes that differ by 0x6a from those `distance` further on. */
export interface PadHit {
  readonly at: number
  readonly distance: number
  readonly length: number
}

/** From the begin of the first block to the end of the second, at most. */
export const PADS_REACH: number = 1024 + 144
/** Lengths of runs, their distance, and bytes beside a block that may fit by chance. */
export const PADS: Readonly<Record<'shortest' | 'longest' | 'farthest' | 'chance', number>> = {
  shortest: 64,
  longest: 144,
  farthest: 1024,
  chance: 7,
}

const CAPACITY = Math.floor(LAYOUT.hitBytes / 12)

export class PadKernel {
  readonly #memory: KernelMemory
  readonly #find: (...args: readonly number[]) => number

  constructor(memory: KernelMemory) {
    this.#memory = memory
    this.#find = kernelFunction(memory.start(hmacPadsWasm), 'find_pads')
  }

  /**
   * Pairs that begin in `[from, to)`, ascending, a multiple of `step` apart. Step 8 skips words
   * without upper 16 bits, step 1 half zeros: no pad is either. More than two copies within 1 KiB
   * may hide pairs.
   */
  find(bytes: Uint8Array, from: number, to: number, step: 1 | 8): readonly PadHit[] {
    const base = this.#memory.put(bytes)
    const found = new Map<string, PadHit>()
    const { hits } = this.#memory
    let at = base + from
    do {
      const count = this.#find(
        at,
        base + from,
        base + to,
        base,
        base + bytes.length,
        step,
        LAYOUT.pads,
        LAYOUT.hits,
        CAPACITY,
        LAYOUT.resume,
      )
      for (let i = 0; i < 3 * count; i += 3) {
        const offset = (hits[i] ?? 0) - base
        const distance = hits[i + 1] ?? 0
        found.set(`${offset} ${distance}`, { at: offset, distance, length: hits[i + 2] ?? 0 })
      }
      at = this.#memory.resume
    } while (at !== 0)
    return [...found.values()].toSorted((a, b) => a.at - b.at || a.distance - b.distance)
  }
}
