/**
 * The blocks of a window, and which anchors had their share of the one under way.
 *
 * Memory can be in pieces of some hundred bytes: those that are shorter than a block are one block together, so that a
 * flood in pieces costs no more than one without borders. @module
 */
import { AnchorBudget } from './anchor_budget.ts'

/** Offsets of one anchor that are passed over one by one. */
const MOST_PASSED = 256

/** Finds anchors, except those that it is asked to leave out. */
export interface NamesAnchors {
  setOff(number: number, isOff: boolean): void
}

export class BlockShares {
  readonly #budget: AnchorBudget
  readonly #kernel: NamesAnchors
  readonly #blockBytes: number
  /** Anchors that are passed over for the rest of the block. */
  readonly #off = new Set<number>()
  /** Offsets of each that were passed over in this block. */
  readonly #passed: Uint32Array
  /** There are any. */
  #isPassed: boolean = false
  /** Those that the kernel does not name in this block. */
  readonly #unnamed = new Set<number>()
  /** Bytes that the block under way may have besides. */
  #room = 0

  constructor(anchors: number, kernel: NamesAnchors, blockBytes: number, isDeep: boolean) {
    this.#budget = new AnchorBudget(anchors, isDeep)
    this.#kernel = kernel
    this.#blockBytes = blockBytes
    this.#passed = new Uint32Array(anchors)
  }

  /** See {@link AnchorBudget.startWindow}. */
  startWindow(more: number, once: number | undefined, share: number | undefined): void {
    this.#room = 0
    this.#budget.startWindow(more, once, share)
  }

  /** Spent in this window. */
  get total(): number {
    return this.#budget.total
  }

  /** The next bytes: of the block under way where it has room for them, else of a new one. */
  take(bytes: number): void {
    this.#room -= bytes
    if (this.#room >= 0) {
      this.#goOn(bytes)
      return
    }
    this.#room = this.#blockBytes - bytes
    this.#budget.startBlock(bytes)
    for (const number of this.#unnamed) this.#kernel.setOff(number, false)
    this.#unnamed.clear()
    if (this.#isPassed) this.#passed.fill(0)
    this.#isPassed = false
    this.#off.clear()
  }

  /** Anchors that had their share before these bytes were there are examined again, where that was too little. */
  #goOn(bytes: number): void {
    this.#budget.goOn(bytes)
    for (const number of this.#off) {
      if (this.#budget.isOver(number)) continue
      this.#off.delete(number)
      if (!this.#unnamed.delete(number)) continue
      this.#kernel.setOff(number, false)
      // Its limit has been reported.
      this.#passed[number] = 1
    }
  }

  /** Whether an anchor is passed over. */
  isOff(number: number): boolean {
    return this.#off.has(number)
  }

  /** See {@link AnchorBudget.leftFor}. */
  leftFor(number: number): number {
    return this.#budget.leftFor(number)
  }

  /** Counts the cost of one probe. */
  spend(number: number, cost: number): void {
    if (this.#budget.spend(number, cost)) this.#off.add(number)
  }

  /**
   * Passes over an offset of an anchor; the kernel stops naming them after some.
   *
   * @returns whether it is the first of the block
   */
  pass(number: number): boolean {
    const passed = (this.#passed[number] ?? 0) + 1
    this.#passed[number] = passed
    this.#isPassed = true
    if (passed === MOST_PASSED) {
      this.#kernel.setOff(number, true)
      this.#unnamed.add(number)
    }
    return passed === 1
  }
}
