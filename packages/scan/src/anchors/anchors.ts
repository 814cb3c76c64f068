/**
 * Finds the patterns of many anchors in one pass. Kernel: `assembly/anchors.ts` (relaxed SIMD, 16
 * bytes a step). A property test holds it against its reference.
 */
import { ofEach } from '@mintmark/keys/material/memo'
import type { Anchor } from './anchor.ts'
import { type AnchorTables, anchorTables } from './anchor_tables.ts'
import { anchorsWasm } from './anchors.wasm.ts'
import { type KernelMemory, kernelFunction, LAYOUT } from './kernel_memory.ts'

export interface AnchorHit {
  readonly at: number
  readonly anchor: number
}

const CAPACITY = LAYOUT.hitBytes / 8

/** Laying out the tables of all encodings takes 40 ms: kept by list, which nobody changes. */
const tablesOf = ofEach(anchorTables)

export class AnchorKernel {
  readonly #memory: KernelMemory
  readonly #anchors: number
  readonly #tables: AnchorTables
  readonly #find: (...args: readonly number[]) => number
  readonly #nextNonzero: (...args: readonly number[]) => number
  readonly #dataEnd: (...args: readonly number[]) => number

  /** @throws {RangeError} if an anchor's pattern or mask is wrong, or there are too many */
  constructor(memory: KernelMemory, anchors: readonly Anchor[]) {
    this.#memory = memory
    this.#anchors = anchors.length
    this.#tables = tablesOf(anchors)
    if (anchors.length > CAPACITY || this.#tables.bytes.length > LAYOUT.anchorBytes) {
      throw new RangeError('too many anchors')
    }
    memory.bytes.set(this.#tables.bytes, LAYOUT.anchors)
    const exports = memory.start(anchorsWasm)
    this.#find = kernelFunction(exports, 'find_anchors')
    this.#nextNonzero = kernelFunction(exports, 'next_nonzero')
    this.#dataEnd = kernelFunction(exports, 'data_end')
  }

  /** Passes over an anchor from now on, or finds it again. Later numbers have no switch. */
  setOff(anchor: number, isOff: boolean): void {
    if (anchor >= this.#anchors) return
    this.#memory.bytes[LAYOUT.anchors + this.#tables.switches + anchor] = isOff ? 1 : 0
  }

  /**
   * Gives every pattern in `[from, to)` to `take`, ascending but for up to 15 bytes. With
   * `isAligned` the first byte is at a multiple of 8 in the process, and alignments hold. `take`
   * may set anchors off, but not call this kernel. Cost: one pass, plus about 10 ns a hit.
   */
  find(
    bytes: Uint8Array,
    from: number,
    to: number,
    isAligned: boolean,
    take: (at: number, anchor: number) => void,
  ): void {
    if (from >= to || this.#anchors === 0) return
    const base = this.#memory.put(bytes)
    let at = base + from
    do {
      const count = this.#find(
        at,
        base + from,
        base + to,
        base + bytes.length,
        isAligned ? base : 0,
        LAYOUT.anchors,
        this.#anchors,
        LAYOUT.hits,
        CAPACITY,
        LAYOUT.resume,
        LAYOUT.scratch,
      )
      at = this.#memory.resume
      // Copied: what takes a hit may use the memory for something else.
      const hits = this.#memory.hits.slice(0, 2 * count)
      for (let i = 0; i < hits.length; i += 2) take((hits[i] ?? 0) - base, hits[i + 1] ?? 0)
    } while (at !== 0)
  }

  /** First offset, in steps of 16, with 16 bytes not all zero; `to` if there is none. */
  nextNonzero(bytes: Uint8Array, from: number, to: number): number {
    const base = this.#memory.put(bytes)
    return this.#nextNonzero(base + from, base + to) - base
  }

  /** Data ends a multiple of `page` behind its last nonzero byte, before `gap` zeros; else `to`. */
  dataAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    { page, gap }: { readonly page: number; readonly gap: number },
  ): { readonly end: number; readonly next: number } {
    const base = this.#memory.put(bytes)
    const end = this.#dataEnd(base + from, base + to, page, gap, LAYOUT.resume) - base
    return { end, next: this.#memory.resume - base }
  }
}
