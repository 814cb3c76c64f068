/**
 * The budget of anchors, so that bytes full of them cannot stall a scan, and which of them are
 * passed over. Each block of bytes adds to the budget; what is unused stays for later blocks of the
 * window.
 */

/** Budget of a byte. A window without keys takes 1 to 2 ns a byte: this keeps any other above a tenth of its speed. */
export const COST_PER_BYTE = 8
/** With `--deep`. */
export const DEEP_FACTOR = 32
/** An anchor's share of what is left when a block begins: a flood of one anchor leaves most to later blocks. */
const SHARE = 1 / 6
/** A probe that takes such a part of a share is not one of many. */
const DEAR_PART = 1 / 2
/** The same in a flood: what others leave goes to the flood in the end. */
const SHARE_OF_FLOOD = 2 / 3
/** What a block is given at most of what its window has once. */
const ONCE_SHARE = 1 / 4

/** Offsets of one anchor that are passed over one by one. */
const MOST_PASSED = 256

/** Finds anchors, except those that it is asked to leave out. */
export interface NamesAnchors {
  setOff(number: number, isOff: boolean): void
}

export class AnchorBudget {
  readonly #kernel: NamesAnchors
  readonly #blockBytes: number
  /** Of this block. */
  readonly #spent: Float64Array
  /** Offsets of each that were passed over in this block. */
  readonly #passed: Uint32Array
  /** Something was spent or passed over in this block: memory in a hundred thousand pieces has as many blocks. */
  #isUsed: boolean = false
  /** 1 for each anchor that had its share of an earlier block of the window, or in one probe. */
  readonly #isFlood: Uint8Array
  /** Those that the kernel does not name. */
  readonly #unnamed = new Set<number>()
  readonly #leastPerByte: number
  #perByte: number
  /** Bytes that the block under way may have besides. */
  #room = 0
  #left = 0
  #atStart = 0
  /** Of the window, not yet given to its blocks. */
  #once = 0
  #share = SHARE
  /** Spent in this window. */
  total = 0

  constructor(anchors: number, kernel: NamesAnchors, blockBytes: number, isDeep = false) {
    this.#kernel = kernel
    this.#blockBytes = blockBytes
    this.#spent = new Float64Array(anchors)
    this.#passed = new Uint32Array(anchors)
    this.#isFlood = new Uint8Array(anchors)
    this.#leastPerByte = COST_PER_BYTE * (isDeep ? DEEP_FACTOR : 1)
    this.#perByte = this.#leastPerByte
  }

  /**
   * @param more cost that each byte of the window adds to the usual budget
   * @param once cost that the window adds once
   * @param share of an anchor, of what is left when a block begins
   */
  startWindow(more: number, once: number = 0, share: number = SHARE): void {
    this.#perByte = this.#leastPerByte + more
    this.#room = 0
    this.#left = 0
    this.#once = once
    this.#share = share
    this.total = 0
    this.#isFlood.fill(0)
  }

  /**
   * The next bytes: of the block under way where it has room for them, which are shared as if they had been there from its start;
   * else of a new one, in which every anchor is examined again.
   */
  take(bytes: number): void {
    this.#room -= bytes
    const isNew = this.#room < 0
    if (isNew) this.#startBlock(bytes)
    this.#left += bytes * this.#perByte
    this.#atStart += bytes * this.#perByte
    for (const number of this.#unnamed) {
      if (this.isOff(number)) continue
      this.#unnamed.delete(number)
      this.#kernel.setOff(number, false)
      // The limit of one that is in the same block has been reported.
      if (!isNew) this.#passed[number] = 1
    }
  }

  #startBlock(bytes: number): void {
    this.#room = this.#blockBytes - bytes
    if (this.#isUsed) {
      this.#spent.fill(0)
      this.#passed.fill(0)
    }
    this.#isUsed = false
    const once = this.#once * ONCE_SHARE
    this.#once -= once
    this.#left = Math.max(0, this.#left) + once
    this.#atStart = this.#left
  }

  /** Whether an anchor is passed over: it had all that it may have of the block. */
  isOff(anchor: number): boolean {
    const spent = this.#spent[anchor] ?? 0
    if (spent > this.#shareOf(anchor)) return true
    return this.#left <= 0 && spent > this.#atStart / this.#spent.length
  }

  /** What is left for all. */
  get left(): number {
    return Math.max(0, this.#left)
  }

  /** Cost that the next probe of this anchor may have: in a flood no more than its share. */
  leftFor(anchor: number): number {
    if (this.#isFlood[anchor] !== 1) return this.left
    return Math.max(0, Math.min(this.left, this.#shareOf(anchor) - (this.#spent[anchor] ?? 0)))
  }

  /** Counts the cost of one probe. */
  spend(anchor: number, cost: number): void {
    this.#left -= cost
    this.total += cost
    const isDear = this.#isFlood[anchor] !== 1 && cost > DEAR_PART * this.#shareOf(anchor)
    if (!isDear) {
      this.#spent[anchor] = (this.#spent[anchor] ?? 0) + cost
      this.#isUsed = true
    }
    if (isDear || this.isOff(anchor)) this.#isFlood[anchor] = 1
  }

  #shareOf(anchor: number): number {
    return this.#atStart * this.#share * (this.#isFlood[anchor] === 1 ? SHARE_OF_FLOOD : 1)
  }

  /**
   * Passes over an offset of an anchor; the kernel stops naming them after some.
   * @returns whether it is the first of the block
   */
  pass(anchor: number): boolean {
    const passed = (this.#passed[anchor] ?? 0) + 1
    this.#passed[anchor] = passed
    this.#isUsed = true
    if (passed === MOST_PASSED) {
      this.#kernel.setOff(anchor, true)
      this.#unnamed.add(anchor)
    }
    return passed === 1
  }
}
