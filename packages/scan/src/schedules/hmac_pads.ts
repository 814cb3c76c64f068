/**
 * Finds pairs of blocks that an HMAC key leaves, the key XOR 0x36… and XOR 0x5c… (RFC 2104, section 2). Kernel:
 * `assembly/hmac_pads.ts`; a property test compares it with its reference.
 */
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
/** Bytes that runs have, how far apart they can be, and bytes beside a block that may fit by chance. */
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
   * Pairs that begin in `[from, to)`, at any offset, and are a multiple of `step` (8, or 1) bytes apart.
   * Each once, ascending. With step 8 those whose words have no upper 16 bits at all are passed over, with step 1 those
   * of which half are zeros: no pad of a key is either. Where more than two copies of a block are within 1 KiB, some
   * pairs hide others. Cost: one pass of 8-byte words, or with step 1 one for each byte.
   */
  find(bytes: Uint8Array, from: number, to: number, step: 1 | 8): readonly PadHit[] {
    const base = this.#memory.place(bytes)
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
