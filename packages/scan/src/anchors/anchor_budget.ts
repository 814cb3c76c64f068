/** The budget of anchors: bytes full of them cannot stall a scan. Later blocks get what is left. */

/** Of a byte. A window without keys takes 1 to 2 ns: others stay above a tenth of its speed. */
export const COST_PER_BYTE = 8
/** With `--deep`. */
export const DEEP_FACTOR = 32
/** An anchor's share of what is left when a block begins: a flood leaves most to later blocks. */
const SHARE = 1 / 6
/** A probe that takes such a part of a share is not one of many. */
const DEAR_PART = 1 / 2
/** The same in a flood: what others leave goes to the flood in the end. */
const SHARE_OF_FLOOD = 2 / 3
/** What a block is given at most of what its window has once. */
const ONCE_SHARE = 1 / 4

const MOST_PASSED = 256

export interface NamesAnchors {
  setOff(number: number, isOff: boolean): void
}

export class AnchorBudget {
  readonly #kernel: NamesAnchors
  readonly #blockBytes: number
  readonly #spent: Float64Array
  readonly #passed: Uint32Array
  /** Whether this block spent or passed over anything: memory can have 100,000 pieces. */
  #isUsed: boolean = false
  readonly #isFlood: Uint8Array
  readonly #unnamed = new Set<number>()
  readonly #leastPerByte: number
  #perByte: number
  #room = 0
  #left = 0
  #atStart = 0
  #once = 0
  #share = SHARE
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

  /** `more`: cost a byte; `once`: a window; `share`: an anchor's part of what a block has left. */
  startWindow(more: number, once: number = 0, share: number = SHARE): void {
    this.#perByte = this.#leastPerByte + more
    this.#room = 0
    this.#left = 0
    this.#once = once
    this.#share = share
    this.total = 0
    this.#isFlood.fill(0)
  }

  /** Bytes share the budget of the block under way while it has room; else a new one begins. */
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

  isOff(anchor: number): boolean {
    const spent = this.#spent[anchor] ?? 0
    if (spent > this.#shareOf(anchor)) return true
    return this.#left <= 0 && spent > this.#atStart / this.#spent.length
  }

  get left(): number {
    return Math.max(0, this.#left)
  }

  leftFor(anchor: number): number {
    if (this.#isFlood[anchor] !== 1) return this.left
    return Math.max(0, Math.min(this.left, this.#shareOf(anchor) - (this.#spent[anchor] ?? 0)))
  }

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
   * The kernel stops naming an anchor after some.
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
