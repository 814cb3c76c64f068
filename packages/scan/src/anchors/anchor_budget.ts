/**
 * The budget of anchors, so that bytes full of them cannot stall a scan.
 *
 * Each block of bytes adds to the budget; what is unused stays for later blocks of the window. Pieces of memory that
 * are shorter than a block are one block together: what is overdrawn is forgiven once a block. An anchor that used its
 * share of a block's budget is passed over until the next block. Once all is used up, so are those above an equal part.
 * So a flood of one encoding hides no other. A probe that takes half of the share by itself (the tree of one SLH-DSA
 * key, a key of RSA of 15,360 bits in OpenSSL's program) is the only one of its kind in a window; it does not count
 * against cheap probes behind it. @module
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

export class AnchorBudget {
  readonly #spent: Float64Array
  /** Something is, of this block: memory in a hundred thousand pieces has as many blocks. */
  #isSpent: boolean = false
  /** 1 for each anchor that had its share of an earlier block of the window, or in one probe. */
  readonly #isFlood: Uint8Array
  readonly #leastPerByte: number
  #perByte: number
  #left = 0
  #atStart = 0
  /** Of the window, not yet given to its blocks. */
  #once = 0
  #share = SHARE
  /** Spent in this window. */
  total = 0

  constructor(anchors: number, isDeep = false) {
    this.#spent = new Float64Array(anchors)
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
    this.#left = 0
    this.#once = once
    this.#share = share
    this.total = 0
    this.#isFlood.fill(0)
  }

  /** The next bytes: every anchor is examined again. */
  startBlock(bytes: number): void {
    if (this.#isSpent) this.#spent.fill(0)
    this.#isSpent = false
    const once = this.#once * ONCE_SHARE
    this.#once -= once
    this.#left = Math.max(0, this.#left) + bytes * this.#perByte + once
    this.#atStart = this.#left
  }

  /** More bytes of the block under way: what they bring is shared as if they had been there from its start. */
  goOn(bytes: number): void {
    this.#left += bytes * this.#perByte
    this.#atStart += bytes * this.#perByte
  }

  /** Whether an anchor had all that it may have of the block. */
  isOver(anchor: number): boolean {
    return this.#isMore(this.#spent[anchor] ?? 0, this.#shareOf(anchor))
  }

  #isMore(spent: number, share: number): boolean {
    return spent > share || (this.#left <= 0 && spent > this.#atStart / this.#spent.length)
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

  /**
   * Counts the cost of one probe.
   *
   * @returns whether the anchor is to be passed over for the rest of the block
   */
  spend(anchor: number, cost: number): boolean {
    this.#left -= cost
    this.total += cost
    const share = this.#shareOf(anchor)
    if (this.#isFlood[anchor] !== 1 && cost > DEAR_PART * share) {
      this.#isFlood[anchor] = 1
      return false
    }
    const spent = (this.#spent[anchor] ?? 0) + cost
    this.#spent[anchor] = spent
    this.#isSpent = true
    const isOver = this.#isMore(spent, share)
    if (isOver) this.#isFlood[anchor] = 1
    return isOver
  }

  #shareOf(anchor: number): number {
    return this.#atStart * this.#share * (this.#isFlood[anchor] === 1 ? SHARE_OF_FLOOD : 1)
  }
}
